"""Bundles inside another text."""

from __future__ import annotations

from scenario import CONFIG, build_files

BUNDLE = '[bundles."js/all.js"]\ncontents = ["js/a.js", "js/b.js"]\nfilters = ["wrap"{}]\n'


def test_a_bundle_is_put_into_a_function_with_all_its_scripts() -> None:
    built = build_files({"js/a.js": "var a = 1 // x", "js/b.js": "a++"}, CONFIG + BUNDLE.format(""))
    assert built.text("js/all.js") == "(function() {\nvar a = 1 // x\n;\na++\n\n}).call(this);\n"


def test_parts_are_minified_and_the_text_around_them_is_as_it_is_written() -> None:
    rule = '[[rules]]\nmatch = "js/all.js"\noptions.wrap = { before = "{ // é\\n", after = "}" }\n'
    built = build_files({"js/a.js": "var a = 1 // x", "js/b.js": "a ++"}, CONFIG + BUNDLE.format(', "rjsmin"') + rule)
    assert built.text("js/all.js") == "{ // é\nvar a=1\n;\na++\n}"


def test_references_in_a_wrapped_script_lead_where_they_led() -> None:
    files = {"js/a.js": "var a = 'asset:img/a.png'", "js/b.js": "", "img/a.png": "png"}
    built = build_files(files, CONFIG + BUNDLE.format(""))
    assert f"'/static/{built.file('img/a.png')}'" in built.text("js/all.js")
    gone = build_files({**files, "js/b.js": "\n  var b = 'asset:img/gone.png'"}, CONFIG + BUNDLE.format(""))
    assert any("assets/js/b.js:2:12: no asset named 'img/gone.png'" in error for error in gone.errors)


def test_an_option_of_another_type_and_another_language_are_refused() -> None:
    rule = '[[rules]]\nmatch = "js/all.js"\noptions.wrap = { before = 1, behind = "" }\n'
    built = build_files({"js/a.js": "", "js/b.js": ""}, CONFIG + BUNDLE.format("") + rule)
    assert any("option 'before' of 'wrap' must be a string" in error for error in built.errors)
    assert any("no option 'behind' of 'wrap'" in error for error in built.errors)
    style = '[bundles."a.css"]\ncontents = ["b.css"]\nfilters = ["wrap"]\n'
    assert "filter 'wrap' is for text/javascript" in build_files({"b.css": ""}, CONFIG + style).errors[0]


def test_a_module_is_refused() -> None:
    rule = '[[rules]]\nmatch = "m.js"\nfilters = ["wrap"]\n'
    built = build_files({"m.js": "export const a = 1", "n.js": "import './m.js'"}, CONFIG + rule)
    assert built.errors == [
        "error: assets/m.js: an ES module cannot be wrapped in a function\n"
        '  leave it out of the bundle and load it with type="module"'
    ]
