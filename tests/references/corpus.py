"""Thousands of scripts and style sheets from npm packages of exact versions, kept in pytest's cache."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from requirements_of_tests import do_without, need

PACKAGES = {
    "@codemirror/lang-javascript": "6.2.5",
    "@codemirror/view": "6.43.15",
    "@fontsource/inter": "5.3.0",
    "@fortawesome/fontawesome-free": "7.3.1",
    "@mdi/font": "7.4.47",
    "@vue/compiler-dom": "3.5.45",
    "@vue/compiler-sfc": "3.5.45",
    "@vue/runtime-dom": "3.5.45",
    "acorn": "8.19.0",
    "alpinejs": "3.17.5",
    "animate.css": "4.1.1",
    "bootstrap": "5.3.9",
    "bulma": "1.0.4",
    "chart.js": "4.6.1",
    "codemirror": "5.65.21",
    "d3": "7.9.2",
    "daisyui": "5.8.1",
    "es-module-lexer": "3.0.5",
    "foundation-sites": "6.9.0",
    "highlight.js": "11.12.0",
    "htmx.org": "4.0.1",
    "htmx.org@2": "2.0.11",
    "jquery": "4.0.0",
    "jquery-ui": "1.14.2",
    "katex": "0.19.1",
    "leaflet": "1.9.4",
    "lit": "3.3.3",
    "lodash-es": "4.18.1",
    "moment": "2.31.0",
    "open-props": "1.7.23",
    "preact": "11.2.0",
    "prettier": "3.10.1",
    "prismjs": "1.30.0",
    "react": "19.3.1",
    "react-dom": "19.3.1",
    "rxjs": "7.8.2",
    "swagger-ui-dist": "5.35.0",
    "swiper": "14.4.0",
    "tailwindcss": "4.3.5",
    "three": "0.187.0",
    "tinymce": "8.9.2",
    "typescript": "5.9.3",
    "vue": "3.5.45",
}
"""The versions by the folder below node_modules, where a name may have an `@` and a number after it."""

SCRIPTS = (".js", ".mjs", ".cjs")
SHEETS = (".css",)
FOLDER = "npm-corpus"


def corpus(
    config: pytest.Config,
    packages: Mapping[str, str] = PACKAGES,
    suffixes: tuple[str, ...] = SCRIPTS + SHEETS,
    name: str = FOLDER,
) -> Path:
    """A folder with the scripts and sheets of PACKAGES in its node_modules; skips the test where they cannot be had.

    The packages are downloaded once, about 60 MB, without what they depend on, and no code of theirs is run. Other
    packages, or files with other endings, need a folder of another name.
    """
    assert config.cache is not None
    folder = config.cache.mkdir(name)
    whole = place_in(folder, packages)
    if whole.is_dir():
        return whole
    npm = need("npm")
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.is_dir():
            fetched = folder / "fetched"
            shutil.rmtree(fetched, ignore_errors=True)
            (fetched / "node_modules").mkdir(parents=True)
            _fetch(npm, fetched, packages, suffixes)
            fetched.rename(whole)
    return whole


def place_in(folder: Path, packages: Mapping[str, str] = PACKAGES) -> Path:
    """Where in the cache's folder the corpus of these versions is, if it is there."""
    return folder / hashlib.sha256(repr(packages).encode()).hexdigest()[:16]


def files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """The files with one of these endings below the node_modules of a corpus, sorted."""
    found = (folder / "node_modules").rglob("*")
    return sorted(file for file in found if file.suffix in suffixes and file.is_file())


def tell(capsys: pytest.CaptureFixture[str], what: str, counts: Mapping[str, int]) -> None:
    """Prints one line of counts, whether pytest captures or not."""
    tell_line(capsys, f"{what}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def tell_line(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """As `tell`, for a line that is made up already."""
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")


def _fetch(npm: str, folder: Path, packages: Mapping[str, str], suffixes: tuple[str, ...]) -> None:
    wanted = [f"{name if '@' not in name[1:] else name[: name.rindex('@')]}@{packages[name]}" for name in packages]
    command = [npm, "pack", "--silent", "--ignore-scripts", "--fetch-retries=1", *wanted]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        do_without("npm packages")
    for name, archive in zip(packages, done.stdout.split(), strict=True):
        _unpack(folder / archive, folder / "node_modules" / name, suffixes)
        (folder / archive).unlink()


def _unpack(archive: Path, place: Path, suffixes: tuple[str, ...]) -> None:
    """What a test may read, and `package.json`, by which node finds the packages that are run."""
    with tarfile.open(archive) as packed:
        for member in packed:
            file = Path(*Path(member.name).parts[1:])
            if member.isfile() and (file.suffix in suffixes or file.name == "package.json"):
                content = packed.extractfile(member)
                assert content is not None
                assert ".." not in file.parts
                (place / file).parent.mkdir(parents=True, exist_ok=True)
                (place / file).write_bytes(content.read())
