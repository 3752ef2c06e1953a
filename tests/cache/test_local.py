from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.cache import Cache, NoCache
from assetbuild.cache.local import FLUSH_BYTES, PAGE_SIZE, LocalCache


@contextmanager
def opened(
    directory: Path, told: list[str] | None = None, keep_builds: int = 200, size_limit: int = 1 << 30
) -> Iterator[LocalCache]:
    """A cache for the length of a build; without `told` a failure fails the test."""
    report: Callable[[str], None] = pytest.fail if told is None else told.append
    cache = LocalCache(str(directory), report, keep_builds=keep_builds, size_limit=size_limit, busy_timeout=5)
    with closing(cache):
        yield cache


def filled(directory: Path, values: dict[str, bytes]) -> Path:
    with opened(directory) as cache:
        for key, value in values.items():
            cache.put(key, value)
    return directory


def read(directory: Path, *keys: str) -> list[bytes | None]:
    with opened(directory) as cache:
        return [cache.get(key) for key in keys]


def database(directory: Path) -> Path:
    (file,) = directory.glob("cache-v*.sqlite3")
    return file


def execute(directory: Path, statement: str, *arguments: object) -> None:
    with closing(sqlite3.connect(database(directory))) as connection, connection:
        connection.execute(statement, arguments)


def run_in_child(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_what_was_put_is_got_in_this_build_and_in_the_next(tmp_path: Path):
    with opened(tmp_path / "c") as cache:
        assert cache.get("key") is None
        cache.put("key", b"value")
        cache.put("empty", b"")
        assert cache.get("key") == b"value"
    assert read(tmp_path / "c", "key", "empty", "other") == [b"value", b"", None]


def test_the_last_value_put_under_a_key_counts(tmp_path: Path):
    directory = filled(tmp_path / "c", {"key": b"one"})
    with opened(directory) as cache:
        cache.put("key", b"two")
        cache.put("key", b"three")
    assert read(directory, "key") == [b"three"]


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), st.binary(max_size=2000)))
def test_any_keys_and_values_come_back(tmp_path_factory: pytest.TempPathFactory, values: dict[str, bytes]):
    directory = filled(tmp_path_factory.mktemp("cache") / "c", values)
    assert read(directory, *values) == list(values.values())


def test_the_directory_ignores_itself_and_keeps_an_ignore_file_that_is_there(tmp_path: Path):
    directory = filled(tmp_path / "deep" / ".assetbuild", {"key": b"value"})
    assert (directory / ".gitignore").read_text() == "*\n"
    (directory / ".gitignore").write_text("mine\n")
    filled(directory, {"key": b"value"})
    assert (directory / ".gitignore").read_text() == "mine\n"


def test_one_file_is_left_when_all_is_closed(tmp_path: Path):
    directory = filled(tmp_path / "c", {"key": b"value"})
    assert sorted(os.listdir(directory)) == [".gitignore", "cache-v1-1.sqlite3"]


def test_the_database_has_large_pages_and_can_give_them_back(tmp_path: Path):
    with closing(LocalCache(str(tmp_path), print)) as cache:
        cache.put("a", b"1")
    (database,) = tmp_path.glob("*.sqlite3")
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (PAGE_SIZE,)
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)  # incremental


