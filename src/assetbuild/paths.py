"""Logical paths: pure functions on text, no file is touched.

A logical path is the POSIX path of an asset below its load path, in Unicode normal form C.
Where Windows has rules of its own they are a parameter, so that every system can test them.
"""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache
from types import ModuleType
from unicodedata import normalize

from assetbuild.expression import expression

FINGERPRINT_LENGTH = 16
LONGEST_NAME = 255
# Beside the configuration.
CACHE_DIRECTORY = ".assetbuild"

COMPOUND_EXTENSIONS = (".js.map", ".css.map", ".mjs.map")

_UNUSABLE = expression("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\\\\\ud800-\\udfff]")
_WINDOWS_CHARACTERS = '[<>:"|?*]'
_WINDOWS_DEVICES = r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?"


def logical_path(relative: str, rules: ModuleType = os.path) -> str:
    """The logical path of a file path relative to its load path; `rules` is `posixpath` or `ntpath`.

    Raises ValueError for a path with a drive or a root, and for one that leaves the load path.
    """
    drive, rest = rules.splitdrive(relative)
    path: str = rest.replace(rules.sep, "/")
    if rules.altsep:
        path = path.replace(rules.altsep, "/")
    if drive or path.startswith("/"):
        raise ValueError(f"{relative!r} is not a relative path")
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    if not segments or ".." in segments:
        raise ValueError(f"{relative!r} is not below its load path")
    return normal_form("/".join(segments))


def normal_form(name: str) -> str:
    """A name or path in Unicode normal form C."""
    return name if name.isascii() else normalize("NFC", name)


def read_as_utf8(name: str) -> str:
    """A name or path that the system gave, read as UTF-8 whatever the locale; a byte that is not, as a surrogate."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "surrogateescape")


def written_as_utf8(path: str) -> str:
    """A path as the system has to be asked for it, so that its bytes are UTF-8 whatever the locale."""
    if path.isascii() or sys.getfilesystemencoding() == "utf-8":
        return path
    return os.fsdecode(path.encode("utf-8", "surrogateescape"))


def fold(path: str) -> str:
    """Equal for two logical paths that some file systems cannot tell apart: by case or by normal form."""
    if path.isascii():
        return path.lower()
    return normalize("NFC", normalize("NFD", path).casefold())


def why_not_published(path: str, windows: bool = os.name == "nt") -> str | None:
    """Why no asset can have this logical path, as "its name …" or "it …"; None if it can.

    `windows` adds the names that Windows cannot have or reads as something else (a drive, a device).
    """
    unusable = _UNUSABLE.search(path)
    if unusable:
        return _why_unusable(unusable.group())
    segments = path.split("/")
    if "" in segments:
        return "it has an empty segment" if path else "it is empty"
    if "." in segments or ".." in segments:
        return "it has a segment '.' or '..'"
    if windows:
        return _why_not_on_windows(segments)
    return "it begins as a path on a drive of Windows does" if path[1:2] == ":" and path[0].isalpha() else None


def why_too_long(path: str, fingerprinted: bool = True, encoding: str = ".br") -> str | None:
    """Why the files published for this logical path would have a name no file system takes; None if they fit.

    `encoding` is the longest extension of a precompressed variant, "" for none. The limit is in bytes of UTF-8.
    """
    *directories, name = path.split("/")
    added = len(encoding) + (FINGERPRINT_LENGTH + 1 if fingerprinted else 0)
    length = len(name.encode("utf-8", "surrogateescape")) + added
    if length > LONGEST_NAME:
        with_what = " and ".join(["fingerprint"] * fingerprinted + [f"'{encoding}'"] * bool(encoding))
        added_text = f" with its {with_what}" if with_what else ""
        return f"its name would be {length} bytes long{added_text}; file systems allow {LONGEST_NAME}"
    if any(len(directory.encode("utf-8", "surrogateescape")) > LONGEST_NAME for directory in directories):
        return f"a directory in it has a name of more than {LONGEST_NAME} bytes"
    return None


def stem_and_extension(path: str) -> tuple[str, str]:
    """("js/app.min", ".js") of "js/app.min.js"; the two joined are the path.

    `.js.map`, `.css.map` and `.mjs.map` stay whole. A leading dot begins no extension: (".htaccess", "").
    """
    head = path.rfind("/") + 1
    name = path[head:]
    if name.lower().endswith(COMPOUND_EXTENSIONS):
        cut = name.rfind(".", 0, name.rfind("."))
        if name[:cut].strip("."):
            return path[: head + cut], name[cut:]
    dot = name.rfind(".")
    if dot <= 0 or not name[:dot].strip("."):
        return path, ""
    return path[: head + dot], name[dot:]


def shown_path(file: str, root: str) -> str:
    """A file path as messages show it: relative to the directory `root`, POSIX; as it is on another drive."""
    directory, _, name = file.rpartition(os.sep)
    if not directory or name in ("", ".", "..") or root.startswith(file) or not os.path.isabs(file):
        return _relative(file, root)
    # There are many files in few directories, and `relpath` takes its time.
    below = _relative_directory(directory, root)
    return name if below == "." else f"{below}/{name}"


@lru_cache(maxsize=4096)
def _relative_directory(directory: str, root: str) -> str:
    return _relative(directory, root)


def _relative(file: str, root: str) -> str:
    try:
        return os.path.relpath(file, root).replace(os.sep, "/")
    except ValueError:
        return file.replace(os.sep, "/")


def fingerprinted_name(path: str, fingerprint: str) -> str:
    """The path below public/ of an asset: "css/app-3f2a9c0d11e4b577.css" of "css/app.css"."""
    stem, extension = stem_and_extension(path)
    return f"{stem}-{fingerprint}{extension}"


def escaped(name: str) -> str:
    """A name fit for a terminal: whatever is not printable, and the backslash, as Python writes it in a string.

    A byte that is not UTF-8 (a surrogate escape) is shown as that byte.
    """
    if name.isprintable() and "\\" not in name:
        return name
    return "".join(_escaped_character(character) for character in name)


def _escaped_character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def _why_unusable(character: str) -> str:
    if character == "\\":
        return "its name holds a backslash"
    if "\ud800" <= character <= "\udfff":
        return "its name is not UTF-8"
    return "its name holds a line break" if character in "\n\r\u2028\u2029" else "its name holds a control character"


def _why_not_on_windows(segments: list[str]) -> str | None:
    for segment in segments:
        if found := re.search(_WINDOWS_CHARACTERS, segment):
            return f"its name holds '{found.group()}', which Windows does not allow"
        if segment[-1] in ". ":
            return "a part of its name ends with a dot or a blank, which Windows drops"
        if re.fullmatch(_WINDOWS_DEVICES, segment, re.IGNORECASE):
            return f"'{segment}' is the name of a device on Windows"
    return None
