"""The process that filters run in: it crashes, hangs, prints, writes and asks, and the build says so."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from assetbuild.compilers.base import Tools
from assetbuild.compilers.run import Run
from compilers.workbench import Workbench, text_of, texts
from scenario import CONFIG, Project

SHEET = "a { b: c }\n"
Broken = Callable[..., Run]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broken]:
    """Runs webassets' filter "cssmin" with a package cssmin of this code; `css` is the text it is given."""
    benches: list[Workbench] = []
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(code: str, text: str = SHEET, time_limit: int = 60, name: str = "x/a.css") -> Run:
        body = textwrap.indent(textwrap.dedent(code), "    ")
        (tmp_path / "cssmin.py").write_text(f"import os, sys\ndef cssmin(css):\n{body}\n")
        bench = Workbench(tmp_path / str(len(benches)), {name: text, "x/b.css": "b{}"})
        bench.tools = Tools(replace(bench.tools.world, environment=dict(os.environ), time_limit=time_limit))
        benches.append(bench)
        return bench.run(name, ("webassets", {"filter": "cssmin"}))

    yield run
    for bench in benches:
        bench.tools.world.services.close()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os._exit(3)", "ended its process with code 3"),
        ("os.kill(os.getpid(), 11)", "crashed: SIGSEGV"),
        ("import ctypes; ctypes.string_at(0)", "crashed: SIGSEGV"),
        ("sys.exit('enough')", "it called sys.exit(enough)"),
        ("raise RuntimeError('no')", "RuntimeError: no"),
        ("raise MemoryError", "MemoryError"),
        ("return cssmin(css)", "RecursionError"),
        ("return None", "TypeError"),
        ("return b'bytes'", "TypeError"),
        ("return ''", "it gave nothing for a text that is not empty"),
        ("return '\\0\\1\\2'", "it gave what is no text: there are NUL characters in it"),
        ("return '\\ud800'", "it gave what is no text: it cannot be written as UTF-8"),
        ("return css + 'a { b: '", "a string, comment or bracket is left open"),
        ("return 'Error: there is no such file'", "it gave what no browser reads: a selector without a block"),
        ("return '/* ' + os.getcwd() + ' */'", "its text names the temporary directory"),
    ],
)
def test_what_goes_wrong_is_told_with_filter_and_file(broken: Broken, code: str, words: str) -> None:
    result = broken(code)
    assert result.assets == ()
    assert len(result.diagnostics) == 1
    assert texts(result)[0].startswith("filter 'webassets:cssmin' failed: ")
    assert words in texts(result)[0]
    assert result.diagnostics[0].file == "src/x/a.css"
    assert "Traceback" not in texts(result)[0]


def test_a_filter_that_hangs_is_ended_with_all_that_it_started(broken: Broken, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    code = f"""
        import subprocess
        child = subprocess.Popen(["sleep", "1000"])
        open({str(file)!r}, "w").write(str(child.pid))
        print("on the way", flush=True)
        child.wait()
    """
    result = broken(code, time_limit=2)
    assert texts(result) == ["filter 'webassets:cssmin' failed: took more than 2 s, and was ended: on the way"]
    assert result.diagnostics[0].hint == "raise `time_limit` if it needs longer"
    # Nobody waits for it any more: it is gone, or a zombie until init has seen it.
    status = Path(f"/proc/{file.read_text()}/stat")
    assert not status.exists() or status.read_text().split(") ")[1][0] in "ZX"


def test_a_filter_that_never_lets_go_of_the_interpreter_is_ended_too(broken: Broken) -> None:
    result = broken("import re; re.match('(a*)*b', 'a' * 100)", time_limit=2)
    assert "took more than 2 s" in texts(result)[0]


def test_what_a_filter_prints_is_a_notice_and_stands_beside_its_error(broken: Broken) -> None:
    result = broken("print('out'); print('err', file=sys.stderr); os.system('echo child'); return css")
    assert texts(result)[0].startswith("filter 'webassets:cssmin' says: ")
    assert {"out", "err", "child"} <= set(texts(result)[0].partition("says: ")[2].split())
    result = broken("print('a word', flush=True); os._exit(1)")
    assert texts(result)[0].endswith("ended its process with code 1: a word")


def test_comments_alone_may_become_nothing(broken: Broken) -> None:
    assert text_of(broken("return ''", '@charset "utf-8";\n/* only words */\n')) == ""


WRITER = """
class config: pass
class Scss:
    def __init__(self, scss_opts, scss_files): pass
    def compile(self):
        open("new.css", "w").close()
        open("b.css", "a").close()
"""


def test_a_source_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scss.py").write_text(WRITER)
    monkeypatch.syspath_prepend(str(tmp_path))
    bench = Workbench(tmp_path / "project", {"x/a.css": SHEET, "x/b.css": "b{}"})
    result = bench.run("x/a.css", ("webassets", {"filter": "pyscss"}))
    assert texts(result) == ["filter 'webassets:pyscss' failed: it wants to write the source 'x/b.css'"]
    bench.tools.world.services.close()


def test_other_files_that_a_program_writes_are_dropped_with_a_word(tmp_path: Path) -> None:
    bench = Workbench(tmp_path, {"x/a.less": "a{}", "x/b.css": "b{}"})
    bin_directory = tmp_path / "bin"
    bin_directory.mkdir()
    program = bin_directory / "lessc"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nopen('new.css', 'w').write('')\nsys.stdout.write(sys.stdin.read())\n"
    )
    program.chmod(0o755)
    bench.tools = Tools(replace(bench.tools.world, environment={"PATH": str(bin_directory)}))
    step = ("webassets", {"filter": "less", "path": "x/a.css"})
    for _ in range(2):
        result = bench.run("x/a.less", step)
        assert text_of(result) == "a{}"
        assert (
            texts(result)[0]
            == "filter 'webassets:less' wrote the file 'x/new.css', which is dropped: only its text goes on"
        )
    bench.tools.world.services.close()


