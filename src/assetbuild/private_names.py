"""Names that nobody means to publish, even where a glob matches them."""

from __future__ import annotations

_LEFTOVER_NAMES = {
    ".ds_store": "a folder view of macOS",
    "thumbs.db": "a thumbnail cache of Windows",
    "ehthumbs.db": "a thumbnail cache of Windows",
    "desktop.ini": "a folder view of Windows",
}
_LEFTOVER_EXTENSIONS = {
    "swp": "an editor's swap file",
    "swo": "an editor's swap file",
    "swn": "an editor's swap file",
    "kate-swp": "an editor's swap file",
    "orig": "a leftover of a merge",
    "rej": "a leftover of a patch",
    "bak": "a backup copy",
    "tmp": "a temporary file",
    "crdownload": "an unfinished download",
}
_LEFTOVER_PREFIXES = {
    ".#": "an editor's lock file",
    "._": "a resource fork of macOS",
    ".~lock.": "an editor's lock file",
    ".nfs": "a file deleted while in use",
    ".fuse_hidden": "a file deleted while in use",
}
_SECRET_NAMES = {
    **dict.fromkeys(("id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"), "a private key"),
    **dict.fromkeys((".htpasswd", ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass"), "a file of passwords"),
    **dict.fromkeys((".git-credentials", ".my.cnf"), "a file of passwords"),
}
_SECRET_EXTENSIONS = {
    **dict.fromkeys(("pem", "key", "p8", "p12", "pfx", "ppk"), "a private key"),
    **dict.fromkeys(("jks", "keystore", "bks"), "a store of private keys"),
    **dict.fromkeys(("kdb", "kdbx"), "a store of passwords"),
    "env": "a file of environment variables",
}


def why_private(path: str) -> str | None:
    """What a file at this logical path is that keeps it from being published by default ("a private key"), or None."""
    return why_leftover(path) or why_secret(path) or why_dotfile(path)


def why_leftover(path: str) -> str | None:
    """What program left this file behind, or None."""
    name = path[path.rfind("/") + 1 :].lower()
    if name in _LEFTOVER_NAMES:
        return _LEFTOVER_NAMES[name]
    if name.endswith("~"):
        return "an editor's backup copy"
    if name[:1] == "#" == name[-1:] and len(name) > 1:
        return "an editor's autosave file"
    if name[:1] == ".":
        for prefix, what in _LEFTOVER_PREFIXES.items():
            if name.startswith(prefix):
                return what
    if path.startswith("__MACOSX/") or "/__MACOSX/" in path:
        return "a resource fork of macOS"
    return _LEFTOVER_EXTENSIONS.get(_extension(name))


def why_secret(path: str) -> str | None:
    """What secret a file of this name usually holds, or None."""
    name = path[path.rfind("/") + 1 :].lower()
    if name in _SECRET_NAMES:
        return _SECRET_NAMES[name]
    if name.startswith(".env"):
        return "a file of environment variables"
    return _SECRET_EXTENSIONS.get(_extension(name))


def why_dotfile(path: str) -> str | None:
    """Whether a segment begins with a dot, in words, or None; RFC 8615's `.well-known` is no such segment."""
    if path[:1] != "." and "/." not in path:
        return None
    *directories, name = path.split("/")
    if name.startswith("."):
        return "a dotfile"
    if any(directory.startswith(".") and directory != ".well-known" for directory in directories):
        return "in a dot-directory"
    return None


def _extension(name: str) -> str:
    dot = name.rfind(".")
    return name[dot + 1 :] if dot >= 0 else ""
