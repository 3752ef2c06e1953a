"""Plain files go another way through a build than all others, and nobody sees a difference."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetbuild import plain
from assetbuild.bulk.arena import LARGEST_KEPT, Arena, kept_together
from assetbuild.bulk.files import _by_cost, _starts
from assetbuild.bulk.memory import Final, Memory, lines_of, references_in, save
from assetbuild.cache import Cache
from assetbuild.media import TYPES
from assetbuild.private_names import why_private
from assetbuild.processes import Claims, Process, ranges, shared
from assetbuild.references import find_references
from assetbuild.survey import Survey
from releasing import stamps
from scenario import CONFIG, Outcome, Project, files_below

SHEETS = ["a.css", "css/b.css", "css/c.css", "css/in/d.css"]
SCRIPTS = ["a.js", "js/b.js", "js/c.mjs", "js/in/d.js", "sw.js"]
OTHERS = ["i.png", "img/j.svg", "img/k l.png", "page.html", "manifest.json", "data.json", "js/b.js.map", "ü.png"]
UNUSUAL = ["img/J.svg", ".hidden/x.css", "x.css~", "key.pem", "b.min.css", "_p.scss", "s.scss", "t.html.jinja", "no"]
NAMES = [*SHEETS, *SCRIPTS, *OTHERS, *UNUSUAL]

SETTINGS = [
    "",
    'base_url = "/"',
    'base_url = "https://cdn.example.com/x/"',
    "minify = true",
    'exclude = ["css/in/*"]',
    'include = ["css/**", "js/*", "*.png"]',
    'external = ["**/*"]',
    'unfingerprinted = ["img/*", "sw.js"]',
    'prehashed = ["js/in/*", "css/in/*"]',
    'source_maps = "hidden"',
    'source_maps = "none"',
    'modules = "importmap"',
    'encodings = ["gzip"]',
    'manifests = ["flat"]',
    '[inline]\nmatch = "img/*"\nmax_bytes = 50',
    "[importmap.pins]\nlib = 'js/b.js'",
    '[bundles."all.css"]\ncontents = ["css/*.css"]',
    '[bundles."all.js"]\ncontents = ["js/b.js", "js/in/*"]',
    'publish_contents = true\n[bundles."all.js"]\ncontents = ["js/*.js"]',
    '[[rules]]\nmatch = "js/*"\nminify = true',
    '[[rules]]\nmatch = "**/*.css"\nexternal = ["**/*"]',
    'syntax = "error"',
]


# Scripts and style sheets of a small project are looked at one by one, if not told otherwise.
ONLY_REWRITTEN = f'{CONFIG}syntax = "off"\n'


def written(name: str, target: str) -> str:
    """How one file names another."""
    return os.path.relpath(target, os.path.dirname(name) or ".").replace(os.sep, "/")


@st.composite
def contents(draw: st.DrawFn, name: str) -> bytes:
    targets = draw(st.lists(st.sampled_from([*NAMES, "not/there.png"]), max_size=3))
    urls = [
        draw(
            st.sampled_from(
                [
                    written(name, one),
                    f"./{written(name, one)}",
                    f"/static/{one}",
                    f"asset:{one}",
                    f"{written(name, one)}?v=1#x",
                    f"/{one}",
                ]
            )
        )
        for one in targets
    ]
    if name.endswith((".css", ".scss")):
        shape = st.sampled_from(
            [".a{{b:url({})}}", ".a{{b:url('{}')}}", "@import '{}';", "/* {} */", ".c{{d:image-set('{}' 1x)}}"]
        )
        text = "\n".join(draw(shape).format(url) for url in urls)
    elif name.endswith((".js", ".mjs", ".map")):
        shape = st.sampled_from(
            [
                "import '{}';",
                "import a from './{}'",
                'export * from "{}";',
                "import('{}')",
                "new URL('{}', import.meta.url)",
                "new Worker(new URL('{}', import.meta.url))",
                "importScripts('{}')",
                "'asset:{}'",
                "// {}",
                "//# sourceMappingURL={}",
                "import 'lib';",
            ]
        )
        text = "\n".join(draw(shape).format(url) for url in urls)
    elif name.endswith((".html", ".svg")):
        text = "<svg xmlns='http://www.w3.org/2000/svg'>" + "".join(f'<image href="{url}"/>' for url in urls) + "</svg>"
    elif name.endswith("manifest.json"):
        text = '{"icons": [' + ", ".join(f'{{"src": "{url}"}}' for url in urls) + "]}"
    else:
        text = "picture"
    return (
        draw(st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf", b"\xff\xfe"]))
        + text.encode()
        + draw(st.sampled_from([b"", b" ", b"\n"]))
    )


projects = st.lists(st.sampled_from(NAMES), min_size=1, max_size=9, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({f"assets/{name}": contents(name) for name in names})
)


def everything(built: Outcome) -> object:
    """All that a build says and leaves, but for the time that it took and for what came of the cache."""
    summary = {key: value for key, value in built.summary.items() if key != "seconds"}
    return built.code, built.diagnostics, built.manifest, built.public, built.private, summary


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(projects, st.lists(st.sampled_from(SETTINGS), max_size=2, unique=True))
def test_the_release_and_all_that_is_said_are_those_of_the_long_way(
    files: Mapping[str, bytes], chosen: list[str]
) -> None:
    keys = [one for one in chosen if not one.startswith("[") and "\n[" not in one]
    tables = [one for one in chosen if one not in keys]
    defaults = [
        line for line in ONLY_REWRITTEN.splitlines() if line.split(" =")[0] not in {key.split(" =")[0] for key in keys}
    ]
    project = Project(files, "\n".join([*defaults, *keys, *tables, ""]))
    assert everything(project.build("--output", "one")) == everything(
        project.build("--output", "two", "--no-cache", "--jobs", "1")
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(projects, st.lists(projects, min_size=1, max_size=3), st.sampled_from(["", 'external = ["**/*"]']))
def test_edited_again_and_again_it_is_what_the_long_way_makes_at_once(
    first: Mapping[str, bytes], edits: list[Mapping[str, bytes]], key: str
) -> None:
    project = Project(first, f"{ONLY_REWRITTEN}{key}\n")
    project.build()
    for files in edits:
        # Of an older file nobody asks whether it was changed in this very moment.
        time.sleep(0.02)
        project.write(dict(list(files.items())[:3]))
        built, clean = project.build(), project.build("--output", "clean", "--no-cache", "--jobs", "1")
        assert (built.code, built.diagnostics, built.manifest) == (clean.code, clean.diagnostics, clean.manifest)
        assert {name: built.public[name] for name in clean.public} == clean.public


def test_what_is_no_map_but_named_as_one_is_published_as_what_it_is() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="i.png"/></svg>'
    files = {"assets/a.js": "import './b.js';\n//# sourceMappingURL=j.svg\n", "assets/b.js": "", "assets/i.png": "i"}
    project = Project({**files, "assets/j.svg": svg}, ONLY_REWRITTEN)
    one = project.build("--output", "one")
    assert everything(one) == everything(project.build("--output", "two", "--no-cache", "--jobs", "1"))
    assert one.file("i.png").encode() in one.bytes_of("j.svg")


def test_a_plain_file_that_has_not_changed_is_not_opened_again() -> None:
    names = ["a.js", "b.js", "c.js", "d.css", "e.png"]
    texts = ["export {};", "import './a.js'", "import './b.js'", "a{b:url(e.png)}", "1"]
    project = Project({f"assets/{name}": text for name, text in zip(names, texts, strict=True)}, ONLY_REWRITTEN)
    time.sleep(0.02)
    project.build()
    time.sleep(0.02)
    project.write({"assets/a.js": "export {}; // edited"})
    script = """