def test_the_environment_is_small(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "s")
    names = text_of(broken("return '/*' + ' '.join(sorted(os.environ)) + '*/'")).strip("/*").split()
    assert "A_SECRET" not in names
    assert {"PATH", "HOME", "TMPDIR"} <= set(names)


def test_sets_and_times_are_the_same_in_every_process(broken: Broken) -> None:
    code = "import time; return '/*' + ' '.join({'a', 'b', 'c', 'd', 'e'}) + time.strftime('%Z') + '*/'"
    assert text_of(broken(code)) == text_of(broken(code))


def test_a_program_or_the_network_makes_the_result_untraced(broken: Broken) -> None:
    assert broken("return css").traced
    assert not broken("import subprocess; subprocess.run(['true']); return css").traced
    assert not broken("os.system('true'); return css").traced
    code = "import socket\ntry: socket.create_connection(('127.0.0.1', 9))\nexcept OSError: pass\nreturn css"
    assert not broken(code).traced


def test_several_threads_have_a_process_each_and_a_dead_one_is_replaced(tmp_path: Path) -> None:
    files = {f"x/{number}.css": f"a {{ b: {number} }}" for number in range(12)}
    bench = Workbench(tmp_path, files)
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda name: bench.run(name, ("webassets", {"filter": "rcssmin"})), files))
    assert [text_of(result) for result in results] == [f"a{{b:{number}}}" for number in range(12)]
    bench.tools.world.services.close()


def test_a_worker_ends_with_the_process_that_asked_it(tmp_path: Path) -> None:
    """A build that is killed leaves neither processes nor directories."""
    code = f"""
        import os, sys
        sys.path[:0] = {sys.path!r}
        from pathlib import Path
        from compilers.workbench import Workbench
        bench = Workbench(Path({str(tmp_path)!r}), {{"x/a.css": "a{{b:url(c.png)}}", "x/c.png": "1"}})
        bench.run("x/a.css", ("webassets", {{"filter": "datauri"}}))
        workers = bench.tools.world.services._running
        print(next(one._all[0]._process.pid for one in workers.values() if hasattr(one, "ask")), flush=True)
        os._exit(0)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    status = Path(f"/proc/{int(done.stdout)}/stat")
    for _ in range(200):
        if not status.exists() or status.read_text().split(") ")[1][0] in "ZX":
            break
        os.sched_yield()
        subprocess.run(["sleep", "0.1"], check=True)
    else:
        pytest.fail("the worker lives on")
    assert list((tmp_path / ".assetbuild").glob("*")) == []


LISTER = """
import os
class config: pass
class Scss:
    def __init__(self, scss_opts, scss_files): pass
    def compile(self):
        with open({outside!r}) as stream:
            return "/*" + " ".join(sorted(os.listdir("icons"))) + stream.read() + "*/"
"""


def test_what_a_filter_lists_and_reads_outside_the_sources_is_traced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project({"assets/a.css": SHEET, "assets/icons/one.svg": "<svg/>", "settings.txt": "1"})
    (tmp_path / "scss.py").write_text(LISTER.format(outside=str(project.root / "settings.txt")))
    monkeypatch.syspath_prepend(str(tmp_path))
    project.write({"assetbuild.toml": CONFIG + '[[rules]]\nmatch = "a.css"\nfilters = ["webassets:pyscss"]\n'})
    assert project.build().text("a.css") == "/*one.svg1*/"
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 1}
    project.write({"assets/icons/two.svg": "<svg/>"})
    assert project.build().text("a.css") == "/*one.svg two.svg1*/"
    project.write({"settings.txt": "2"})
    assert project.build().text("a.css") == "/*one.svg two.svg2*/"
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 1}
    project.write({"assets/icons/one.svg": "<svg></svg>"})
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 1}, "the names are the same"
