"""The embedded cache: a directory with one SQLite database, shared by all builds that name it.

Nothing in it is trusted. A value is stored with a digest of itself and its key and is a miss if they disagree,
so the database is written without waiting for the disk: what a power cut damages is not used. A damaged database
gives way to a new one under the next number; it is never overwritten, for another build may have it open.

It does not grow for ever. Every build that stores something is a generation. At its end go the entries that were
not used in the last `keep_builds` generations, and if the rest is larger than `size_limit` bytes, those unused
for longest, until four fifths of the limit are reached.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assetbuild.paths import escaped

if TYPE_CHECKING:
    import sqlite3

SCHEMA = 1
FLUSH_BYTES = 4 << 20
LARGEST_VALUE = 900_000_000  # SQLite's own limit is 10**9 bytes
PAGE_SIZE = 16384

_DATABASE = re.compile(rf"cache-v{SCHEMA}-([1-9][0-9]*)\.sqlite3")
_DAMAGE = {1, 11, 26}  # SQLITE_ERROR (a table is missing), SQLITE_CORRUPT, SQLITE_NOTADB

_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest BLOB NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS contents (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS builds (id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL);
INSERT OR IGNORE INTO builds VALUES (1, 0);
PRAGMA user_version = {SCHEMA};
COMMIT;
"""
_GET = "SELECT digest, used, value FROM entries JOIN contents USING (id) WHERE key = ?"
_PUT_ENTRY = (
    "INSERT INTO entries (key, digest, size, used) VALUES (?, ?, ?, ?) ON CONFLICT (key)"
    " DO UPDATE SET digest = excluded.digest, size = excluded.size, used = excluded.used"
)
_PUT_CONTENT = "INSERT OR REPLACE INTO contents SELECT id, ? FROM entries WHERE key = ?"

# A value that is bound is copied twice, and kept until another is. Of a large one the room is made first, then filled.
_WRITTEN_IN_PLACE = 1 << 20
_PUT_ZEROS = "INSERT OR REPLACE INTO contents VALUES (?, zeroblob(?))"


class _SchemaError(Exception):
    """The file is a database, but not one of this schema."""


