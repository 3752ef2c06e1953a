"""What is published, under which kind of name, and by which steps."""

from __future__ import annotations

import pytest

from scenario import CONFIG, build_files

PNG = b"\x89PNG"


def names(files: dict[str, str | bytes], config: str = CONFIG) -> list[str]:
    return sorted(build_files(files, config).assets)


def test_everything_is_published_but_dotfiles_leftovers_and_secrets() -> None:
    files: dict[str, str | bytes] = {
        "ok.txt": "1",
        ".hidden": "1",
        ".git-credentials": "1",
        ".well-known/security.txt": "1",
        "a.swp": "1",
        "b.txt~": "1",
        "tls/server.pem": "1",
        "id_ed25519": "1",
    }
    built = build_files(files)
    assert sorted(built.assets) == ["ok.txt"]
    told = "\n".join(built.notices)
    for path, what in (
        (".hidden", "a dotfile"),
        (".git-credentials", "a file of passwords"),
        ("a.swp", "an editor's swap file"),
        ("b.txt~", "an editor's backup copy"),
        ("tls/server.pem", "a private key"),
        ("id_ed25519", "a private key"),
    ):
        assert f"not published: '{path}' is {what}" in told


def test_well_known_files_may_be_named() -> None:
    config = CONFIG + 'include = ["**/*", ".well-known/**"]\n'
    assert names({".well-known/security.txt": "1", "a.txt": "1"}, config) == [".well-known/security.txt", "a.txt"]


def test_a_secret_named_without_wildcards_is_meant() -> None:
    config = CONFIG + 'include = ["pub/*", "pub/cert.pem"]\n'
    assert names({"pub/cert.pem": "1", "pub/key.pem": "1"}, config) == ["pub/cert.pem"]


def test_include_and_exclude_name_sources_or_what_is_made_of_them() -> None:
    config = CONFIG + 'include = ["css/*.scss", "img/*"]\nexclude = ["css/b.css", "**/*.psd"]\n'
    files: dict[str, str | bytes] = {
        "css/a.scss": "a { b: c }",
        "css/b.scss": "a { b: c }",
        "img/x.png": PNG,
        "img/x.psd": "1",
    }
    assert names(files, config) == ["css/a.css", "img/x.png"]


def test_sass_partials_are_never_assets() -> None:
    built = build_files({"_p.scss": "a { b: c }", "q/_r.sass": "a\n  b: c\n", "_plain.css": "a{}"})
    assert sorted(built.assets) == ["_plain.css"]


def test_a_reference_to_a_partial_says_what_it_is() -> None:
    built = build_files({"_p.scss": "a { b: c }", "a.css": "@import '_p.scss';"})
    assert built.errors == [
        "error: assets/a.css:1:10: '_p.scss' is not published\n"
        "    1 | @import '_p.scss';\n"
        "      |          ^^^^^^^ it is a Sass partial: import it in Sass, or name it without the underscore"
    ]


def test_a_reference_to_a_source_says_what_it_became() -> None:
    built = build_files({"p.scss": "a { b: c }", "a.css": "@import 'p.scss';"})
    assert "it is published as 'p.css'" in built.errors[0]


MAP = '{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}'
MAPPED = {"a.js": "x;\n//# sourceMappingURL=a.js.map", "a.js.map": MAP}


def test_source_maps_none_publishes_no_map_and_drops_the_comment() -> None:
    built = build_files(MAPPED)
    assert sorted(built.assets) == ["a.js"]
    assert "sourceMappingURL" not in built.text("a.js")
    assert "not published" in built.notices[0]


def test_source_maps_linked_publishes_and_names_the_map() -> None:
    built = build_files(MAPPED, CONFIG + 'source_maps = "linked"\n')
    assert built.text("a.js") == f"x;\n//# sourceMappingURL={built.file('a.js.map')}"
    assert built.file("a.js.map").endswith(".js.map")


def test_source_maps_hidden_keeps_the_map_outside_public() -> None:
    built = build_files(MAPPED, CONFIG + 'source_maps = "hidden"\n')
    assert sorted(built.assets) == ["a.js"]
    assert "sourceMappingURL" not in built.text("a.js")
    assert [content.decode() for content in built.private.values()] == [MAP]