import os, sys
sys.addaudithook(lambda event, values: event == "open" and "/assets/" in str(values[0]) and print(values[0]))
from assetbuild.cli import main
sys.exit(main(["build", "-q"]))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=project.root, check=True, capture_output=True, text=True)
    # What refers to the edited file is written anew.
    assert sorted({os.path.basename(line) for line in ran.stdout.splitlines()}) == ["a.js", "b.js", "c.js"]


def test_a_project_of_thousands_is_the_same_by_several_processes_and_by_one() -> None:
    files: dict[str, str | bytes] = {f"assets/i/{number % 40}/{number}.png": b"%d" % number for number in range(2600)}
    for number in range(800):
        files[f"assets/j/{number}.js"] = f"import './{number // 2}.js';" if number % 7 else "export const a = 1;"
        files[f"assets/c/{number}.css"] = f".a{{b:url(../i/{number % 40}/{number}.png)}}"
    files["assets/c/large.css"] = b".x{}" * LARGEST_KEPT
    files["assets/i/large.png"] = bytes(3 << 20)
    project = Project(files, ONLY_REWRITTEN)
    command = [sys.executable, "-m", "assetbuild", "build", "-q", "--output"]
    for words in (["two", "--jobs", "2"], ["five", "--jobs", "5"], ["one", "--jobs", "1", "--no-cache"]):
        subprocess.run([*command, *words], cwd=project.root, check=True)
    one = files_below(project.root / "one")
    assert len(one) > 4000
    assert one == files_below(project.root / "two") == files_below(project.root / "five")
    # With nothing to do, and with something to repair.
    before = stamps(project.root / "two")
    subprocess.run([*command, "two", "--jobs", "2"], cwd=project.root, check=True)
    assert stamps(project.root / "two") == before
    (project.root / "two" / min(name for name in one if name.startswith("public/c/"))).unlink()
    subprocess.run([*command, "two", "--jobs", "2"], cwd=project.root, check=True)
    assert one == files_below(project.root / "two")


