from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from assetbuild.cache.index import FileIndex, file_system_moment
from assetbuild.config import LoadPath
from assetbuild.discover import Sources, digested, discover
from assetbuild.errors import Diagnostic
from assetbuild.events import Advanced, Event, Started, ignore
from assetbuild.private_names import why_private
from assetbuild.survey import survey

pytestmark = pytest.mark.skipif(os.name == "nt", reason="made of links, FIFOs and names that Windows does not have")

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@dataclass
class Project:
    """A configuration's directory with load paths in it."""

    root: Path

    def write(self, files: dict[str, bytes]) -> Project:
        for name, data in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes(data)
        return self

    def link(self, name: str, target: str) -> Project:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).symlink_to(target)
        return self

    def load_paths(self, directories: Iterable[str | tuple[str, str]]) -> list[LoadPath]:
        pairs = [(item, "") if isinstance(item, str) else item for item in directories]
        return [LoadPath(os.path.normpath(self.root / name), prefix, name) for name, prefix in pairs]

    def discover(
        self,
        *directories: str | tuple[str, str],
        index: FileIndex | None = None,
        listener: Callable[[Event], None] = ignore,
    ) -> Sources:
        load_paths = self.load_paths(directories or ("assets",))
        return discover(load_paths, index or FileIndex(), listener, str(self.root))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "assets").mkdir()
    return Project(tmp_path)


def told(sources: Sources) -> list[str]:
    return [f"{item.severity}: {item.file}: {item.text}" for item in sources.diagnostics]


def test_every_file_is_a_source_sorted_by_its_logical_path(project: Project):
    files = {"assets/js/app.js": b"1", "assets/b.css": b"22", "assets/a/b/c/d.png": b"", "assets/a.css": b"4"}
    sources = project.write(files).discover()
    assert list(sources.files) == ["a.css", "a/b/c/d.png", "b.css", "js/app.js"]
    assert sources.diagnostics == ()
    for path, source in sources.files.items():
        data = files[f"assets/{path}"]
        assert (source.path, source.size, source.digest) == (path, len(data), hashlib.sha256(data).hexdigest())
        assert source.file == str(project.root / "assets" / path)
        assert source.root == str(project.root / "assets")
        assert source.content.read() == data


def test_an_empty_load_path_has_no_sources(project: Project):
    assert project.discover() == Sources({}, ())


def test_a_prefix_stands_before_the_paths_of_its_load_path(project: Project):
    project.write({"assets/app.css": b"", "vendor/fa/css/all.css": b""})
    sources = project.discover("assets", ("vendor/fa", "fonts/fa"))
    assert list(sources.files) == ["app.css", "fonts/fa/css/all.css"]


def test_the_first_load_path_wins_and_the_shadowed_file_is_a_notice(project: Project):
    project.write({"one/fa/a.css": b"one", "two/a.css": b"two", "three/fa/a.css": b"three"})
    sources = project.discover("one", ("two", "fa"), "three")
    assert sources.files["fa/a.css"].content.read() == b"one"
    assert told(sources) == [
        "notice: three/fa/a.css: shadowed: 'fa/a.css' is one/fa/a.css, from an earlier load path",
        "notice: two/a.css: shadowed: 'fa/a.css' is one/fa/a.css, from an earlier load path",
    ]


def test_a_load_path_named_twice_shadows_nothing(project: Project):
    project.write({"assets/a.css": b""})
    assert project.discover("assets", "assets").diagnostics == ()


def test_load_paths_may_overlap(project: Project):
    sources = project.write({"assets/lib/a.css": b""}).discover("assets", ("assets/lib", "x"))
    assert list(sources.files) == ["lib/a.css", "x/a.css"]


def test_the_configurations_own_directory_may_be_a_load_path(project: Project):
    project.write({"a\n.css": b"", "b.css": b""})
    sources = project.discover(".")
    assert list(sources.files) == ["b.css"]
    assert [item.file for item in sources.diagnostics] == [r"a\n.css"]