def test_unfingerprinted_names_stay_and_are_not_immutable() -> None:
    built = build_files({"favicon.ico": "1", "robots.txt": "1", "sw.js": "1", "a.js": "1"})
    assert {name: entry.get("immutable", False) for name, entry in built.assets.items()} == {
        "favicon.ico": False,
        "robots.txt": False,
        "sw.js": False,
        "a.js": True,
    }
    assert built.file("favicon.ico") == "favicon.ico"


def test_prehashed_names_and_bytes_stay_and_are_immutable() -> None:
    script = "var a = 1;  // kept\n"
    built = build_files(
        {"dist/app-abcdef12.js": script},
        'sources = ["assets"]\nencodings = []\nprehashed = ["dist/*-????????.js"]\n',
    )
    assert built.file("dist/app-abcdef12.js") == "dist/app-abcdef12.js"
    assert built.assets["dist/app-abcdef12.js"]["immutable"]
    assert built.text("dist/app-abcdef12.js") == script


def test_a_prehashed_file_that_would_have_to_change_is_an_error_at_the_reference() -> None:
    built = build_files(
        {"dist/app-abcdef12.js": "import './x.js';", "dist/x.js": "1"}, CONFIG + 'prehashed = ["dist/*-????????.js"]\n'
    )
    assert built.code == 1
    assert built.errors[0].startswith(
        "error: assets/dist/app-abcdef12.js:1:9: 'dist/app-abcdef12.js' is prehashed, and would have to change: "
        "'dist/x.js' is published under another name\n"
    )


def test_prehashed_files_may_name_each_other() -> None:
    files: dict[str, str | bytes] = {"a-abcdef12.js": "import './b-abcdef12.js';", "b-abcdef12.js": "1"}
    built = build_files(files, CONFIG + 'prehashed = ["*-????????.js"]\n')
    assert built.assets["a-abcdef12.js"]["imports"] == ["b-abcdef12.js"]


BUNDLE = '[bundles."js/all.js"]\ncontents = ["js/vendor/*.js", "js/z.js", "js/*.js"]\n'
SCRIPTS: dict[str, str | bytes] = {"js/a.js": "a", "js/z.js": "z", "js/vendor/y.js": "y", "js/vendor/b.js": "b"}


def test_a_bundle_sorts_its_globs_and_takes_each_file_at_its_first_mention() -> None:
    built = build_files(SCRIPTS, CONFIG + BUNDLE)
    assert built.text("js/all.js").replace("\n;", "").split() == ["b", "y", "z", "a"]
    assert sorted(built.assets) == ["js/all.js"]


def test_publish_contents_publishes_a_bundles_parts_too() -> None:
    assert len(names(SCRIPTS, CONFIG + "publish_contents = true\n" + BUNDLE)) == 5


def test_a_reference_to_a_consumed_part_says_which_bundle_has_it() -> None:
    built = build_files({**SCRIPTS, "x.css": "a{b:url(js/a.js)}"}, CONFIG + BUNDLE)
    assert built.errors == [
        "error: assets/x.css:1:9: 'js/a.js' is not published\n"
        "    1 | a{b:url(js/a.js)}\n"
        "      |         ^^^^^^^ bundle 'js/all.js' consumes it: refer to the bundle, or set publish_contents = true"
    ]


def test_a_bundle_may_contain_the_source_of_its_own_name() -> None:
    config = CONFIG + '[bundles."js/a.js"]\ncontents = ["js/a.js", "js/z.js"]\n'
    built = build_files({"js/a.js": "a", "js/z.js": "z"}, config)
    assert sorted(built.assets) == ["js/a.js"]
    assert "z" in built.text("js/a.js")


def test_a_bundle_may_contain_a_bundle() -> None:
    config = CONFIG + '[bundles."x.js"]\ncontents = ["y.js", "a.js"]\n[bundles."y.js"]\ncontents = ["b.js"]\n'
    built = build_files({"a.js": "a", "b.js": "b"}, config)
    assert built.text("x.js").replace("\n;", "").split() == ["b", "a"]


