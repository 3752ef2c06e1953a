"""`assetbuild build`: options, exit codes, what goes to which stream, and what it does when the machine says no."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

import assetbuild
from assetbuild.cli.build import size_of
from assetbuild.cli.counts import tallied
from scenario import CONFIG, Project, Ran, below_assets

FILES: dict[str, str | bytes] = {"css/app.css": "a { b: url(../i.png) }", "i.png": b"1"}
DANGLING: dict[str, str | bytes] = {"css/app.css": "a { b: url(nope.png) }"}


def run(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ASSETBUILD_", "GITHUB_"))}
    return subprocess.run(
        [sys.executable, "-m", "assetbuild", *words],
        cwd=home,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_results_go_to_standard_output() -> None:
    ran = Project(below_assets(FILES)).run("build")
    assert (ran.code, ran.stderr) == (0, "")
    first, second, third = ran.stdout.splitlines()
    assert first.startswith("built 2 assets in ")
    assert second == "compiled 0 (0 from the cache), compressed 0 (0 from the cache)"
    assert third.endswith(" in build/release: 2 files written, 0 unchanged")


def test_one_asset_is_told_in_the_singular() -> None:
    made = Project(below_assets({"i.png": b"1", ".hidden": "1"}))
    first, _, notice, last = made.run("build").stdout.splitlines()
    assert first.startswith("built 1 asset in ")
    assert notice == "1 notice (-v shows them)"
    assert last.endswith(": 1 file written, 0 unchanged")
    assert ": 0 files written, 1 unchanged" in made.run("build").stdout
    assert made.run("verify").stdout.startswith("verified 1 asset: 1 file, 1 B, ")
    assert made.run("clean", "--keep", "1").stdout == "dropped 0 releases: 0 files, 0 B; the last stays\n"


def test_what_was_left_unminified_is_counted_in_one_line_also_from_the_cache() -> None:
    scripts = {"a.js": "x = 1\n~ y\n", "b.js": "g ( [ )", "c.js": "f ( a", "d.js": "f ( ) ;\n"}
    made = Project(below_assets(scripts), config='sources = ["assets"]\nencodings = []\nsyntax = "warn"\n')
    for _ in range(2):
        ran = made.run("build")
        assert "2 scripts left as they are" in ran.stdout.splitlines()
        assert "warning: assets/c.js:1:3: syntax error: '(' is not closed" in ran.stderr


def test_a_tally_says_a_noun_once() -> None:
    tallies = ["script left as it is", "script minified by a", "script minified by a", "file left as it is"]
    assert tallied(tallies) == "1 file left as it is, 2 scripts minified by a, 1 left as it is"


def test_errors_go_to_standard_error_with_their_number() -> None:
    made = Project(below_assets({**DANGLING, "x.css": "a{b:url(no.png)}"}))
    ran = made.run("build")
    assert (ran.code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("error: assets/css/app.css:1:12: no asset named 'css/nope.png'\n")
    assert ran.stderr.endswith("\n2 errors\n")
    assert "\x1b" not in ran.stderr


def test_quiet_says_nothing_but_errors_and_verbose_shows_notices() -> None:
    made = Project(below_assets({**FILES, ".hidden": "1"}))
    assert made.run("build", "-q") == Ran(0, "", "")
    assert "(-v shows them)" in made.run("build").stdout
    assert "notice: not published: '.hidden'" in made.run("build", "-v").stderr


def test_json_is_one_document_whatever_happens() -> None:
    made = Project(below_assets(FILES))
    good = made.run("build", "--format", "json")
    assert good.document["exit"] == 0
    assert good.document["release"] == json.loads((made.release / "manifest.json").read_text())["release"]
    assert good.document["summary"]["assets"] == 2
    made.write(below_assets(DANGLING))
    bad = made.run("build", "--format", "json")
    assert (bad.code, bad.stderr, bad.document["release"]) == (1, "", None)
    assert bad.document["diagnostics"][0]["line"] == 1
    made.write({"assetbuild.toml": "nonsense = 1\n"})
    worse = made.run("build", "--format", "json")
    assert (worse.code, worse.stderr, worse.document["exit"]) == (2, "", 2)


def test_json_of_a_project_without_a_configuration(tmp_path: Path) -> None:
    ran = run(tmp_path, "build", "--format", "json")
    document = json.loads(ran.stdout)
    assert (ran.returncode, document["exit"], document["command"]) == (2, 2, "build")
    assert "no assetbuild.toml" in document["diagnostics"][0]["text"]


def test_github_shows_errors_beside_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Project(below_assets(DANGLING))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(made.root.parent))
    ran = made.run("build", "--format", "github", "--config", "assetbuild.toml")
    file = f"{made.root.name}/assets/css/app.css"
    assert ran.stdout == f"::error file={file},line=1,col=12,endColumn=19::no asset named 'css/nope.png'\n"


def test_config_and_output_may_be_elsewhere(tmp_path: Path) -> None:
    made = Project(below_assets(FILES))
    ran = run(tmp_path, "build", "--config", str(made.root / "assetbuild.toml"), "--output", "out")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "out/manifest.json").is_file()
    assert not made.release.exists()
    assert (made.root / ".assetbuild/.gitignore").read_text() == "*\n"


def test_the_cache_may_be_a_directory_or_a_file_url_or_none(tmp_path: Path) -> None:
    made = Project(below_assets(FILES), 'sources = ["assets"]\n')
    for cache in (str(tmp_path / "one"), f"file://{tmp_path}/two%20three"):
        assert made.build("--cache", cache).summary["compiled"] == {"ran": 1, "cached": 0}
        assert made.build("--cache", cache).summary["compiled"] == {"ran": 0, "cached": 1}
    assert made.build("--no-cache").summary["compiled"] == {"ran": 1, "cached": 0}
    assert (tmp_path / "two three").is_dir()
    assert not (made.root / ".assetbuild").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--jobs", "0"],
        ["--jobs", "many"],
        ["--cache", ""],
        ["--output", ""],
        ["--config", ""],
        ["--cache", "x", "--no-cache"],
        ["-v", "-q"],
        ["--format", "xml"],
        ["--nonsense"],
        ["extra"],
    ],
)
def test_a_command_line_that_makes_no_sense_is_a_usage_error(options: list[str]) -> None:
    ran = Project(below_assets(FILES)).run("build", *options)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("usage: assetbuild ")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--cache", "s3://bucket/x"], "no cache of kind 's3'"),
        (["--cache", "assets/cache"], "the cache cannot be inside the source 'assets'"),
        (["--cache", "build/release/cache"], "the cache cannot be inside the release 'build/release'"),
        (["--archive", "assets/r.tar.gz"], "the archive cannot be inside the source 'assets'"),
        (["--archive", "build/release/r.tar.gz"], "the archive cannot be inside the release"),
        (["--archive", "assets/.."], "that is not a regular file"),
        (["--output", "assets/out"], "it is inside the source 'assets'"),
        (["--output", "."], "the source 'assets' is inside it"),
        (["--output", "assetbuild.toml"], "is not a directory"),
        (["--config", "nope.toml"], "no configuration file 'nope.toml'"),
        (["--config", "assets"], "the configuration file cannot be read: Is a directory"),
    ],
)
def test_places_that_cannot_be_are_usage_errors(options: list[str], text: str) -> None:
    made = Project(below_assets(FILES))
    ran = made.run("build", *options)
    assert (ran.code, ran.stdout) == (2, "")
    assert text in ran.stderr
    assert not made.release.exists()


def test_a_source_directory_that_is_missing_is_a_usage_error() -> None:
    ran = Project({}, 'sources = ["asets"]\n').run("build")
    assert ran.code == 2
    assert "no directory 'asets'" in ran.stderr


def test_an_archive_bears_the_time_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    import tarfile

    made = Project(below_assets(FILES))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert made.run("build", "--archive", "r.tar.gz").stdout.endswith("archive r.tar.gz\n")
    with tarfile.open(made.root / "r.tar.gz") as archive:
        assert {member.mtime for member in archive} == {1700000000}
    for wrong in ("yesterday", "-1", "1.5", "99999999999"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        ran = made.run("build", "--archive", "r.tar.gz")
        assert ran.code == 2
        assert f"SOURCE_DATE_EPOCH is '{wrong}'" in ran.stderr


def test_a_file_where_a_directory_should_be_is_an_error() -> None:
    made = Project(below_assets(FILES))
    made.write({"build/release/public/css": "in the way"})
    ran = made.run("build")
    assert ran.code == 1
    assert ran.stderr.startswith("error: ")
    assert "Traceback" not in ran.stderr


def test_a_full_disk_is_an_error_and_the_former_release_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Project(below_assets(FILES))
    made.build()
    before = (made.release / "manifest.json").read_bytes()
    made.write({"assets/i.png": b"2"})
    import errno

    import assetbuild.commit as station

    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "somewhere")

    monkeypatch.setattr(station, "write_new", full)
    ran = made.run("build")
    assert ran.code == 1
    assert "No space left on device" in ran.stderr
    assert (made.release / "manifest.json").read_bytes() == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_results_that_cannot_be_written_are_an_error() -> None:
    made = Project(below_assets(FILES))
    for words in (["build"], ["build", "--format", "json"], ["list"]):
        with open("/dev/full", "w") as full:
            command = [sys.executable, "-m", "assetbuild", *words]
            ran = subprocess.run(command, cwd=made.root, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert ran.returncode == 1
        assert ran.stderr == "error: cannot write to standard output: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    made = Project(below_assets({f"{number}.txt": "1" for number in range(3000)}))
    made.build()
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "assetbuild", "list"]
    ran = subprocess.run(command, cwd=made.root, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_streams_that_are_closed_from_the_start_are_no_error() -> None:
    made = Project(below_assets(FILES))
    ran = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m assetbuild build >&- 2>&-"],
        cwd=made.root,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert (made.release / "manifest.json").is_file()


@pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")
@pytest.mark.parametrize("closed", ["<&-", "<&- >&-", "2>&-", "<&- >&- 2>&-"])
def test_where_streams_are_closed_no_file_or_pipe_takes_their_numbers(closed: str) -> None:
    made = Project(below_assets({"a.scss": "$a: b; .a { color: $a }"}))
    command = f"'{sys.executable}' -m assetbuild build --no-cache --jobs 1 {closed}"
    assert subprocess.run(["sh", "-c", command], cwd=made.root, check=False).returncode == 0
    assert (made.release / "manifest.json").is_file()


def test_an_encoding_that_does_not_know_a_name_is_no_error() -> None:
    made = Project(below_assets({"caf\u00e9.txt": "1"}))
    assert run(made.root, "build", "-v", PYTHONIOENCODING="ascii").returncode == 0
    ran = run(made.root, "list", PYTHONIOENCODING="ascii")
    assert ran.returncode == 0
    assert "caf\\xe9.txt" in ran.stdout


# As CPython does, if it is interrupted where it makes an ImportError.
def interruptible(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A program in Python in a process of its own, which is not deaf to interruptions even if the tests are."""
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