def test_a_load_path_outside_is_shown_relative_to_the_configuration(project: Project):
    inner = Project(project.root / "project")
    project.write({"assets/a\t.css": b"", "project/x": b""})
    assert [item.file for item in inner.discover("../assets").diagnostics] == [r"../assets/a\t.css"]


def test_dotfiles_are_sources_but_the_stores_of_tools_are_never_entered(project: Project):
    stores = (".git", ".hg", ".svn", ".assetbuild", "__pycache__", "node_modules/.cache", "x/node_modules/.cache")
    project.write({f"assets/{store}/a.css": b"" for store in stores})
    project.write({"assets/.well-known/security.txt": b"", "assets/.cache/a.css": b"", "assets/.env": b""})
    project.write({"assets/node_modules/a/a.css": b""})
    sources = project.discover()
    assert list(sources.files) == [".cache/a.css", ".env", ".well-known/security.txt", "node_modules/a/a.css"]
    assert sources.diagnostics == ()


def test_names_are_in_normal_form_c(project: Project):
    sources = project.write({"assets/cafe\u0301/e\u0301.css": b"x"}).discover(("assets", "pre\u0301"))
    assert list(sources.files) == ["pr\u00e9/caf\u00e9/\u00e9.css"]
    assert sources.files["pr\u00e9/caf\u00e9/\u00e9.css"].content.read() == b"x"


def test_two_names_with_one_normal_form_are_an_error(project: Project):
    project.write(
        {"assets/e\u0301.css": b"1", "assets/\u00e9.css": b"2", "assets/K.css": b"", "assets/\u212a.css": b""}
    )
    project.write({"assets/o\u0308/a.css": b"1", "assets/\u00f6/b.css": b"2"})
    sources = project.discover()
    assert told(sources) == [
        "error: assets/e\u0301.css: two names that differ only in Unicode normal form: '\\xe9.css' and 'e\\u0301.css'",
        "error: assets/o\u0308: two names that differ only in Unicode normal form: '\\xf6' and 'o\\u0308'",
        "error: assets/\u212a.css: two names that differ only in Unicode normal form: 'K.css' and '\\u212a.css'",
    ]
    assert list(sources.files) == ["K.css", "\u00e9.css", "\u00f6/b.css"]


@pytest.mark.parametrize(
    ("name", "shown", "reason"),
    [
        ("a\nb.css", r"a\nb.css", "its name holds a line break"),
        ("a\x1b[31m.css", r"a\x1b[31m.css", "its name holds a control character"),
        ("a\x9b.css", r"a\x9b.css", "its name holds a control character"),
        (os.fsdecode(b"\xff\xfe.css"), r"\xff\xfe.css", "its name is not UTF-8"),
        ("a\\b.css", r"a\\b.css", "its name holds a backslash"),
    ],
)
def test_a_name_no_asset_can_have_is_left_out_with_a_warning(project: Project, name: str, shown: str, reason: str):
    project.write({f"assets/{name}": b"", f"assets/dir{name}/a.css": b"", "assets/ok.css": b""})
    sources = project.discover()
    assert list(sources.files) == ["ok.css"]
    assert told(sources) == sorted(
        [
            f"warning: assets/{shown}: '{shown}' is left out: {reason}",
            f"warning: assets/dir{shown}: 'dir{shown}' is left out: {reason}",
        ],
        key=lambda text: text.split(": ")[1],
    )
    assert all(line.isprintable() for line in told(sources))


@pytest.mark.skipif(os.name == "nt", reason="no file can have such a name")
def test_a_name_that_the_manifest_would_not_take_is_left_out_with_a_warning(project: Project):
    project.write({"assets/x:y.css": b"", "assets/d:/a.css": b"", "assets/in/x:y.css": b"", "assets/xy:z.css": b""})
    sources = project.discover()
    assert list(sources.files) == ["in/x:y.css", "xy:z.css"]
    reason = "it begins as a path on a drive of Windows does"
    assert told(sources) == [
        f"warning: assets/d:: 'd:' is left out: {reason}",
        f"warning: assets/x:y.css: 'x:y.css' is left out: {reason}",
    ]