def test_a_cycle_of_bundles_is_an_error_that_shows_it() -> None:
    config = CONFIG + '[bundles."x.js"]\ncontents = ["y.js"]\n[bundles."y.js"]\ncontents = ["x.js"]\n'
    built = build_files({"a.js": "a"}, config)
    assert built.code == 2
    assert "assetbuild.toml:5:14: bundle 'y.js' contains itself: y.js → x.js → y.js" in built.errors[0]


def test_contents_that_match_nothing_are_errors_with_the_nearest_name() -> None:
    config = CONFIG + '[bundles."x.js"]\ncontents = ["js/ap.js", "none/*.js"]\n'
    built = build_files({"js/app.js": "a"}, config)
    assert built.code == 2
    assert built.errors[0] == (
        "error: assetbuild.toml:5:14: 'js/ap.js' matches no source\n"
        '    5 | contents = ["js/ap.js", "none/*.js"]\n'
        "      |              ^^^^^^^^ did you mean 'js/app.js'?"
    )
    assert "'none/*.js' matches no source" in built.errors[1]


def test_a_bundle_is_not_suggested_as_part_of_itself() -> None:
    config = CONFIG + '[bundles."js/app.js"]\ncontents = ["js/*.js", "js/ap.js"]\n'
    built = build_files({"js/zebra-crossing.js": "z"}, config)
    assert built.code == 2
    assert built.errors == [
        "error: assetbuild.toml:5:25: 'js/ap.js' matches no source\n"
        '    5 | contents = ["js/*.js", "js/ap.js"]\n'
        "      |                         ^^^^^^^^ paths are logical: relative to a load path, with its prefix"
    ]
    others = config + '[bundles."js/apt.js"]\ncontents = ["js/zebra-crossing.js"]\n'
    assert "did you mean 'js/apt.js'?" in build_files({"js/zebra-crossing.js": "z"}, others).errors[0]
    assert "did you mean 'js/app.js'?" in build_files({"js/app.js": "a"}, config).errors[0]


def test_contents_that_match_only_partials_say_so() -> None:
    built = build_files({"_a.scss": "a{b:c}"}, CONFIG + '[bundles."x.css"]\ncontents = ["_a.scss"]\n')
    assert "matches only Sass partials" in built.errors[0]


def test_a_part_of_another_type_is_an_error() -> None:
    built = build_files({"a.css": "a{b:c}"}, CONFIG + '[bundles."x.js"]\ncontents = ["a.css"]\n')
    assert "'a.css' cannot be in bundle 'x.js': it is another type" in built.errors[0]


def test_two_sources_for_one_name_are_both_named() -> None:
    built = build_files({"a.css": "a{b:c}", "a.scss": "a { b: c }"})
    assert built.code == 1
    assert "two assets for one name 'a.css': assets/a.css and assets/a.scss" in built.errors[0]


def test_a_bundle_and_a_source_for_one_name_are_both_named() -> None:
    config = CONFIG + '[bundles."a.js"]\ncontents = ["b.js"]\n'
    built = build_files({"a.js": "a", "b.js": "b"}, config)
    assert built.code == 2
    assert "assetbuild.toml:4:11: two assets for one name 'a.js': assets/a.js and bundle 'a.js'" in built.errors[0]


@pytest.mark.parametrize(("one", "other"), [("a.css", "A.css"), ("caf\u00e9.css", "CAF\u00c9.css")])
def test_names_that_differ_only_in_case_are_an_error(one: str, other: str) -> None:
    built = build_files({one: "a{b:c}", other: "a{b:c}"})
    assert "differ only in case or normal form" in built.errors[0]


def test_names_that_differ_only_in_normal_form_are_an_error() -> None:
    built = build_files({"caf\u00e9.css": "a{b:c}", "cafe\u0301.css": "a{b:c}"})
    assert built.code == 1
    assert "normal form" in built.errors[0]


SOURCE = "a {  b : c }\n"