class LocalCache:
    """A cache in a directory, which is made with a `.gitignore` of its own; safe to use from several threads.

    `report` is told the first failure, in words, and no other: from then on everything is a miss.
    `busy_timeout` is how long to wait for another build's writing, in seconds.
    """

    def __init__(
        self,
        directory: str,
        report: Callable[[str], None],
        keep_builds: int = 200,
        size_limit: int = 1 << 30,
        busy_timeout: float = 10.0,
    ) -> None:
        self._directory = directory
        self._report = report
        self._keep_builds = keep_builds
        self._size_limit = size_limit
        self._busy_timeout = busy_timeout
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._number = 1
        self._usable = True
        self._told = False
        self._generation = 0
        self._counted = False
        self._pending: dict[str, bytes] = {}
        self._pending_size = 0
        self._used: dict[str, int] = {}
        try:
            _make_directory(directory)
        except OSError as error:
            self._fail(error)

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._pending:
                return self._pending[key]
            row = self._guarded(lambda connection: connection.execute(_GET, (key,)).fetchone())
        if row is None:
            return None
        digest, used, value = row
        if not isinstance(value, bytes) or not isinstance(used, int) or _digest(key, value) != digest:
            return None
        with self._lock:
            self._used[key] = used
        return value

    def put(self, key: str, value: bytes) -> None:
        if len(value) > min(LARGEST_VALUE, self._size_limit):
            return
        with self._lock:
            if not self._usable:
                return
            self._pending_size += len(value) - len(self._pending.get(key, b""))
            self._pending[key] = value
            if self._pending_size >= FLUSH_BYTES:
                self._guarded(self._flush)

    def close(self) -> None:
        with self._lock:
            if self._counted or self._pending or self._lagging():
                self._guarded(self._finish)
            self._usable = False
            self._pending.clear()
            self._disconnect()

    def _guarded(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """What `work` does with the connection; None after a failure."""
        if not self._usable:
            return None
        import sqlite3

        try:
            return work(self._connection or self._connect())
        except (sqlite3.Error, _SchemaError, OSError, OverflowError, UnicodeError) as error:
            self._fail(error)
            return None

    def _fail(self, error: Exception) -> None:
        self._usable = False
        self._pending.clear()
        self._disconnect()
        if _is_damage(error):
            _begin(self._directory, self._number + 1)
        self._tell(f"is not used: {_words(error)}")

    def _tell(self, what: str) -> None:
        if not self._told:
            self._told = True
            self._report(f"the build cache in {escaped(self._directory)} {what}")

    def _connect(self) -> sqlite3.Connection:
        import sqlite3

        numbers = _numbers(self._directory)
        self._number = max(numbers, default=1)
        try:
            connection = self._open()
        except (sqlite3.Error, _SchemaError) as error:
            if not _is_damage(error):
                raise
            self._disconnect()
            self._tell(f"was damaged and is begun anew: {_words(error)}")
            self._number += 1
            connection = self._open()
        for number in numbers:
            if number < self._number:
                _remove(_database(self._directory, number))
        return connection

    def _open(self) -> sqlite3.Connection:
        import sqlite3

        self._connection = connection = sqlite3.connect(
            _database(self._directory, self._number),
            timeout=self._busy_timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = bytes  # a damaged value may be text, and not even UTF-8
        connection.execute("PRAGMA synchronous = OFF")
        if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            _create(connection)
        # SQLite has counted what it keeps in memory in pages as small as they were before.
        connection.execute("PRAGMA cache_size = -1000")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA:
            raise _SchemaError(f"its schema is {version}, not {SCHEMA}")
        generation = connection.execute("SELECT generation FROM builds").fetchone()
        if generation is None or not isinstance(generation[0], int):
            raise _SchemaError("it does not count its builds")
        self._generation = generation[0]
        return connection

    def _disconnect(self) -> None:
        if self._connection is None:
            return
        import sqlite3

        try:
            self._connection.close()
        except sqlite3.Error as error:
            self._tell(f"could not be closed: {_words(error)}")
        self._connection = None

    def _flush(self, connection: sqlite3.Connection) -> None:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            self._write(connection)
        self._pending.clear()
        self._pending_size = 0

    def _write(self, connection: sqlite3.Connection) -> None:
        if not self._counted:
            connection.execute("UPDATE builds SET generation = generation + 1")
            self._generation = connection.execute("SELECT generation FROM builds").fetchone()[0]
            self._counted = True
        items = self._pending.items()
        connection.executemany(
            _PUT_ENTRY, ((key, _digest(key, value), len(value), self._generation) for key, value in items)
        )
        small = [(value, key) for key, value in items if len(value) < _WRITTEN_IN_PLACE]
        connection.executemany(_PUT_CONTENT, small)
        for key, value in items:
            if len(value) >= _WRITTEN_IN_PLACE:
                (identifier,) = connection.execute("SELECT id FROM entries WHERE key = ?", (key,)).fetchone()
                connection.execute(_PUT_ZEROS, (identifier, len(value)))
                with connection.blobopen("contents", "value", identifier) as blob:
                    blob.write(value)

    def _finish(self, connection: sqlite3.Connection) -> None:
        if self._pending:
            self._flush(connection)
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            self._refresh(connection, self._lagging())
            old = connection.execute(
                "SELECT id FROM entries WHERE used < ?", (self._generation - self._keep_builds,)
            ).fetchall()
            _delete(connection, old)
            total = connection.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchone()[0]
            surplus: list[tuple[int]] = []
            if total > self._size_limit:
                self._refresh(connection, list(self._used))
                surplus = _longest_unused(connection, total - self._size_limit * 4 // 5)
                _delete(connection, surplus)
        if old or surplus:
            # As a script: one `execute` gives back a single page.
            connection.executescript("PRAGMA incremental_vacuum")

    def _lagging(self) -> list[str]:
        """Entries used in this build whose record of it is old: renewing all of them in every build is slow."""
        lag = max(1, self._keep_builds // 4)
        return [key for key, used in self._used.items() if self._generation - used >= lag]

    def _refresh(self, connection: sqlite3.Connection, keys: list[str]) -> None:
        connection.executemany("UPDATE entries SET used = ? WHERE key = ?", ((self._generation, key) for key in keys))


def _make_directory(directory: str) -> None:
    os.makedirs(directory, exist_ok=True)
    try:
        with open(os.path.join(directory, ".gitignore"), "x", encoding="ascii") as stream:
            stream.write("*\n")
    except FileExistsError:
        pass


def _database(directory: str, number: int) -> str:
    return os.path.join(directory, f"cache-v{SCHEMA}-{number}.sqlite3")


def _numbers(directory: str) -> list[int]:
    return [int(found.group(1)) for name in os.listdir(directory) if (found := _DATABASE.fullmatch(name))]


def _begin(directory: str, number: int) -> None:
    """Make an empty file, which is an empty database: the next build will take it and drop the one before it."""
    try:
        with open(_database(directory, number), "ab"):
            pass
    except OSError:
        pass


def _remove(database: str) -> None:
    for file in (database, f"{database}-wal", f"{database}-shm", f"{database}-journal"):
        try:
            os.remove(file)
        except OSError:  # not there; or in use, on Windows
            pass


def _create(connection: sqlite3.Connection) -> None:
    # By a write-ahead log, values of some megabytes would be written twice; larger pages save a quarter of the rest.
    # This comes first: the other one begins the database, and so decides the size.
    connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.executescript(_TABLES)


def _longest_unused(connection: sqlite3.Connection, surplus: int) -> list[tuple[int]]:
    """The entries to drop to be rid of `surplus` bytes, those unused for longest first."""
    victims: list[tuple[int]] = []
    for identifier, size in connection.execute("SELECT id, CAST(size AS INTEGER) FROM entries ORDER BY used, id"):
        if surplus <= 0:
            break
        victims.append((identifier,))
        surplus -= size
    return victims


def _delete(connection: sqlite3.Connection, identifiers: list[tuple[int]]) -> None:
    connection.executemany("DELETE FROM contents WHERE id = ?", identifiers)
    connection.executemany("DELETE FROM entries WHERE id = ?", identifiers)


def _digest(key: str, value: bytes) -> bytes:
    digest = hashlib.sha256(key.encode() + b"\0")
    digest.update(value)
    return digest.digest()


def _is_damage(error: Exception) -> bool:
    return isinstance(error, _SchemaError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _words(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