def in_the_c_locale(root: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    """A command of Python's in `root`, where the system's names are not decoded as UTF-8."""
    environment = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C"}
    return subprocess.run([sys.executable, *command], cwd=root, env=environment, capture_output=True, check=False)


def test_names_are_read_as_utf_8_whatever_the_locale(project: Project):
    project.write({"assets/caf\u00e9/o\u0308.css": b"x", "assets/e\u0301.css": b"1", "assets/\u00e9.css": b"2"})
    project.write({os.fsdecode(b"assets/\xff.css"): b""}).link("assets/l\u00e9.css", "caf\u00e9/\u00fc")
    code = (
        "import os; from assetbuild.cache.index import FileIndex; from assetbuild.config import LoadPath\n"
        "from assetbuild.discover import discover\n"
        "found = discover([LoadPath(os.path.abspath('assets'), '', 'assets')], FileIndex(), id, os.getcwd())\n"
        "print(ascii([(path, file.content.read()) for path, file in found.files.items()]))\n"
        "print(ascii([f'{item.severity}: {item.file}: {item.text}' for item in found.diagnostics]))"
    )
    sources = project.discover()
    expected = [
        ascii([(path, source.content.read()) for path, source in sources.files.items()]),
        ascii(told(sources)),
    ]
    assert list(sources.files) == ["caf\u00e9/\u00f6.css", "\u00e9.css"]
    done = in_the_c_locale(project.root, "-c", code)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == expected


def test_a_release_is_the_same_whatever_the_locale(project: Project):
    project.write({"assets/caf\u00e9/\u00fc.css": b"a{b:url(\xc3\xb6.png)}", "assets/caf\u00e9/\u00f6.png": b"1"})
    project.write(
        {"assets/a.scss": b"@import 'caf\xc3\xa9/p'", "assets/caf\u00e9/_p.scss": b"a { b: url(\xc3\xb6.png) }"}
    )
    project.write({"assetbuild.toml": b"sources = ['assets']\nsource_maps = 'linked'\nencodings = []"})
    outputs = []
    for words in ((), ("-X", "utf8")):
        for wrote in (b": 4 files written", b": 0 files written"):
            done = in_the_c_locale(project.root, *words, "-m", "assetbuild", "build")
            assert (done.returncode, done.stderr) == (0, b"")
            assert wrote in done.stdout
        done = in_the_c_locale(project.root, *words, "-m", "assetbuild", "verify")
        assert (done.returncode, done.stderr) == (0, b"")
        release = project.root / "build/release"
        outputs.append({os.fsencode(file): file.read_bytes() for file in release.rglob("*") if file.is_file()})
        shutil.rmtree(release)
        shutil.rmtree(project.root / ".assetbuild")
    assert outputs[0] == outputs[1]
    assert any(b"caf\xc3\xa9" in name for name in outputs[0])


def test_odd_but_usable_names_are_sources(project: Project):
    names = ["a b.css", "100%.png", "a#b?c.css", "日本語.svg", "a\u202eb.css", "-", "con", "ab:c.js"]
    sources = project.write({f"assets/{name}": b"" for name in names}).discover()
    assert list(sources.files) == sorted(names)
    assert sources.diagnostics == ()


def test_links_within_the_load_path_are_followed(project: Project):
    project.write({"assets/lib-1.2/a.css": b"a", "assets/real.css": b"real"})
    project.link("assets/lib", "lib-1.2").link("assets/alias.css", "real.css").link("assets/x/up.css", "../real.css")
    sources = project.discover()
    assert list(sources.files) == ["alias.css", "lib-1.2/a.css", "lib/a.css", "real.css", "x/up.css"]
    assert sources.files["alias.css"].content.read() == b"real"
    assert sources.files["alias.css"].size == 4
    assert sources.files["lib/a.css"].file == str(project.root / "assets/lib/a.css")
    assert sources.diagnostics == ()


def test_a_load_path_that_is_a_link_itself_is_read(project: Project):
    project.write({"real/a.css": b"", "real/sub/b.css": b""}).link("theme", "real").link("real/alias", "sub")
    project.link("real/sub/back", "../sub")
    sources = project.discover("theme")
    assert list(sources.files) == ["a.css", "alias/b.css", "sub/b.css"]
    assert [item.file for item in sources.diagnostics] == ["theme/alias/back", "theme/sub/back"]


def test_links_out_of_the_load_path_are_not_followed(project: Project):
    project.write({"assets-secret/a.css": b"", "assets/ok.css": b""})
    project.link("assets/file.css", "../assets-secret/a.css").link("assets/directory", "../assets-secret")
    project.link("assets/root", "/").link("assets/hop", "directory/../assets-secret/a.css").link("assets/up", "..")
    sources = project.discover("assets")
    assert list(sources.files) == ["ok.css"]
    text = "a symbolic link out of its load path is not followed: it leads to"
    assert told(sources) == [
        f"warning: assets/directory: {text} '../assets-secret'",
        f"warning: assets/file.css: {text} '../assets-secret/a.css'",
        f"warning: assets/hop: {text} 'directory/../assets-secret/a.css'",
        f"warning: assets/root: {text} '/'",
        f"warning: assets/up: {text} '..'",
    ]


def test_a_link_into_another_load_path_is_out_of_its_own(project: Project):
    project.write({"one/a.css": b"", "two/b.css": b""}).link("one/two", "../two")
    sources = project.discover("one", "two")
    assert list(sources.files) == ["a.css", "b.css"]
    assert [item.severity for item in sources.diagnostics] == ["warning"]


def test_a_link_into_a_directory_that_is_never_read_is_not_followed(project: Project):
    project.write({"assets/.git/config": b"", "assets/.git/hooks/x": b""})
    project.link("assets/config", ".git/config").link("assets/hooks", ".git/hooks")
    sources = project.discover()
    assert list(sources.files) == []
    assert [item.file for item in sources.diagnostics] == ["assets/config", "assets/hooks"]


def test_circles_of_links_end(project: Project):
    project.write({"assets/a/a.css": b"", "assets/b/b.css": b"", "assets/x/y/y.css": b""})
    project.link("assets/self", "self").link("assets/here", ".").link("assets/a/up", "..").link("assets/a/b", "../b")
    project.link("assets/b/a", "../a").link("assets/short", "x/y").link("assets/x/y/back", "../../x")
    sources = project.discover()
    assert list(sources.files) == ["a/a.css", "a/b/b.css", "b/a/a.css", "b/b.css", "short/y.css", "x/y/y.css"]
    back = "a symbolic link to a directory that it is in itself is not followed"
    assert told(sources) == [
        f"warning: assets/a/b/a: {back}",
        f"warning: assets/a/up: {back}",
        f"warning: assets/b/a/b: {back}",
        f"warning: assets/b/a/up: {back}",
        f"warning: assets/here: {back}",
        "warning: assets/self: a symbolic link that leads in a circle is left out",
        f"warning: assets/short/back: {back}",
        f"warning: assets/x/y/back: {back}",
    ]


def multiplying_links(root: Path, numbers: Iterable[int]) -> Project:
    project = Project(root)
    for number in numbers:
        project.write({f"assets/d{number}/a.css": b""})
        for link in ("l", "r"):
            project.link(f"assets/d{number}/{link}", f"../d{number + 1}")
    return project.write({"assets/d24/a.css": b""})


def test_links_that_multiply_paths_without_end_are_cut_off(tmp_path: Path):
    sources = multiplying_links(tmp_path, range(24)).discover()
    assert 24 < len(sources.files) < 2000
    texts = {item.text for item in sources.diagnostics}
    assert texts == {"more than 32 paths of symbolic links lead to the same directory; no more are followed"}


@pytest.mark.skipif(MEMORY is None, reason="needs a file system that lists in order of creation")
def test_the_order_of_creation_does_not_matter():
    seen = []
    for numbers in (range(24), reversed(range(24))):
        with tempfile.TemporaryDirectory(dir=MEMORY) as name:
            sources = multiplying_links(Path(name), numbers).discover()
            seen.append((list(sources.files), told(sources)))
    assert seen[0] == seen[1]


def test_a_broken_link_is_a_warning_unless_an_editor_left_it(project: Project):
    project.link("assets/gone.css", "nowhere\x1b.css").link("assets/.#app.css", "me@host.1234:5678")
    assert told(project.discover()) == [
        r"warning: assets/gone.css: a broken symbolic link is left out: 'nowhere\x1b.css': No such file or directory"
    ]


def test_what_is_no_regular_file_is_left_out_with_a_warning(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    os.mkfifo(tmp_path / "assets/fifo")
    project.link("assets/link-to-fifo", "fifo")
    monkeypatch.chdir(tmp_path / "assets")  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket")
        sources = project.discover()
    assert sources.files == {}
    assert told(sources) == [
        "warning: assets/fifo: left out: it is a FIFO",
        "warning: assets/link-to-fifo: left out: it is a FIFO",
        "warning: assets/socket: left out: it is a socket",
    ]


def test_a_device_is_left_out_with_a_warning(project: Project):
    try:
        os.mknod(project.root / "assets/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root may make a device")
    assert told(project.discover()) == ["warning: assets/null: left out: it is a character device"]


def as_nobody(code: str, root: Path) -> str:
    """What `code` prints when run by a user who is not root; `root` is then the current directory."""
    prelude = (
        "import os, sys; from pathlib import Path\n"
        "from assetbuild.cache.index import FileIndex; from assetbuild.config import LoadPath\n"
        "from assetbuild.discover import discover\n"
        "os.chdir(sys.argv[1]); os.geteuid() or (os.setegid(65534), os.seteuid(65534))\n"
    )
    command = [sys.executable, "-c", prelude + code, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_what_may_not_be_read_is_an_error_each():
    modes = {"assets/locked.css": 0, "assets/locked": 0, "assets/list": 0o744}
    # Not pytest's own temporary directory, which no other user may enter.
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name))
        project.root.chmod(0o755)
        files = ("assets/ok.css", "assets/locked.css", "assets/locked/a.css", "assets/list/a.css")
        project.write(dict.fromkeys(files, b"")).link("assets/alias.css", "locked/a.css")
        for file, mode in modes.items():
            (project.root / file).chmod(mode)
        shown = as_nobody(
            "sources = discover([LoadPath(os.path.abspath('assets'), '', 'assets')], FileIndex(), id, os.getcwd())\n"
            "print(*sources.files)\n"
            "for item in sources.diagnostics: print(item.severity, item.file, item.text, '/', item.hint)",
            project.root,
        )
        for file in modes:
            (project.root / file).chmod(0o755)
    hint = "give the user who builds the right to read it, or move it out of the load path"
    assert shown.splitlines() == [
        "ok.css",
        f"error assets/alias.css cannot be read: Permission denied / {hint}",
        f"error assets/list/a.css cannot be read: Permission denied / {hint}",
        f"error assets/locked cannot be read: Permission denied / {hint}",
        f"error assets/locked.css cannot be read: Permission denied / {hint}",
    ]


def test_a_load_path_that_vanished_is_an_error_and_the_others_are_read(project: Project):
    project.write({"assets/a.css": b""})
    sources = project.discover("gone", "assets")
    assert list(sources.files) == ["a.css"]
    assert sources.diagnostics == (
        Diagnostic(
            "cannot be read: No such file or directory",
            "gone",
            hint="it vanished while the build read its sources; build again",
        ),
    )


def test_a_file_that_vanishes_while_the_others_are_read_is_an_error(project: Project):
    project.write({"assets/a.css": b"", "assets/b.css": b""})

    def remove_when_listed(event: Event) -> None:
        if isinstance(event, Started):
            assert event.total == 2
            os.remove(project.root / "assets/a.css")

    sources = project.discover(listener=remove_when_listed)
    assert list(sources.files) == ["b.css"]
    assert told(sources) == ["error: assets/a.css: cannot be read: No such file or directory"]
    assert sources.diagnostics[0].hint == "it vanished while the build read its sources; build again"


def test_a_file_edited_after_it_was_listed_has_size_and_digest_of_one_state(project: Project):
    project.write({"assets/a.css": b"old"})

    def edit_when_listed(event: Event) -> None:
        if isinstance(event, Started):
            time.sleep(0.02)
            project.write({"assets/a.css": b"longer"})

    (source,) = project.discover(listener=edit_when_listed).files.values()
    assert source.size == 6
    assert source.content.read() == b"longer"


def test_a_file_written_without_pause_is_an_error(project: Project, monkeypatch: pytest.MonkeyPatch):
    project.write({"assets/log": b"x", "assets/ok.css": b""})
    log, read = project.root / "assets/log", os.read

    def read_while_it_grows(descriptor: int, count: int) -> bytes:
        # Whoever reads meets a file that has just been written to.
        if os.fstat(descriptor).st_ino == log.stat().st_ino:
            with open(log, "ab") as stream:
                stream.write(b"x")
        return read(descriptor, count)

    monkeypatch.setattr(os, "read", read_while_it_grows)
    assert told(project.discover()) == ["error: assets/log: is being written while the build reads it"]


@contextmanager
def deep_project(levels: int) -> Iterator[Project]:
    """Directories named "d" inside one another, with a file "f" in the innermost, and "ok.css" in the outermost.

    In memory where that can be, and removed at once: pytest cannot remove so deep a tree.
    """
    name = tempfile.mkdtemp(dir=MEMORY)
    try:
        project = Project(Path(name)).write({"assets/ok.css": b""})
        here = os.open(project.root / "assets", os.O_RDONLY)
        for _ in range(levels):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        os.close(here)
        yield project
    finally:
        subprocess.run(["rm", "-rf", name], check=True)


def test_a_tree_deeper_than_the_recursion_limit_is_read():
    levels = sys.getrecursionlimit() + 200
    with deep_project(levels) as project:
        sources = project.discover()
    assert list(sources.files) == ["d/" * levels + "f", "ok.css"]


def test_a_tree_deeper_than_any_path_may_be_long_is_one_error():
    with deep_project(10_000) as project:
        sources = project.discover()
    assert list(sources.files) == ["ok.css"]
    (only,) = sources.diagnostics
    assert (only.severity, only.text) == ("error", "cannot be read: File name too long")
    assert only.hint == "move it to a shorter path"


def test_all_there_is_to_say_comes_in_one_run_sorted(project: Project):
    project.write({"assets/b\n.css": b"", "two/x.css": b"", "assets/x.css": b""}).link("assets/a", "nowhere")
    sources = project.discover("gone", "assets", "two")
    assert [(item.severity, item.file) for item in sources.diagnostics] == [
        ("warning", "assets/a"),
        ("warning", r"assets/b\n.css"),
        ("error", "gone"),
        ("notice", "two/x.css"),
    ]


def test_progress_counts_every_file(project: Project):
    project.write({f"assets/{number}.css": b"" for number in range(603)})
    events: list[Event] = []
    project.discover(listener=events.append)
    assert events[0] == Started("discover", 603)
    assert sum(event.count for event in events if isinstance(event, Advanced)) == 603


def test_a_warm_run_gives_what_a_cold_one_gives(project: Project):
    files = {f"assets/{number % 7}/{number}.css": str(number).encode() * 50 for number in range(500)}
    project.write(files).link("assets/alias", "3")
    time.sleep(0.02)
    index = FileIndex(file_system_moment(str(project.root)))
    cold = project.discover(index=index)
    known = FileIndex.load(index.dump(), file_system_moment(str(project.root)))
    changed = project.root / "assets/0/0.css"
    changed.write_bytes(b"changed")
    warm = project.discover(index=known)
    assert warm.files.keys() == cold.files.keys()
    assert {path for path in cold.files if cold.files[path] != warm.files[path]} == {"0/0.css"}
    assert warm == project.discover()


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("css/app.css~", "an editor's backup copy"),
        ("css/#app.css#", "an editor's autosave file"),
        ("css/.#app.css", "an editor's lock file"),
        ("css/.app.css.swp", "an editor's swap file"),
        ("css/app.css.swo", "an editor's swap file"),
        ("css/app.css.orig", "a leftover of a merge"),
        ("css/app.css.rej", "a leftover of a patch"),
        ("css/app.css.bak", "a backup copy"),
        ("css/app.css.TMP", "a temporary file"),
        ("img/.DS_Store", "a folder view of macOS"),
        ("img/Thumbs.db", "a thumbnail cache of Windows"),
        ("img/desktop.ini", "a folder view of Windows"),
        ("__MACOSX/img/a.png", "a resource fork of macOS"),
        ("img/._a.png", "a resource fork of macOS"),
        ("server.pem", "a private key"),
        ("SERVER.KEY", "a private key"),
        ("a.p12", "a private key"),
        ("a.pfx", "a private key"),
        ("keys/id_rsa", "a private key"),
        ("keys/id_ed25519", "a private key"),
        ("a.jks", "a store of private keys"),
        ("a.kdbx", "a store of passwords"),
        (".env", "a file of environment variables"),
        ("deploy/.env.local", "a file of environment variables"),
        (".htpasswd", "a file of passwords"),
        (".htaccess", "a dotfile"),
        ("a/.b/c.css", "in a dot-directory"),
        (".well-known/.secret", "a dotfile"),
    ],
)
def test_names_nobody_means_to_publish_are_private(path: str, what: str):
    assert why_private(path) == what