def minified(config: str, name: str = "css/a.css") -> str:
    return build_files({"css/a.css": SOURCE, "css/b.min.css": SOURCE}, 'sources = ["assets"]\n' + config).text(name)


def test_style_sheets_are_minified_unless_their_name_says_that_they_are() -> None:
    assert minified("") == "a{b:c}"
    assert minified("", "css/b.min.css") == SOURCE
    assert minified("minify = false\n") == SOURCE


def test_a_rule_decides_about_minifying_for_what_it_matches() -> None:
    assert minified('[[rules]]\nmatch = "css/a.*"\nminify = false\n') == SOURCE
    assert minified('minify = false\n[[rules]]\nmatch = "css/**"\nminify = true\n', "css/b.min.css") == "a{b:c}"


def test_a_later_rule_replaces_an_earlier_one_and_options_add_up() -> None:
    config = CONFIG + (
        '[[rules]]\nmatch = "**/*.scss"\nminify = true\noptions.sass = {precision = 1}\n'
        '[[rules]]\nmatch = "*.css"\nminify = false\noptions.sass = {precision = 3}\n'
        '[[rules]]\nmatch = "b.css"\nminify = true\n'
    )
    source = "a { b: (10 / 3) }"
    built = build_files({"a.scss": source, "b.scss": source}, config)
    assert built.text("a.css").split() == ["a", "{", "b:", "3.333;", "}"]
    assert built.text("b.css") == "a{b:3.333}"


def test_the_filters_of_a_rule_stand_for_the_minifier() -> None:
    assert minified('[[rules]]\nmatch = "css/a.css"\nfilters = []\n') == SOURCE
    assert minified('minify = false\n[[rules]]\nmatch = "css/a.css"\nfilters = ["rcssmin"]\n') == "a{b:c}"
    assert minified('[[rules]]\nmatch = "css/a.css"\nfilters = ["webassets:rcssmin"]\n') == "a{b:c}"


def test_filters_and_options_that_do_not_exist_are_errors_at_their_places() -> None:
    config = CONFIG + (
        '[bundles."b.js"]\ncontents = ["a.js"]\nfilters = ["rjsmn", "webassets:closure_j"]\n'
        '[[rules]]\nmatch = "*.css"\nfilters = ["rcssmin", "csmin"]\n'
        "options.sas = {precision = 5}\noptions.sass = {precison = 5}\noptions.rjsmin = {x = 1}\n"
    )
    built = build_files({"a.js": "a", "a.css": "a{b:c}"}, config)
    assert built.code == 2
    assert [error.split("\n")[0] + " " + error.partition("^ ")[2] for error in built.errors] == [
        "error: assetbuild.toml:6:13: no filter named 'rjsmn' did you mean 'rjsmin'?",
        "error: assetbuild.toml:6:22: no filter named 'webassets:closure_j' did you mean 'webassets:closure_js'?",
        "error: assetbuild.toml:9:24: no filter named 'csmin' did you mean 'rcssmin'?",
        "error: assetbuild.toml:10:9: no compiler or filter named 'sas' did you mean 'sass'?",
        "error: assetbuild.toml:11:17: no option 'precison' of 'sass' did you mean 'precision'?",
        "error: assetbuild.toml:12:19: no option 'x' of 'rjsmin' 'rjsmin' has no options",
    ]


def test_a_filter_for_another_type_is_an_error() -> None:
    config = CONFIG + '[[rules]]\nmatch = "**/*"\nfilters = ["rcssmin"]\n'
    built = build_files({"a.js": "a", "a.css": "a{b:c}"}, config)
    assert "filter 'rcssmin' is for text/css, and 'a.js' is text/javascript" in built.errors[0]


def test_what_a_rule_matches_but_nobody_publishes_needs_no_fitting_filter() -> None:
    config = CONFIG + 'exclude = ["*.md"]\n[[rules]]\nmatch = "**/*"\nfilters = ["rcssmin"]\n'
    assert names({"a.md": "a", "a.css": "a{b:c}"}, config) == ["a.css"]


