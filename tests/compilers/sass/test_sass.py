"""Sass through LibSass: files in, CSS and diagnostics out."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from assetbuild.compilers.base import Result, Tools, World
from assetbuild.compilers.sass import compile_sass
from assetbuild.compilers.sass.libsass import version
from assetbuild.compilers.services import Services
from assetbuild.model import Asset, Content, Origin, Source
from assetbuild.references.source_map import Positions, decode
from compilers.workbench import SERVICES


class Project:
    """Files below `root`; every first directory but "lib" is a load path, unless `roots` names them."""

    def __init__(
        self,
        root: Path,
        files: Mapping[str, str | bytes],
        roots: Sequence[str] | None = None,
        services: Services | None = None,
        implementation: str = "libsass",
    ) -> None:
        self.root = root
        self.implementation = implementation
        self.digests: dict[str, str | None] = {}
        sources: dict[str, Source] = {}
        for name, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            top, _, path = name.partition("/")
            if top in roots if roots is not None else top != "lib":
                digest = hashlib.sha256(data).hexdigest()
                sources.setdefault(path, Source(path, str(file), str(root / top), len(data), digest))
        self.world = World(str(root), "/static/", sources, self.digest, services=services or SERVICES)
        self.tools = Tools(self.world)

    def digest(self, file: str) -> str | None:
        if file not in self.digests:
            there = os.path.isfile(file)
            self.digests[file] = hashlib.sha256(Path(file).read_bytes()).hexdigest() if there else None
        return self.digests[file]

    def compile(self, path: str, **options: Any) -> Result:
        source = self.world.sources[path]
        asset = Asset(path, "text/x-scss", source.content, (), self.world.display(source.file))
        return compile_sass((asset,), {"implementation": self.implementation, **options}, self.tools)


def css_of(result: Result) -> str:
    assert result.diagnostics == ()
    return result.assets[0].content.read().decode()


def texts(result: Result) -> list[str]:
    return [diagnostic.text for diagnostic in result.diagnostics]


def origin(project: Project, result: Result, written: str) -> tuple[str, str]:
    """The file and the text of the origin of `written` in the CSS."""
    assert result.origins is not None
    css = result.assets[0].content.read()
    place = result.origins(css.index(written.encode()), written.encode())
    assert isinstance(place, Origin)
    data = (project.root / place.file).read_bytes()
    return place.file, data[place.start : place.start + place.length].decode()


def test_a_stylesheet_becomes_css_at_its_logical_path(tmp_path: Path) -> None:
    result = Project(tmp_path, {"a/css/app.scss": "a { b { c: 1/3 + 0 } }"}).compile("css/app.scss")
    assert (result.assets[0].path, result.assets[0].type) == ("css/app.css", "text/css")
    assert css_of(result) == "a b {\n  c: 0.3333333333;\n}\n"


def test_style_and_precision_are_options(tmp_path: Path) -> None:
    project = Project(tmp_path, {"a/app.sass": "a\n  b: 1/3 + 0\n"})
    assert css_of(project.compile("app.sass", style="compressed", precision=2)) == "a{b:.33}\n"


@pytest.mark.parametrize("text", ["", "\ufeff", "\n \n", "$a: 1;", "// nothing"])
@pytest.mark.parametrize("name", ["app.scss", "app.sass"])
def test_nothing_becomes_nothing(tmp_path: Path, name: str, text: str) -> None:
    project = Project(tmp_path, {f"a/{name}": text.replace(";", "" if name.endswith("sass") else ";")})
    assert css_of(project.compile(name)) == ""


def test_charset_stands_once_and_only_for_text_beyond_ascii(tmp_path: Path) -> None:
    files = {
        "a/app.scss": "@charset 'utf-8'; @import 'p';",
        "a/_p.scss": "\ufeff@charset 'x'; a{b:'é'}",
        "a/q.scss": "@charset 'utf-8'; a{b:c}",
    }
    project = Project(tmp_path, files)
    assert css_of(project.compile("app.scss")) == "@charset \"UTF-8\";\na {\n  b: 'é';\n}\n"
    assert css_of(project.compile("app.scss", style="compressed")) == "@charset \"UTF-8\";a{b:'é'}\n"
    assert css_of(project.compile("q.scss")) == "a {\n  b: c;\n}\n"


@pytest.mark.parametrize(
    ("data", "place"), [(b"a{}\nb: '\xc3\xa9\xff'", (2, 6)), (b"a{\0}", (1, 3)), (b"\xff\xfea\0", (1, 1))]
)
def test_what_is_not_utf8_is_an_error_at_its_place(tmp_path: Path, data: bytes, place: tuple[int, int]) -> None:
    files = {"a/app.scss": data, "a/x.scss": "@import 'app';"}
    for name in ("app.scss", "x.scss"):
        (diagnostic,) = Project(tmp_path, files).compile(name).diagnostics
        assert (diagnostic.file, (diagnostic.line, diagnostic.column)) == ("a/app.scss", place)


def test_an_error_points_into_the_partial_and_says_who_used_it(tmp_path: Path) -> None:
    files = {"a/app.scss": "@import 'p';\n\na { @include m }", "a/_p.scss": "@mixin m {\n  /* 😀 */ b: $nope;\n}"}
    result = Project(tmp_path, files).compile("app.scss")
    (one,) = result.diagnostics
    assert (one.text, one.file, one.line, one.column, one.length) == (
        'Undefined variable: "$nope".',
        "a/_p.scss",
        2,
        14,
        5,
    )
    assert one.source == "  /* 😀 */ b: $nope;"
    assert one.hint == "used by a/app.scss:3:14"
    assert result.assets == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a{b:c", 1, 'Invalid CSS after "a{b:c"'),
        ("a { b: 1px + 1s }", 1, "Incompatible units"),
        ("\n@error 'my' + ' own';", 2, "my own"),
        (".a { @extend .zz; }", 1, "The target selector was not found."),
        ("@function f() { @return f(); } a { b: f() }", 1, "Stack depth exceeded"),
        ("a{" * 3000, 1, "Code too deeply nested"),
        ("@import 7;", 1, "@import directive requires"),
    ],
)
def test_errors_of_libsass_become_diagnostics(tmp_path: Path, text: str, line: int, message: str) -> None:
    (one,) = Project(tmp_path, {"a/app.scss": text}).compile("app.scss").diagnostics
    assert one.text.startswith(message)
    assert (one.file, one.line) == ("a/app.scss", line)


def test_an_error_in_an_indented_partial_points_at_its_line(tmp_path: Path) -> None:
    files = {"a/app.scss": "@import 'p';", "a/_p.sass": "a\n  b: c\n\n  d: $nope\n"}
    (one,) = Project(tmp_path, files).compile("app.scss").diagnostics
    assert (one.file, one.line, one.source) == ("a/_p.sass", 4, "  d: $nope")


def test_what_libsass_prints_becomes_diagnostics(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    partial = (
        "a {\n  @warn 'old\nnews';\n  @debug 1 + 1;\n  $q: 1 !global;\n  b: call('rgb', 1, 2, 3);\n  c: unquote(7) }"
    )
    files = {"a/app.scss": "@import 'p'; @import 'p';", "a/_p.scss": partial.replace("old\nnews", "old news")}
    result = Project(tmp_path, files).compile("app.scss")
    found = {(one.severity, one.file, one.line, one.text) for one in result.diagnostics}
    assert ("warning", "a/_p.scss", 2, "old news") in found
    assert ("notice", "a/_p.scss", 3, "2") in found
    assert any(one[:3] == ("notice", "a/_p.scss", 4) and "!global" in one[3] for one in found)
    assert any("Passing a string to call()" in one[3] for one in found)
    assert any("unquote()" in one[3] and one[2] == 6 for one in found)
    assert result.assets
    assert capfd.readouterr() == ("", "")


def test_a_loop_without_end_is_ended_at_the_time_limit_and_told(tmp_path: Path) -> None:
    project = Project(tmp_path, {"a/app.scss": "$n: 0; @while true { $n: $n + 1 }", "a/b.scss": "a { b: c }"})
    world = project.world
    limited = World(world.root, world.base_url, world.sources, world.digest_of, time_limit=1, services=world.services)
    project.tools = Tools(limited)
    (one,) = project.compile("app.scss").diagnostics
    assert (one.severity, one.file, one.text) == ("error", "a/app.scss", "took longer than time_limit = 1 seconds")
    assert "a loop without an end" in str(one.hint)
    project.tools = Tools(world)
    assert css_of(project.compile("b.scss")) == "a {\n  b: c;\n}\n"


@pytest.mark.skipif(os.name == "nt", reason="asks for the signal")
def test_what_crashes_libsass_is_told_and_the_next_style_sheet_is_compiled(tmp_path: Path) -> None:
    files = {"a/app.scss": "@if true {" * 20_000 + "}" * 20_000, "a/b.scss": "a { b: c }"}
    project = Project(tmp_path, files)
    (one,) = project.compile("app.scss").diagnostics
    assert (one.severity, one.file, one.text) == ("error", "a/app.scss", "LibSass crashed by signal 11")
    assert css_of(project.compile("b.scss")) == "a {\n  b: c;\n}\n"


def test_origins_point_at_what_the_author_wrote(tmp_path: Path) -> None:
    files = {
        "a/app.scss": "\ufeff/* é */ $v: url(v.png);\n@import 'p';\n"
        "a { b: $v;\n  c: x url('😀.png') url(\"two.png\")\n}\n"
        "@font-face { src: url(f.eot),\n   url(f.woff) }\n.m { @include m('given.png') }",
        "a/_p.scss": "@mixin m($u) { background: url($u) }\n.k { l: url('#{1 + 1}/made.png') }",
    }
    project = Project(tmp_path, files)
    for style in ("expanded", "compressed"):
        result = project.compile("app.scss", style=style)
        for written in ("v.png", "😀.png", "two.png", "f.eot", "f.woff", "given.png"):
            assert origin(project, result, written) == ("a/app.scss", written)
        assert origin(project, result, "2/made.png") == ("a/_p.scss", "#{1 + 1}/made.png")


def test_origins_of_an_indented_sheet_are_found_on_its_lines(tmp_path: Path) -> None:
    files = {
        "a/app.scss": "@import 'p';",
        "a/_p.sass": "// @use\n.a\n  &:hover\n    b: url('x.png')\n  c: url('x.png')\n",
    }
    project = Project(tmp_path, files)
    result = project.compile("app.scss")
    assert result.origins is not None
    css = result.assets[0].content.read()
    found = {result.origins(at, b"x.png") for at in (css.index(b"x.png"), css.rindex(b"x.png"))}
    lines = sorted(files["a/_p.sass"][: one.start].count("\n") + 1 for one in found if one)
    assert lines == [4, 5]


def test_the_origin_in_a_sheet_that_a_template_made_counts_in_what_that_made(tmp_path: Path) -> None:
    project = Project(tmp_path, {"a/app.scss.jinja": "{# x #}"})
    asset = Asset("app.scss", "text/x-scss", Content.of(b"a { b: url(x.png) }"), (), "a/app.scss.jinja")
    result = compile_sass((asset,), {}, project.tools)
    assert result.origins is not None
    found = result.origins(result.assets[0].content.read().index(b"x.png"), b"x.png")
    assert found == Origin("a/app.scss.jinja", len("a { b: url("), len("x.png"))


def test_a_source_map_names_logical_paths_and_counts_in_utf16(tmp_path: Path) -> None:
    files = {
        "a/css/app.scss": "@import 'p', 'lib', 's';\n.😀 { content: '😀é'; x: y }",
        "a/base/_p.scss": "p{q:r}",
        "a/css/_s.sass": ".s\n  t: u\n",
        "lib/_lib.scss": "l{i:b}",
    }
    files["a/css/app.scss"] = files["a/css/app.scss"].replace("'p'", "'../base/p'")
    for style in ("expanded", "compressed"):
        project = Project(tmp_path, files)
        result = project.compile("css/app.scss", style=style, load_paths=["lib"], source_map=True)
        css, mapped = (asset.content.read().decode() for asset in result.assets)
        assert [asset.path for asset in result.assets] == ["css/app.css", "css/app.css.map"]
        assert css.endswith("\n/*# sourceMappingURL=app.css.map */")
        document = json.loads(mapped)
        assert document["sources"] == ["app.scss", "../base/_p.scss", "../lib/_lib.scss", "_s.sass"]
        assert document["sourcesContent"][1] == "p{q:r}"
        assert str(tmp_path) not in mapped
        lines = css.split("\n")
        line = next(number for number, text in enumerate(lines) if "x:" in text)
        column = len(lines[line][: lines[line].index("x:")].encode("utf-16-le")) // 2
        place = Positions(decode(document["mappings"])).find(line, column)
        assert place is not None
        author = files["a/css/app.scss"].split("\n")[place.line].encode("utf-16-le")[2 * place.column :]
        assert (place.source, author.decode("utf-16-le")[:4]) == (0, "x: y")


def test_the_output_does_not_depend_on_where_the_project_lies(tmp_path: Path) -> None:
    files = {"a/app.scss": "@import 'p'; @import 's';", "lib/_p.scss": "a{b:c}", "a/_s.sass": "a\n  b: c\n"}
    made = []
    for place in ("one", "two/three"):
        result = Project(tmp_path / place / "p", files).compile("app.scss", load_paths=["lib"], source_map=True)
        made.append([asset.content.read() for asset in result.assets])
    outside = Project(tmp_path / "q", {"a/app.scss": "@import 'p';"})
    result = outside.compile("app.scss", load_paths=["../one/p/lib"], source_map=True)
    assert json.loads(result.assets[1].content.read())["sources"] == ["app.scss", "lib/_p.scss"]
    assert made[0] == made[1]


def test_threads_compile_at_once(tmp_path: Path) -> None:
    made: dict[int, Result] = {}

    def run(number: int) -> None:
        files = {"a/app.scss": f"@warn '{number}'; @import 'p';", "a/_p.scss": f".n{number} {{ b: c }}"}
        made[number] = Project(tmp_path / str(number), files).compile("app.scss")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: texts(result) for number, result in made.items()} == {n: [str(n)] for n in range(8)}
    assert all(f".n{number} " in made[number].assets[0].content.read().decode() for number in made)


def test_the_version_names_libsass() -> None:
    assert version().startswith("libsass 3.")