LOSES_AN_INTERRUPTION = """
import os, signal, sys
import assetbuild.cli as cli
import assetbuild.cli.clean as clean

def run(arguments, report):
    if "-v" not in sys.argv:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            pass
    raise TypeError("expected a message argument")

if "-q" in sys.argv:
    cli._module = lambda name: run(None, None)
clean.run = run
sys.exit(cli.script())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_what_an_import_makes_of_an_interruption_is_one_too() -> None:
    ran = partial(interruptible, LOSES_AN_INTERRUPTION, "clean")
    interrupted = ran()
    assert (interrupted.returncode, interrupted.stderr.strip()) == (130, "error: interrupted")
    assert (ran("-q").returncode, ran("-q").stderr) == (130, "")
    # A fault of ours is shown as what it is.
    assert ran("-v").returncode == 1
    assert "TypeError: expected a message argument" in ran("-v").stderr


INTERRUPTED_IN_IMPORTS = """
import _imp, importlib._bootstrap, signal, sys, threading, time
from assetbuild.cli import Interruption

def send():
    for _ in range(40):
        time.sleep(0.002)
        asked.wait()
        asked.clear()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

interruption, asked = Interruption(), threading.Event()
interruption.notice()
threading.Thread(target=send, daemon=True).start()
for _ in range(40):
    deadline = time.monotonic() + 5
    asked.set()
    try:
        while time.monotonic() < deadline:
            for _ in range(100):
                # What every import begins with; its lock is dropped at once, and that calls back.
                importlib._bootstrap._get_module_lock("assetbuild")
    except KeyboardInterrupt:
        pass
    else:
        sys.exit("the interruption was lost")
    if _imp.lock_held():
        sys.exit("the lock of all imports is held for ever")
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interruption_in_an_import_is_neither_lost_nor_keeps_others_from_importing() -> None:
    ran = interruptible(INTERRUPTED_IN_IMPORTS)
    assert (ran.returncode, ran.stderr) == (0, "")