def test_what_a_process_cannot_do_is_done_here() -> None:
    home = os.getpid()

    def work(number: int, count: int) -> list[int]:
        if number == 2 and os.getpid() != home:
            raise OSError("no")
        return [number, count, os.getpid() == home]

    assert shared(work, 4) == [[0, 4, True], [1, 4, False], [2, 4, True], [3, 4, False]]


def test_an_error_of_the_share_that_is_done_here_ends_the_others() -> None:
    def work(number: int, count: int) -> None:
        if number == 0:
            raise ValueError("no")
        time.sleep(60)

    began = time.monotonic()
    with pytest.raises(ValueError, match="no"):
        shared(work, 2)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("name", ["data.wasm", "in/data.wasm", "worker.min.js"])
def test_what_the_stations_link_may_refer_to_a_plain_script_that_names_other_plain_files(name: str) -> None:
    files = {
        "assets/app.js": "import './library.min.js'; let value = 1;",
        "assets/library.min.js": f"import './other.min.js'; fetch(new URL('{name}', import.meta.url));",
        "assets/other.min.js": "",
        f"assets/{name}": "",
    }
    config = 'sources = ["assets"]\nsyntax = "off"\nencodings = []\n'
    project = Project(files, config)
    one, two = project.build("--output", "one"), project.build("--output", "two", "--no-cache", "--jobs", "1")
    assert (one.code, one.manifest, one.public) == (0, two.manifest, two.public)


def test_what_no_process_is_there_for_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, home, allowed = os.fork, os.getpid(), iter([True])

    def forked() -> int:
        if not next(allowed, False):
            raise BlockingIOError(errno.EAGAIN, "no more processes")
        return fork()

    monkeypatch.setattr(os, "fork", forked)
    open_before = os.listdir("/dev/fd")
    assert shared(lambda number, count: [number, count, os.getpid() == home], 4) == [
        [0, 4, True],
        [1, 4, False],
        [2, 4, True],
        [3, 4, True],
    ]
    assert os.listdir("/dev/fd") == open_before


def test_a_process_is_ended_where_nobody_may_wait_for_it() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        process = Process(lambda: time.sleep(60))
        process.end()
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_claims_that_no_pipe_holds_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    pipe = os.pipe

    def small() -> tuple[int, int]:
        ends = pipe()
        # F_SETPIPE_SZ of Linux.
        fcntl.fcntl(ends[1], 1031, 4096)
        return ends

    monkeypatch.setattr(os, "pipe", small)
    with pytest.raises(BlockingIOError):
        Claims(range(4000))
    claims = Claims(range(1000))
    assert list(claims) == list(range(1000))
    claims.close()


@pytest.mark.parametrize("lacking", ["os.fork = fails", "os.pipe = fails", "processes.Claims = fails"])
@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("kept", [False, True])
def test_a_build_makes_do_with_the_processes_that_there_are(lacking: str, after: int, kept: bool) -> None:
    files = {f"assets/{number}.js": f"import './{number + 1}.js'" for number in range(60)} | {"assets/60.js": ""}
    project = Project(files, ONLY_REWRITTEN)
    # Where anything stands, nothing is staged.
    project.write({"one/kept": "x"} if kept else {})
    script = f"""
import itertools, os, sys
from assetbuild import processes
import assetbuild.bulk.reading as processes_there
processes.WORTH_A_PROCESS = 10
calls, real = itertools.count(), {lacking.partition(" ")[0]}
def fails(*values):
    if next(calls) < {after}:
        return real(*values)
    raise BlockingIOError(11, "no more of them")
{lacking}
processes_there.Claims = processes.Claims
from assetbuild.cli import main
sys.exit(main(["build", "-q", "--jobs", "4", "--output", "one"]))
"""
    subprocess.run([sys.executable, "-c", script], cwd=project.root, check=True)
    project.run("build", "--output", "two", "--no-cache", "--jobs", "1")
    one = {name: data for name, data in files_below(project.root / "one").items() if name != "kept"}
    assert one == files_below(project.root / "two")