def test_a_filter_over_sass_leaves_no_map_that_would_be_wrong() -> None:
    config = CONFIG + 'source_maps = "linked"\n[[rules]]\nmatch = "*.scss"\nfilters = ["rcssmin"]\n'
    built = build_files({"a.scss": "a { b: c }"}, config)
    assert sorted(built.assets) == ["a.css"]
    assert built.text("a.css") == "a{b:c}"


def test_a_glob_that_spells_its_extension_publishes_what_a_bare_wildcard_does_not() -> None:
    files = {"certs/ca.pem": "x", "talk.key": "x", "a.css": "a{b:c}"}
    assert sorted(build_files(files).assets) == ["a.css"]
    named = CONFIG + 'include = ["**/*", "certs/*.pem", "*.key"]\n'
    assert sorted(build_files(files, named).assets) == ["a.css", "certs/ca.pem", "talk.key"]
    assert sorted(build_files(files, CONFIG + 'include = ["**/*", "certs/*"]\n').assets) == ["a.css"]


def test_a_minified_part_of_a_bundle_stays_as_it_is() -> None:
    files = {
        "a.css": "a {  color: red;  }",
        "b.min.css": "b{  color:  blue  }",
        "a.js": "var a  =  1",
        "b.min.js": "var b  =  2",
    }
    config = (
        'sources = ["assets"]\nencodings = []\n'
        '[bundles."all.css"]\ncontents = ["*.css"]\n[bundles."all.js"]\ncontents = ["*.js"]\n'
    )
    outcome = build_files(files, config)
    assert outcome.text("all.css").startswith("a{color:red}")
    assert "b{  color:  blue  }" in outcome.text("all.css")
    assert outcome.text("all.js") == "var a=1\n;\nvar b  =  2\n"


def test_templates_learn_which_environment_variables_are_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    monkeypatch.delenv("ABSENT", raising=False)
    files: dict[str, str | bytes] = {"a.css.jinja": "{{ env.SECRET }}"}
    assert build_files(files).errors == [
        "error: assets/a.css.jinja:1:1: no environment variable 'SECRET' is declared\n"
        "    1 | {{ env.SECRET }}\n"
        "      | ^^^^^^^^^^^^^^^^ name it in `env` of the configuration"
    ]
    declared = CONFIG + 'env = ["SECRET", "ABSENT"]\n'
    assert build_files(files, declared).text("a.css") == "1"
    (error,) = build_files({"a.css.jinja": "{{ env.ABSENT }}"}, declared).errors
    assert error.startswith("error: assets/a.css.jinja:1:1: the environment variable 'ABSENT' is not set\n")


def test_a_part_that_a_rule_keeps_from_the_minifier_stays_as_it_is() -> None:
    config = (
        'sources = ["assets"]\nencodings = []\n[bundles."all.css"]\ncontents = ["*.css"]\n'
        '[[rules]]\nmatch = "b.css"\nminify = false\n'
    )
    outcome = build_files({"a.css": "a {  color: red;  }", "b.css": "b{  color:  blue  }"}, config)
    assert outcome.text("all.css").startswith("a{color:red}")
    assert "b{  color:  blue  }" in outcome.text("all.css")


def test_a_rule_that_is_for_nothing_is_a_warning_at_its_place() -> None:
    config = (
        '[[rules]]\nmatch = "cs/*.css"\nminify = false\n[[rules]]\nmatch = ["x/*", "y/*"]\nminify = false\n'
        '[[rules]]\nmatch = "css/*.scss"\nminify = false\n[[rules]]\nmatch = ["z", "css/a.css"]\nminify = false\n'
        '[[rules]]\nmatch = "css/_*"\nminify = false\n[[rules]]\nmatch = "all.css"\nminify = false\n'
        '[bundles."all.css"]\ncontents = ["css/a.css"]\n'
    )
    outcome = build_files({"css/a.scss": "", "css/_b.scss": ""}, CONFIG + config)
    assert outcome.code == 0
    assert [line.partition("\n")[0] for line in outcome.warnings] == [
        "warning: assetbuild.toml:5:1: 'cs/*.css' matches no source and no asset",
        "warning: assetbuild.toml:8:1: 'x/*' and 'y/*' match no source and no asset",
    ]
