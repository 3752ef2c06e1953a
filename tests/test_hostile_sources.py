"""Sources that want something: files outside, a program run, a stack without end. Whole builds, in this process."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path

import pytest

from assetbuild.runtime import Manifest
from scenario import CONFIG, Project, below_assets, build_files, files_below

SECRET = "the words of a file outside"
DEEP = 10_000


def with_outside(files: dict[str, str | bytes], config: str = CONFIG) -> Project:
    """A project beside whose sources lies what must not come into the release, in every kind of file."""
    project = Project(below_assets(files), config)
    for name in ("outside.txt", "outside.css", "_outside.scss", "outside.js", "outside.svg", "outside.html"):
        project.write({name: f"/* {SECRET} */ a{{b:c}}"})
    return project


def assert_nothing_came_in(project: Project) -> None:
    for file, data in files_below(project.root / "build").items():
        assert SECRET.encode() not in data, file


LEADING_OUT = [
    "../outside.css",
    "../../../../../../../../etc/passwd",
    "%2e%2e/outside.css",
    "..%2foutside.css",
    "\\2e\\2e/outside.css",
]


@pytest.mark.parametrize("path", LEADING_OUT)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.css", '@import "{}";'),
        ("a.css", 'a{{b:url("{}")}}'),
        ("a.css", 'a{{b:url("asset-data:{}")}}'),
        ("a.html", '<link rel="stylesheet" href="{}">'),
        ("a.svg", '<svg xmlns="http://www.w3.org/2000/svg"><image href="{}"/></svg>'),
        ("a.webmanifest", '{{"icons":[{{"src":"{}"}}]}}'),
        ("a.js", 'import "./{}"'),
        ("a.js", 'new URL("{}", import.meta.url)'),
        ("a.js", 'let a = "asset:{}"'),
        ("a.css.jinja", "{{% include '{}' %}}"),
        ("a.css.jinja", "{{{{ asset_data_url('{}') }}}}"),
        ("a.css.jinja", "{{{{ asset_url('{}') }}}}"),
        ("a.scss", '@import "{}";'),
        ("a.scss", 'a {{ b: url("{}") }}'),
    ],
)
def test_a_reference_out_of_the_sources_is_an_error_or_left_as_it_is(name: str, text: str, path: str) -> None:
    project = with_outside({name: text.format(path.replace("\\", "\\\\") if "manifest" in name else path)})
    outcome = project.build()
    if outcome.code == 0:
        # What no browser resolves to a file of ours stays a URL of somebody else's.
        assert b"outside.css" in b"".join(outcome.public.values()) or "passwd" in path or "import" in text
    assert_nothing_came_in(project)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "C:\\\\windows\\\\win.ini", "file:///etc/passwd", "//host/x.css", "\\\\\\\\host\\\\x"]
)
def test_absolute_paths_drives_and_other_hosts_are_never_read(path: str) -> None:
    files = {"a.css": f"a{{b:url('{path}')}}", "b.html": f"<img src='{path}'>", "c.scss": f"a{{b:url('{path}')}}"}
    outcome = with_outside({**files}).build()
    told = [one.text for one in outcome.diagnostics]
    assert outcome.code == 0 or all("no asset named" in text or "outside" in text for text in told)
    for data in outcome.public.values():
        assert b"root:" not in data


@pytest.mark.skipif(os.name == "nt", reason="made of links")
@pytest.mark.parametrize("implementation", ["libsass", "dart-sass"])
@pytest.mark.parametrize("through", ["file", "directory"])
def test_sass_follows_no_link_out_of_its_load_paths(implementation: str, through: str) -> None:
    config = CONFIG + f'[sass]\nimplementation = "{implementation}"\nload_paths = ["lib"]\n'
    project = with_outside({"a.scss": '@import "sub/outside";'}, config)
    project.write({"lib/_x.scss": "", "elsewhere/_outside.scss": f"/*! {SECRET} */"})
    if through == "file":
        (project.root / "assets/sub").mkdir()
        os.symlink("../../_outside.scss", project.root / "assets/sub/_outside.scss")
    else:
        os.symlink("../elsewhere", project.root / "assets/sub")
    outcome = project.build()
    assert outcome.code == 1
    assert any("is outside the load paths" in error for error in outcome.errors)
    assert SECRET not in outcome.stdout
    # To name the place is to mean it.
    project.write({"assetbuild.toml": config.replace('["lib"]', '["lib", "elsewhere", "."]')})
    (project.root / "lib/sub").mkdir()
    assert project.build("--output", "other").code in (0, 2)


@pytest.mark.skipif(os.name == "nt", reason="made of links")
def test_a_link_out_of_the_tree_is_no_asset_for_anybody() -> None:
    project = with_outside(
        {"b.css": "", "c.css.jinja": "{% include 'link.txt' %}", "d.css": "a{b:url(asset-data:link.txt)}"}
    )
    os.symlink("../outside.txt", project.root / "assets/link.txt")
    outcome = project.build()
    assert outcome.code == 1
    assert len(outcome.errors) == 2
    assert SECRET not in outcome.stdout


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{former};" * 10}">' for former, name in zip("abcdefghi", "bcdefghij", strict=True))
    + '<!ENTITY file SYSTEM "../outside.txt"><!ENTITY % web SYSTEM "http://localhost:1/x"> %web;]>'
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script>'
    '<image href="b.png"/><text>&j;&file;</text><image href="&file;.png"/></svg>'
)


@pytest.mark.parametrize("config", [CONFIG, 'sources = ["assets"]\n[minifiers]\nsvg = ["tdewolff"]\n'])
def test_entities_of_a_picture_are_not_expanded_and_its_scripts_are_text(config: str) -> None:
    project = with_outside(
        {"a.svg": ENTITIES, "b.png": "1", "c.css": "a{b:url(asset-data:a.svg)}"}, 'external = ["*file*"]\n' + config
    )
    outcome = project.build()
    picture = outcome.text("a.svg")
    assert len(picture) < len(ENTITIES) + 30
    assert "&j;" in picture
    assert outcome.file("b.png") in picture
    assert_nothing_came_in(project)


@pytest.mark.parametrize("name", ["a.svg", "a.xml", "a.xhtml", "a.rss", "a.html"])
@pytest.mark.parametrize(
    "config",
    [
        'sources = ["assets"]\n',
        'sources = ["assets"]\n[inline]\nmatch = ["a.*"]\nmax_bytes = 100000\n',
        'sources = ["assets"]\n[minifiers]\nsvg = ["tdewolff"]\n',
    ],
)
def test_a_billion_laughs_are_as_many_as_were_written_however_the_picture_is_used(name: str, config: str) -> None:
    files = {
        name: ENTITIES.replace('<image href="&file;.png"/>', ""),
        "b.png": "1",
        "c.css": f"a{{b:url({name});c:url(asset-data:{name})}}",
        "d.css.jinja": f"a{{b:url({{{{ asset_data_url('{name}') }}}});c:url({{{{ asset_url('{name}') }}}})}}",
        "e.scss": f'a{{b:asset-data-url("{name}");c:asset-url("{name}")}}',
    }
    project = with_outside(files, config)
    outcome = project.build()
    assert outcome.errors == []
    for data in outcome.public.values():
        # As often as it is written, in a URL of base64 too.
        assert len(data) < 2 * 4 * len(ENTITIES)
        assert b"haha" not in data
    assert "&j;" in outcome.text(name)
    assert "alert(2)" in outcome.text(name)
    assert_nothing_came_in(project)


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}{{ ''|attr('__class__') }}",
        "{{ asset_url.__globals__ }}{{ asset_url.__code__ }}",
        "{{ self.__init__.__globals__ }}{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__.os.system('touch pwned') }}",
        "{{ env.__class__.__init__.__globals__ }}{{ [].append.__self__ }}",
        "{{ '{0.__class__.__mro__}'.format(x) }}{{ '{0.__class__}'.format_map({'0': 1}) }}",
        "{% for x in range(1000000000) %}{% endfor %}",
        "{{ ().__class__.__base__.__subclasses__()|length }}",
        "{% import 'os' as os %}{{ os }}",
        "{{ lipsum.__globals__['os'].popen('touch pwned').read() }}",
    ],
)
def test_a_template_that_reaches_for_the_interpreter_gets_nothing(template: str) -> None:
    project = with_outside({"a.css.jinja": "/* " + template + " */"})
    outcome = project.build()
    said = outcome.stdout + "".join(text.decode() for text in outcome.public.values())
    for word in ("<class", "<module", "builtin", "subprocess", "function "):
        assert word not in said.replace("builtins", "") or outcome.code == 1
    assert not (project.root / "pwned").exists()
    if outcome.code == 0:
        assert outcome.text("a.css").strip("/* ") in ("", "0")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.css.jinja", "{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}"),
        ("a.css.jinja", "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(90) }}"),
        ("a.scss", "@while true {}"),
        ("a.scss", "@mixin f($n) { @if $n > 0 { @include f($n - 1); @include f($n - 1) } } @include f(90);"),
        ("a.scss", "a { b: " + "-" * 200_000 + "1 }"),
    ],
)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_loop_without_end_fails_the_build_at_the_time_limit_by_name(name: str, text: str, jobs: str) -> None:
    project = Project(below_assets({"b.css": "b{}"}), CONFIG + "time_limit = 1\n")
    former = project.build().public
    project.write({f"assets/{name}": text})
    outcome = project.build("--jobs", jobs)
    assert outcome.code == 1
    assert [(one.file, one.text) for one in outcome.diagnostics] == [
        (f"assets/{name}", "took longer than time_limit = 1 seconds")
    ]
    assert files_below(project.release / "public") == former


@pytest.mark.skipif(os.name == "nt", reason="asks for the signal")
def test_a_style_sheet_that_crashes_libsass_fails_the_build_by_name() -> None:
    outcome = build_files({"a.scss": "@media (a) {" * 20_000 + "b { c: d }" + "}" * 20_000}, CONFIG)
    assert [(one.file, one.text) for one in outcome.diagnostics] == [("assets/a.scss", "LibSass crashed by signal 11")]


CHAINS = {
    "style sheets": ("{}.css", '@import "{}.css";'),
    "modules": ("{}.js", 'import "./{}.js";'),
}


@pytest.mark.parametrize("kind", CHAINS)
def test_imports_ten_thousand_deep_are_linked(kind: str) -> None:
    name, text = CHAINS[kind]
    files = {name.format(number): text.format(number + 1) for number in range(DEEP)}
    outcome = build_files({**files, name.format(DEEP): ""})
    assert len(outcome.assets) == DEEP + 1
    # Each member of a cycle lists them all.
    ring = build_files(
        {**{name.format(number): files[name.format(number)] for number in range(999)}, name.format(999): text.format(0)}
    )
    assert len(ring.assets[name.format(0)]["cycle"]) == 1000


@pytest.mark.parametrize("implementation", ["libsass", "dart-sass"])
def test_sass_imports_ten_thousand_deep_are_an_error_in_words_or_compiled(implementation: str) -> None:
    files = {f"_{number}.scss": f'@import "{number + 1}";' for number in range(300)}
    config = CONFIG + f'[sass]\nimplementation = "{implementation}"\n'
    outcome = build_files({**files, "_300.scss": "a{b:c}", "a.scss": '@import "0";'}, config)
    assert outcome.code == 0 or outcome.errors


def test_bundled_imports_ten_thousand_deep_are_joined_or_told() -> None:
    files = {f"s/{number}.css": f'@import "{number + 1}.css";' for number in range(DEEP)}
    config = CONFIG + '[bundles."all.css"]\ncontents = ["s/0.css"]\n'
    outcome = build_files({**files, f"s/{DEEP}.css": "a{b:c}"}, config)
    assert outcome.code == 0 or outcome.errors


NESTED = {
    "a.css": ("a{", "b:c", "}"),
    "b.css": ("@media print{", "a{b:c}", "}"),
    "c.css": ("a{b:calc(", "1px", ")}"),
    "d.js": ("(", "1", ")"),
    "e.js": ("[", "", "]"),
    "f.js": ("`${", "1", "}`"),
    "g.js": ("function a(){", "", "}"),
    "h.json": ("[", "", "]"),
    "i.json": ('{"a":', "1", "}"),
    "j.webmanifest": ('{"icons":', "1", "}"),
    "k.svg": ("<g>", "", "</g>"),
    "l.html": ("<div>", "<img src=x.png>", "</div>"),
    "m.html": ("<template><style>", "a{b:url(x.png)}", "</style></template>"),
    "n.map": ('{"sections":[', "", "]}"),
    "o.xml": ("<a>", "", "</a>"),
}


@pytest.mark.parametrize("name", NESTED)
def test_what_is_nested_ten_thousand_deep_is_published_as_it_is_or_told(name: str) -> None:
    opening, inside, closing = NESTED[name]
    text = opening * DEEP + inside + closing * DEEP
    outcome = build_files({name: text, "x.png": "1"}, 'sources = ["assets"]\nsource_maps = "linked"\nencodings = []\n')
    assert outcome.errors == []
    built = outcome.text(name)
    assert built.count(opening.strip()) == text.count(opening.strip())


@pytest.mark.parametrize(
    ("name", "text", "implementation"),
    [
        ("a.scss", "a{" * DEEP + "}" * DEEP, "libsass"),
        ("a.scss", "a{" * DEEP + "}" * DEEP, "dart-sass"),
        ("a.scss", "a{b:" + "(" * DEEP + "1" + ")" * DEEP + "}", "libsass"),
        ("a.scss", "a{b:" + "(" * DEEP + "1" + ")" * DEEP + "}", "dart-sass"),
        ("a.sass", "".join(" " * number + "a\n" for number in range(2000)), "libsass"),
        ("a.css.jinja", "{{ " + "(" * DEEP + "1" + ")" * DEEP + " }}", "libsass"),
        ("a.css.jinja", "{% if 1 %}" * DEEP + "{% endif %}" * DEEP, "libsass"),
        ("a.css.jinja", "{{ " + "[" * DEEP + "]" * DEEP + " }}", "libsass"),
    ],
)
def test_what_compilers_cannot_nest_so_deep_is_an_error_in_words(name: str, text: str, implementation: str) -> None:
    outcome = build_files({name: text}, CONFIG + f'[sass]\nimplementation = "{implementation}"\n')
    assert outcome.code == 0 or (outcome.errors and all("Traceback" not in error for error in outcome.errors))


def test_names_as_long_as_file_systems_take_and_names_of_any_script() -> None:
    longest = "n" * 255
    names = [
        "e\u0301.css",
        "\u05d0\u202e.css",
        "\u200b.css",
        "a b.css",
        "100%.css",
        "a;b,c.css",
        "\U0001f600.css",
        "#.css",
        "?.css",
        "&amp;.css",
        "'\".css",
        "<script>.css",
    ]
    outcome = build_files({**dict.fromkeys(names, "a{}"), longest: "x"})
    assert outcome.code == 1
    assert len(outcome.errors) == 1
    assert "file systems allow 255" in outcome.errors[0]
    outcome = build_files(dict.fromkeys(names, "a{}"))
    manifest = Manifest(dict(outcome.manifest))
    assert len(manifest) == len(names)
    for name in manifest:
        assert manifest.url(name).isascii()
        assert not set(manifest.url(name)) & set("<>\"' ?#\\")


FILES = {
    "a.scss": '@import "b"; a { c: url(d.png) }',
    "_b.scss": "e { f: g }",
    "d.png": "1" * 500,
    "h.js": "import './i.js'\n// x\n" * 40,
    "i.js": "let  a = 1",
    "j.css.jinja": "{{ asset_url('d.png') }} {{ asset_data_url('d.png') }}",
    "k.svg": "<svg/>" * 40,
}
VALUES = [b"", b"\0", b"{}", b"[]", b"null", b"0", b'"x"', b"[[]]", b"\xff" * 9, b"[" * 9999, b'{"format":2}', b"cut"]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_cache_of_which_every_value_is_damaged_gives_the_same_release(value: bytes) -> None:
    project = Project(below_assets(FILES), 'sources = ["assets"]\n')
    whole = project.build().public
    poison(project.root / ".assetbuild", value, with_digest=False)
    again = project.build("--output", "other")
    assert again.errors == []
    assert again.public == whole
    # Every value was put again.
    assert project.build("--output", "other").summary["compiled"]["ran"] == 0


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_cache_of_which_every_value_is_anothers_with_its_digest_is_no_crash(value: bytes) -> None:
    project = Project(below_assets(FILES), 'sources = ["assets"]\n')
    whole = project.build()
    poison(project.root / ".assetbuild", value, with_digest=True)
    for output in ("build/release", "other"):
        again = project.build("--output", output)
        assert again.errors == []
        # Who can write digests can write variants; what scripts and style sheets say is made again.
        assert {name: entry["integrity"] for name, entry in again.assets.items()} == {
            name: entry["integrity"] for name, entry in whole.assets.items()
        }


def poison(cache: Path, value: bytes, *, with_digest: bool) -> None:
    """Puts the value under every key; its digest too, or not."""
    (database,) = cache.glob("*.sqlite3")
    connection = sqlite3.connect(database)
    for number, key in connection.execute("SELECT id, key FROM entries").fetchall():
        connection.execute("UPDATE contents SET value = ? WHERE id = ?", (value, number))
        if with_digest:
            digest = hashlib.sha256(key.encode() + b"\0" + value).digest()
            connection.execute("UPDATE entries SET digest = ?, size = ? WHERE id = ?", (digest, len(value), number))
    connection.commit()
    connection.close()