INTERRUPTED_AT_THE_END = """
import atexit, os, signal, sys
from assetbuild import cli

atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
cli.main = lambda interruption: 0
sys.exit(cli.script())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interruption_when_all_is_done_has_no_traceback() -> None:
    ran = interruptible(INTERRUPTED_AT_THE_END)
    assert (ran.returncode, ran.stderr) == (130, "")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("jobs", ["1", "4"])
def test_an_interruption_ends_with_130_and_the_former_release(jobs: str) -> None:
    text = "".join(f".rule{number} {{ color: red }}\n" for number in range(2000))
    files = {f"{number}.css": f"{text}{number}" for number in range(240)}
    made = Project(below_assets(files), 'sources = ["assets"]\n')
    command = [sys.executable, "-m", "assetbuild", "build", "--format", "json", "--jobs", jobs]
    process = subprocess.Popen(
        command,
        cwd=made.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A job in the background of a shell is started deaf to interruptions, and so would be its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (made.root / ".assetbuild").exists():
        time.sleep(0.05)
    # Once the stations are imported: an interruption inside a dataclass that is being made ends CPython by the signal.
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert json.loads(out)["diagnostics"][0]["text"] == "interrupted"
    assert not (made.release / "manifest.json").exists()


def on_a_terminal(home: Path, *words: str, **environment: str) -> tuple[int, str]:
    """Exit code, and what a terminal is shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "assetbuild", *words]
    process = subprocess.Popen(
        command, cwd=home, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "", **environment}
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return process.wait(), shown.decode()