def test_sqlite_is_not_imported_before_the_cache_is_used(tmp_path: Path):
    code = (
        "import sys; from assetbuild.cache.local import LocalCache\n"
        "cache = LocalCache(sys.argv[1], print); assert 'sqlite3' not in sys.modules\n"
        "cache.get('x'); assert 'sqlite3' in sys.modules; cache.close()"
    )
    done = run_in_child(code, str(tmp_path / "c"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_large_value_comes_back(tmp_path: Path):
    value = os.urandom(1 << 20) * 100
    directory = filled(tmp_path / "c", {"large": value, "small": b"x"})
    assert read(directory, "large", "small") == [value, b"x"]


def test_a_large_value_gives_way_to_another(tmp_path: Path):
    for size in (3 << 20, 1 << 20, 5, 2 << 20):
        value = os.urandom(size)
        assert read(filled(tmp_path / "c", {"key": value}), "key") == [value]


def test_a_value_larger_than_the_limit_is_not_kept(tmp_path: Path):
    with opened(tmp_path / "c", size_limit=1000) as cache:
        cache.put("key", bytes(1001))
        assert cache.get("key") is None


def test_much_is_written_before_the_end(tmp_path: Path):
    with opened(tmp_path / "c") as cache:
        cache.put("key", bytes(FLUSH_BYTES))
        assert read(tmp_path / "c", "key") == [bytes(FLUSH_BYTES)]


@pytest.mark.parametrize(
    "poison",
    [
        "UPDATE contents SET value = x'00'",
        "UPDATE contents SET value = substr(value, 1, 3)",
        "UPDATE contents SET value = 'text'",
        "UPDATE contents SET value = x''",
        "UPDATE contents SET value = CAST(x'ff' AS TEXT)",
        "UPDATE entries SET used = 'text', size = 'text'",
        "UPDATE entries SET digest = x'00'",
        "DELETE FROM contents",
    ],
)
def test_a_poisoned_value_is_a_miss_and_can_be_put_again(tmp_path: Path, poison: str):
    directory = filled(tmp_path / "c", {"key": b"value"})
    execute(directory, poison)
    assert read(directory, "key") == [None]
    assert read(filled(directory, {"key": b"value"}), "key") == [b"value"]


def test_a_whole_value_under_another_key_is_a_miss(tmp_path: Path):
    directory = filled(tmp_path / "c", {"one": b"1"})
    execute(directory, "UPDATE entries SET key = 'two'")
    assert read(directory, "two") == [None]


@pytest.mark.parametrize("damage", [b"garbage" * 1000, b"garbage" * 100, b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_database_is_told_once_and_begun_anew(tmp_path: Path, damage: bytes):
    directory = filled(tmp_path / "c", {"key": b"value"})
    database(directory).write_bytes(damage)
    told: list[str] = []
    with opened(directory, told) as cache:
        assert cache.get("key") is None
        cache.put("key", b"new")
        cache.get("other")
    assert len(told) == 1
    assert "damaged" in told[0]
    assert str(directory) in told[0]
    assert read(directory, "key") == [b"new"]
    assert len(list(directory.glob("*.sqlite3*"))) == 1


def test_damage_met_in_the_middle_of_a_build_is_told_once_and_gone_in_the_next(tmp_path: Path):
    directory = filled(tmp_path / "c", {str(number): os.urandom(3000) for number in range(300)})
    file = database(directory)
    size = file.stat().st_size
    with open(file, "r+b") as stream:
        stream.seek(4096 * 6)
        stream.write(b"\xff" * (size - 4096 * 6))
    told: list[str] = []
    with opened(directory, told) as cache:
        assert [cache.get(str(number)) for number in range(300)].count(None) > 0
        cache.put("new", b"value")
        cache.get("new")
    assert len(told) == 1
    assert read(filled(directory, {"new": b"value"}), "new") == [b"value"]
    assert len(list(directory.glob("*.sqlite3"))) == 1


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_bytes_changed_anywhere_never_give_a_wrong_value(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    values = {f"key{number}": bytes([number]) * 700 for number in range(40)}
    directory = filled(tmp_path_factory.mktemp("cache") / "c", values)
    file = database(directory)
    content = bytearray(file.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=40)):
        content[place] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content[: data.draw(st.sampled_from([None, len(content) // 2, 5000]))])
    told: list[str] = []
    with opened(directory, told) as cache:
        for key, value in values.items():
            assert cache.get(key) in (value, None)
            cache.put(key, value)
    assert len(told) <= 1
    with opened(directory, told) as cache:
        for key, value in values.items():
            assert cache.get(key) in (value, None)


def test_a_truncated_database_is_no_error(tmp_path: Path):
    directory = filled(tmp_path / "c", {str(number): os.urandom(3000) for number in range(100)})
    os.truncate(database(directory), 10_000)
    told: list[str] = []
    with opened(directory, told) as cache:
        assert [cache.get(str(number)) for number in range(100)] == [None] * 100
    assert len(told) == 1


@pytest.mark.parametrize("change", ["PRAGMA user_version = 99", "DELETE FROM builds", "DROP TABLE contents"])
def test_another_schema_is_told_once_and_begun_anew(tmp_path: Path, change: str):
    directory = filled(tmp_path / "c", {"key": b"value"})
    execute(directory, change)
    told: list[str] = []
    with opened(directory, told) as cache:
        assert cache.get("key") is None
    assert len(told) == 1
    assert read(filled(directory, {"key": b"new"}), "key") == [b"new"]


def test_a_file_in_the_directorys_place_is_told_once(tmp_path: Path):
    (tmp_path / "c").write_text("a file")
    told: list[str] = []
    with opened(tmp_path / "c", told) as cache:
        cache.put("key", b"value")
        assert cache.get("key") is None
        assert cache.get("key") is None
    assert told == [f"the build cache in {tmp_path / 'c'} is not used: File exists"]


def test_a_database_that_cannot_be_opened_is_told_once(tmp_path: Path):
    (tmp_path / "c" / "cache-v1-1.sqlite3").mkdir(parents=True)
    told: list[str] = []
    with opened(tmp_path / "c", told) as cache:
        cache.put("key", b"value")
        assert cache.get("key") == b"value"
        assert cache.get("other") is None
        assert cache.get("key") is None
    assert len(told) == 1


def test_a_read_only_directory_is_told_once(tmp_path: Path):
    directory = filled(tmp_path / "c", {"key": b"value"})
    for file in (directory, *directory.iterdir()):
        file.chmod(0o555 if file.is_dir() else 0o444)
    code = (
        "import os, sqlite3, sys; from assetbuild.cache.local import LocalCache\n"
        "if os.geteuid() == 0: os.chdir(os.path.dirname(sys.argv[1])); os.setegid(65534); os.seteuid(65534)\n"
        "cache = LocalCache(os.path.basename(sys.argv[1]), print)\n"
        "for _ in range(3): cache.get('key'); cache.put('a', b'b'); cache.get('a')\n"
        "cache.close()"
    )
    done = run_in_child(code, str(directory))
    directory.chmod(0o755)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    assert read(directory, "key") == [b"value"]


def test_a_full_disk_is_told_once(tmp_path: Path):
    resource = pytest.importorskip("resource")
    assert resource.RLIMIT_FSIZE is not None
    code = (
        "import os, resource, sys; from assetbuild.cache.local import LocalCache\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "cache = LocalCache(sys.argv[1], print)\n"
        "for key in 'abc': cache.put(key, os.urandom(20 << 20)); assert cache.get(key) is None\n"
        "cache.close()"
    )
    done = run_in_child(code, str(tmp_path / "c"))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    assert read(filled(tmp_path / "c", {"key": b"value"}), "key") == [b"value"]


def test_a_database_locked_for_too_long_is_told_once(tmp_path: Path):
    directory = filled(tmp_path / "c", {"key": b"value"})
    told: list[str] = []
    with closing(sqlite3.connect(database(directory), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        cache = LocalCache(str(directory), told.append, busy_timeout=0.05)
        assert cache.get("key") == b"value"
        cache.put("new", b"value")
        cache.close()
        cache.close()
    assert len(told) == 1
    assert "locked" in told[0]
    assert read(directory, "key", "new") == [b"value", None]


def test_a_second_failure_in_the_same_build_is_not_told(tmp_path: Path):
    directory = filled(tmp_path / "c", {"key": b"value"})
    database(directory).write_bytes(b"garbage" * 1000)
    told: list[str] = []
    cache = LocalCache(str(directory), told.append, busy_timeout=0.05)
    assert cache.get("key") is None
    with closing(sqlite3.connect(database(directory), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        cache.put("new", b"value")
        cache.close()
    assert len(told) == 1
    assert read(directory, "new") == [None]


def test_deleting_the_directory_at_any_time_is_no_error(tmp_path: Path):
    directory = filled(tmp_path / "c", {"key": b"value"})
    told: list[str] = []
    with opened(directory, told) as cache:
        cache.get("key")
        shutil.rmtree(directory)
        cache.put("new", b"value")
        cache.get("missing")
    assert len(told) <= 1
    assert read(filled(directory, {"key": b"again"}), "key", "new") == [b"again", None]


def test_after_close_everything_is_a_miss(tmp_path: Path):
    with opened(tmp_path / "c") as cache:
        cache.put("key", b"value")
        cache.close()
        cache.put("late", b"value")
        assert cache.get("key") is None
    assert read(tmp_path / "c", "key", "late") == [b"value", None]


def test_many_threads_may_use_one_cache(tmp_path: Path):
    failures: list[BaseException] = []

    def work(cache: LocalCache, number: int) -> None:
        try:
            for turn in range(100):
                key = f"{turn % 10}"
                value = hashlib.sha256(key.encode()).digest() * 3000
                assert cache.get(key) in (None, value)
                cache.put(key, value)
                cache.put(f"{number}-{turn}", value)
        except BaseException as error:  # noqa: BLE001 shown below
            failures.append(error)

    with opened(tmp_path / "c") as cache:
        threads = [threading.Thread(target=work, args=(cache, number)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    keys = [f"{number}-{turn}" for number in range(6) for turn in range(100)]
    assert None not in read(tmp_path / "c", *keys)


def test_many_builds_at_once_share_one_cache(tmp_path: Path):
    code = (
        "import hashlib, sys; from assetbuild.cache.local import LocalCache\n"
        "for turn in range(4):\n"
        "    cache = LocalCache(sys.argv[1], print, busy_timeout=30)\n"
        "    for number in range(200):\n"
        "        key = str(number); value = hashlib.sha256(key.encode()).digest() * 100\n"
        "        assert cache.get(key) in (None, value)\n"
        "        cache.put(key, value); cache.put(sys.argv[2] + key, value)\n"
        "    cache.close()\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "c"), f"{name}-"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in range(5)
    ]
    assert [(process.communicate(timeout=60)[0], process.returncode) for process in processes] == [("", 0)] * 5
    keys = [f"{name}-{number}" for name in range(5) for number in range(200)]
    assert None not in read(tmp_path / "c", *keys)
    with closing(sqlite3.connect(database(tmp_path / "c"))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_build_killed_while_it_writes_leaves_a_working_cache(tmp_path: Path):
    directory = filled(tmp_path / "c", {"key": b"value"})
    code = (
        "import os, sys; from assetbuild.cache.local import LocalCache\n"
        "cache = LocalCache(sys.argv[1], print)\n"
        "cache.put('big', bytes(20 << 20)); cache.put('lost', b'x'); os.kill(os.getpid(), 9)"
    )
    assert run_in_child(code, str(directory)).returncode == -9
    assert read(directory, "key", "big", "lost") == [b"value", bytes(20 << 20), None]


def test_entries_no_build_uses_are_dropped_and_used_ones_stay(tmp_path: Path):
    directory = filled(tmp_path / "c", {"used": b"1", "unused": b"2"})
    for number in range(9):
        with opened(directory, keep_builds=8) as cache:
            assert cache.get("used") == b"1"
            cache.put(f"build {number}", b"x")
    assert read(directory, "used", "unused") == [b"1", None]


def test_builds_that_store_nothing_age_nothing_and_write_nothing(tmp_path: Path):
    directory = filled(tmp_path / "c", {"used": b"1", "unused": b"2"})
    before = database(directory).read_bytes()
    for _ in range(10):
        with opened(directory, keep_builds=2) as cache:
            assert cache.get("used") == b"1"
    assert database(directory).read_bytes() == before
    assert read(directory, "unused") == [b"2"]


def test_over_the_limit_the_longest_unused_go_first_and_the_file_shrinks(tmp_path: Path):
    directory = tmp_path / "c"
    for number in range(10):
        with opened(directory) as cache:
            cache.get("0")
            cache.put(str(number), os.urandom(100_000))
    large = database(directory).stat().st_size
    with opened(directory, size_limit=500_000) as cache:
        assert cache.get("0") is not None
        cache.put("new", b"x")
    kept = [key for key in map(str, range(10)) if read(directory, key) != [None]]
    assert kept == ["0", "8", "9"] or kept == ["0", "7", "8", "9"]
    assert database(directory).stat().st_size < large // 2


def test_the_cache_of_no_cache_forgets_at_once():
    cache: Cache = NoCache()
    cache.put("key", b"value")
    assert cache.get("key") is None
    cache.close()


def test_the_local_cache_is_a_cache(tmp_path: Path):
    with opened(tmp_path / "c") as cache:
        kept: Cache = cache
        assert kept.get("key") is None
    assert re.fullmatch(r"cache-v1-\d+\.sqlite3", database(tmp_path / "c").name)