def test_a_file_that_comes_back_between_a_look_at_it_and_its_reading_takes_the_place_of_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = Project({f"assets/{number}.txt": f"content of {number}" for number in range(9)}, ONLY_REWRITTEN)
    file, look_at = project.root / "assets/5.txt", Survey.look_at

    def look(self: Survey, paths: Iterable[str]) -> None:
        file.rename(project.root / "away")
        look_at(self, paths)
        (project.root / "away").rename(file)

    monkeypatch.setattr(Survey, "look_at", look)
    # What is durable is not staged ahead.
    one = project.build("--output", "one", "--no-cache", "--durable", "--jobs", "2")
    monkeypatch.undo()
    two = project.build("--output", "two", "--no-cache", "--jobs", "1")
    assert (one.manifest, one.public) == (two.manifest, two.public)


@given(st.integers(1, 8), st.lists(st.integers(0, 10**9), max_size=50))
def test_ranges_cover_everything_once(count: int, sizes: list[int]) -> None:
    cuts = ranges(count, sizes)
    assert len(cuts) == count + 1
    assert cuts == sorted(cuts)
    assert (cuts[0], cuts[-1]) == (0, len(sizes))


def test_claims_are_taken_once_and_in_order() -> None:
    claims = Claims([3, 1, *range(4, 500)])
    assert list(claims) == [3, 1, *range(4, 500)]
    claims.close()


def test_parts_with_scripts_are_read_first_and_small_ones_last() -> None:
    paths = [f"a/{number:04}.png" for number in range(500)] + [f"b/{number:04}.js" for number in range(500)]
    starts = _starts(len(paths))
    order = _by_cost(paths, starts)
    assert sorted(order) == list(range(len(starts) - 1))
    assert [starts[part] for part in order[:3]] == [500, 600, 700]
    assert starts[order[-1] + 1] - starts[order[-1]] == 3
    assert _by_cost(paths[:500], _starts(500)) == list(range(len(_starts(500)) - 1))


@given(st.integers(0, 3000) | st.integers(10**5, 10**7))
def test_parts_cover_all_files_once_and_a_pipe_holds_the_claims(count: int) -> None:
    starts = _starts(count)
    assert (starts[0], starts[-1]) == (0, count)
    assert all(before < after for before, after in pairwise(starts))
    claims = Claims(range(len(starts) - 1))
    claims.close()


def test_what_a_process_gives_one_by_one_comes_one_by_one_until_it_fails() -> None:
    def work() -> Iterator[object]:
        yield "a"
        yield (b"x" * (3 << 20), None)
        raise OSError

    results = Process(work).results()
    assert [next(results), next(results)] == ["a", (b"x" * (3 << 20), None)]
    with pytest.raises(ChildProcessError):
        next(results)


def test_the_arena_has_a_place_for_small_files_as_long_as_there_is_room() -> None:
    arena = Arena([3, LARGEST_KEPT + 1, 0, 5, 4], 8)
    assert [arena.has(number) for number in range(5)] == [True, False, True, True, False]
    for number, data in ((3, b"fives"), (4, b"four"), (0, b"one"), (2, b"")):
        arena.put(number, data)
    assert (arena.get(0, 3), arena.get(2, 0), arena.get(3, 5)) == (b"one", b"", b"fives")


def test_less_is_kept_of_a_larger_project() -> None:
    assert kept_together(10_000) == kept_together(20_000) > kept_together(30_000) > kept_together(90_000) > 0


def test_no_type_that_is_published_is_one_of_leftovers_or_secrets() -> None:
    assert [extension for extension in TYPES if why_private(f"a/b.{extension}")] == []


def test_a_memory_that_is_damaged_is_empty() -> None:
    cache = {
        "bulk/empty": b"0 0",
        "bulk/none of its parts": b"x 1",
        "bulk/other": b"x 1",
        "bulk/other/0": b'y\n[["a"], "", [], [], [], [], ""]',
        "bulk/bad": b"x 1",
        "bulk/bad/0": b"x\n[[",
        "bulk/strange": b"x 1",
        "bulk/strange/0": b"x\n[1, 2]",
        "bulk/short": b"x 1",
        "bulk/short/0": b'x\n[["a"], "AAAA", [], [], [], [], ""]',
        "bulk/no number": b"x",
    }
    for key in (*(name.partition("/")[2] for name in cache), "not there"):
        memory = Memory.load(cast(Cache, cache), key)
        assert (memory.files, memory.finals) == ({}, {})