def test_a_terminal_shows_progress_and_colour_and_a_pipe_does_not() -> None:
    made = Project(below_assets({**DANGLING, **{f"{number}.txt": "1" for number in range(50)}}))
    code, shown = on_a_terminal(made.root, "build")
    assert code == 1
    assert "link [" in shown or "compile [" in shown
    assert "\x1b[1;31merror:\x1b[0m assets/css/app.css:1:12: " in shown
    plain = run(made.root, "build")
    assert "\x1b" not in plain.stderr
    assert "[#" not in plain.stderr


def test_no_colour_where_it_is_not_wanted() -> None:
    made = Project(below_assets(DANGLING))
    assert "\x1b" not in on_a_terminal(made.root, "build", NO_COLOR="1")[1]


def test_what_a_terminal_would_obey_is_never_printed() -> None:
    made = Project(below_assets({**DANGLING, "x\u202ey.css": "a{b:url(\u202eno\x1b[31m.png)}\n"}))
    for words in (["build"], ["build", "--format", "github"], ["build", "-v", "--format", "json"]):
        ran = made.run(*words)
        assert ran.code == 1
        assert "\u202e" not in ran.stdout + ran.stderr
        assert "\x1b" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["build"], 2),
        (["explain", "i.png"], 2),
        (["list"], 0),
        (["url", "i.png"], 0),
        (["verify"], 0),
        (["clean"], 0),
        (["--version"], 0),
        (["--help"], 0),
        (["build", "--help"], 0),
    ],
)
def test_without_the_build_extra_building_says_what_to_install_and_the_rest_works(words: list[str], code: int) -> None:
    made = Project(below_assets(FILES))
    made.build()
    source = str(Path(assetbuild.__file__).parent.parent)
    # -S: without site-packages, as where only the runtime is installed.
    start = f"import sys; sys.path.append({source!r}); from assetbuild.cli import main; sys.exit(main())"
    command = [sys.executable, "-S", "-I", "-c", start, *words]
    ran = subprocess.run(command, cwd=made.root, capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stderr
    if code == 2:
        assert ran.stderr.count("\n") == 1
        assert 'pip install "assetbuild[build]"' in ran.stderr


def test_an_unforeseen_error_of_the_system_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import assetbuild.build as stations

    def broken(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied", "some/file")

    monkeypatch.setattr(stations, "digested", broken)
    ran = Project(below_assets(FILES), CONFIG).run("build")
    assert (ran.code, ran.stderr) == (1, "error: some/file: Permission denied\n")


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1234, "1.23 kB"), (123456, "123 kB"), (5_000_000_000, "5 GB")],
)
def test_sizes_are_told_in_three_digits(count: int, text: str) -> None:
    assert size_of(count) == text


def test_files_of_the_release_are_named_relative_to_the_configuration() -> None:
    made = Project(below_assets({"a.css": "a{b:c}"}))
    assert made.run("build", "--quiet").code == 0
    (next(made.release.glob("public/a-*.css"))).write_text("other")
    ran = made.run("build", "--quiet")
    assert ran.code == 1
    assert ran.stderr.startswith("error: build/release/public/a-")
    assert str(made.root) not in ran.stderr