@pytest.mark.parametrize(
    "path",
    [
        "css/app.css",
        "movie.swf",
        "keys/id_rsa.pub",
        "js/key.js",
        "environment.js",
        "js/env.js",
        "#",
        "a#b.css",
        "a.b/c.css",
        ".well-known/security.txt",
        "fonts/keyring.woff2",
        "tmp/a.css",
        "pem",
    ],
)
def test_names_that_only_look_alike_are_not_private(path: str):
    assert why_private(path) is None


def test_a_survey_that_does_not_look_knows_the_same_once_files_are_looked_at(project: Project):
    project.write({"assets/a.txt": b"a", "assets/b/c.txt": b"cc", "assets/b/d.txt": b"ddd"})
    (project.root / "assets/link.txt").symlink_to("a.txt")
    paths = [LoadPath(str(project.root / "assets"), "", "assets")]
    looked, listed = survey(paths, str(project.root)), survey(paths, str(project.root), looks=False)
    assert (listed.paths, listed.names, listed.files) == (looked.paths, looked.names, looked.files)
    assert listed.table["b/c.txt"][2] == b""
    assert listed.table["link.txt"] == looked.table["link.txt"]
    some = looked.paths[1:]
    listed.look_at(looked.paths[:1])
    records = [bytes(72)] + [looked.table[path][2] + bytes(32) for path in some]
    listed.know(range(1, len(looked.paths)), b"".join(records))
    assert listed.identities == looked.identities
    assert dict(listed.sizes()) == {"a.txt": 1, "b/c.txt": 2, "b/d.txt": 3, "link.txt": 1}