def test_a_memory_gives_what_was_kept() -> None:
    paths = [f"{number}.js" for number in range(9500)]
    digests = b"".join(number.to_bytes(32, "little") for number in range(9500))
    integrities = b"".join(number.to_bytes(48, "little") for number in range(9500))
    references = {"7.js": ((1, 2, "import", "8.js", ""),), "9001.js": ((1, 2, "asset", "7.js", "?x"),)}
    finals = {path: Final("ab" * 32, 5, b"c" * 48) for path in references}
    cache: dict[str, bytes] = {}

    class Kept:
        get = cache.get
        put = cache.__setitem__

    lines = list(lines_of(paths, digests, integrities, references, finals))
    save(cast(Cache, Kept), "key", lines)
    memory = Memory.load(cast(Cache, Kept), "key")
    assert list(memory.files) == paths
    assert memory.finals == finals
    # Of what refers to others nobody publishes the bytes that were read.
    assert memory.files["9001.js"] == ((9001).to_bytes(32, "little"), b"c" * 48, references["9001.js"])
    assert memory.files["3.js"] == ((3).to_bytes(32, "little"), (3).to_bytes(48, "little"), ())
    assert references_in(lines) == references
    save(cast(Cache, Kept), "key", lines_of(paths[:500], digests[:16000], integrities[:24000], {}, {}))
    assert list(Memory.load(cast(Cache, Kept), "key").files) == paths[:500]


LARGE = b"export const filler = '" + b"x" * LARGEST_KEPT + b"';\n"


@pytest.mark.parametrize("syntax", ["off", "error"])
def test_what_a_large_text_refers_to_is_found_once_also_where_a_station_links_it(
    syntax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, str | bytes] = {
        "assets/js/app.js": b'import "./b.js";\nnew URL("../i.png", import.meta.url);\n'
        + LARGE
        + b"//# sourceMappingURL=app.js.map\n",
        "assets/js/app.js.map": '{"version":3,"sources":["app.ts"],"names":[],"mappings":"AAAA"}',
        "assets/js/b.js": "export {}",
        "assets/js/external.js": LARGE + b"new URL('https://example.com/x.png', import.meta.url);"
        b"//# sourceMappingURL=https://example.com/a.map\n",
        "assets/js/latin.js": LARGE + b"// \xe9\n//# sourceMappingURL=app.js.map\n",
        "assets/a.css": b"a { b: url(i.png) }" + b" " * LARGEST_KEPT + b"/*# sourceMappingURL=a.css.map */",
        "assets/a.css.map": '{"version":3,"sources":["a.scss"],"names":[],"mappings":"AAAA"}',
        "assets/i.png": b"1",
    }
    project = Project(files, CONFIG + f'syntax = "{syntax}"\n')
    clean = project.build("--no-cache", "--jobs", "1", "--output", "clean")
    assert clean.assets["js/app.js"]["imports"] == ["js/b.js"]
    searched: list[str] = []

    def search(path: str, *rest: Any) -> Any:
        searched.append(path)
        return find_references(path, *rest)

    monkeypatch.setattr(plain, "find_references", search)
    built = project.build("--jobs", "1" if sys.platform == "win32" else "2")
    assert (built.manifest, built.public) == (clean.manifest, clean.public)
    assert ("js/app.js" in searched) == (syntax == "error")
    project.write({"assets/js/b.js": "export { }", "assets/js/app.js": b'import "../js/b.js";\n' + LARGE})
    again = project.build()
    assert again.manifest == project.build("--no-cache", "--jobs", "1", "--output", "clean").manifest


@pytest.mark.parametrize("others", [[], ["0"], ["n"], ["0", "00", "m0", "m1", "m50", "n", "z", "zz"], ["z"]])
def test_what_stations_make_stands_between_plain_files_in_the_manifest(others: list[str]) -> None:
    plain_files: dict[str, str | bytes] = {f"assets/m{number}.txt": str(number) for number in range(300)}
    # What names a source map is left to the stations.
    mapped: dict[str, str | bytes] = {
        f"assets/{name}.js": "//# sourceMappingURL=https://x.example/m" for name in others
    }
    project = Project(plain_files | mapped, CONFIG)
    built = project.build()
    clean = project.build("--no-cache", "--jobs", "1", "--output", "clean")
    assert (built.release / "manifest.json").read_bytes() == (clean.release / "manifest.json").read_bytes()
    assert len(built.assets) == 300 + len(others)