def test_a_file_that_cannot_be_looked_at_has_no_identity(project: Project):
    project.write({"assets/a.txt": b"a"})
    seen = survey([LoadPath(str(project.root / "assets"), "", "assets")], str(project.root), looks=False)
    (project.root / "assets/a.txt").unlink()
    seen.look_at(seen.paths)
    assert seen.table["a.txt"][2] == b""
    assert seen.identities == bytes(40)


def test_a_path_that_is_too_long_is_told_the_same_by_whoever_looks_first(project: Project) -> None:
    top = os.open(project.root, os.O_RDONLY)
    try:
        # No path of so many bytes can be given as a whole.
        here = top
        for _ in range((4000 - len(os.fsencode(project.root))) // 101):
            os.mkdir("d" * 100, dir_fd=here)
            below = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
            if here != top:
                os.close(here)
            here = below
        os.close(os.open("f" * 250, os.O_WRONLY | os.O_CREAT, dir_fd=here))
        os.close(here)
    finally:
        os.close(top)
    load_paths = project.load_paths(["."])
    looked = survey(load_paths, str(project.root))
    later = survey(load_paths, str(project.root), looks=False)
    (error,) = digested(later, FileIndex(), ignore).diagnostics
    assert (error,) == looked.diagnostics
    assert (error.text, error.hint) == ("cannot be read: File name too long", "move it to a shorter path")
