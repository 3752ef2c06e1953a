"""Projects to build, made by script: `projects.py PROJECT DIRECTORY [EXTRAS]`, all below the directory.

PROJECT is a number of files of a synthetic graph, `packages`, or `few-packages`. EXTRAS is a directory for what else is
edited in some rows: a style sheet of 100 kB that names a hundred pictures, and a Sass file with partials.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import random
import shutil
import sys

SEED = 20
_IN_DIRECTORY = 100
# Of each hundred files: style sheets, modules, pictures; the rest are SVG.
_STYLES, _SCRIPTS, _PICTURES = 20, 40, 35
PACKAGES = {
    "packages": ("django", "fontawesomefree", "swagger_ui_bundle", "xstatic"),
    "few-packages": ("django", "xstatic"),
}
# What is edited: a picture that the large sheet names, and a partial that the Sass file imports first.
LARGE_SHEET, EDITED_PICTURE = "css/large.css", "img/p7.png"
SASS_ENTRY, EDITED_PARTIAL = "scss/site.scss", "scss/_theme.scss"
_NAMED_PICTURES = 100
_STATIC = (".css", ".js", ".mjs", ".json", ".map", ".png", ".svg", ".gif", ".jpg", ".ico", ".woff", ".woff2", ".ttf")


def synthetic(directory: str, files: int) -> None:
    """Writes `files` files of about 1 kB: sheets and modules that name others of a lower number, so without cycles."""
    chance = random.Random(SEED)
    kinds = [_kind(number) for number in range(files)]
    names = [_name(number, kind) for number, kind in enumerate(kinds)]
    by_kind = {kind: [number for number in range(files) if kinds[number] == kind] for kind in sorted(set(kinds))}
    for folder in sorted({os.path.dirname(name) for name in names}):
        os.makedirs(os.path.join(directory, folder), exist_ok=True)
    seen: dict[str, int] = dict.fromkeys(by_kind, 0)
    for number, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if kind == "css":
            data = _sheet(name, [names[one] for one in _some(chance, by_kind["png"] + by_kind["svg"], 3)])
        elif kind == "js":
            data = _module(name, [names[one] for one in _some(chance, by_kind["js"][: seen["js"]], 2)])
        elif kind == "svg":
            data = b'<svg xmlns="http://www.w3.org/2000/svg"><title>%d</title><path d="%s"/></svg>\n' % (
                number,
                b"M0 0L1 1" * 100,
            )
        else:
            data = b"\x89PNG\r\n\x1a\n" + chance.randbytes(1000)
        seen[kind] += 1
        with open(os.path.join(directory, name), "wb") as stream:
            stream.write(data)


def packages(directory: str, names_of_packages: tuple[str, ...]) -> None:
    """Copies the static files of installed, pinned packages, each below its own name."""
    for package in names_of_packages:
        found = importlib.util.find_spec(package)
        for root in (found.submodule_search_locations or []) if found else []:
            for folder, _, names in os.walk(root):
                for name in names:
                    if name.endswith(_STATIC):
                        file = os.path.join(folder, name)
                        target = os.path.join(directory, package, os.path.relpath(file, root))
                        os.makedirs(os.path.dirname(target), exist_ok=True)
                        shutil.copyfile(file, target)


def extras(directory: str) -> None:
    """A sheet of 100 kB with its pictures; an entry in Sass with a partial of one value before those of Bootstrap."""
    chance = random.Random(SEED)
    for folder in ("css", "img", "scss"):
        os.makedirs(os.path.join(directory, folder))
    rules = []
    for number in range(_NAMED_PICTURES):
        with open(os.path.join(directory, f"img/p{number}.png"), "wb") as stream:
            stream.write(b"\x89PNG\r\n\x1a\n" + chance.randbytes(1000))
        rules.append(f".p{number} {{ background: url('../img/p{number}.png') no-repeat }}")
        rules += [f".p{number} .c{other} {{ color: #abcdef; margin: 0 {other}px }}" for other in range(22)]
    with open(os.path.join(directory, LARGE_SHEET), "w") as sheet:
        sheet.write("\n".join(rules) + "\n")
    found = importlib.util.find_spec("xstatic.pkg.bootstrap_scss")
    (package,) = (found.submodule_search_locations if found else None) or [""]
    for folder in ("scss", "fonts"):
        shutil.copytree(os.path.join(package, "data", folder), os.path.join(directory, folder), dirs_exist_ok=True)
    with open(os.path.join(directory, SASS_ENTRY), "w") as entry:
        entry.write('@import "theme";\n$icon-font-path: "../fonts/bootstrap/";\n@import "bootstrap";\n')
    edit_partial(directory, 0)


def edit_partial(directory: str, number: int) -> None:
    """Another value for a variable of the Sass file, so that what is compiled differs."""
    with open(os.path.join(directory, EDITED_PARTIAL), "w") as partial:
        partial.write(f"$brand-primary: #{number % 0x1000000:06x};\n")


def edit_picture(directory: str, number: int) -> None:
    with open(os.path.join(directory, EDITED_PICTURE), "wb") as picture:
        picture.write(b"\x89PNG\r\n\x1a\n" + random.Random(f"{number}").randbytes(1000))


def _kind(number: int) -> str:
    place = int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:2], "big") % 100
    if place < _STYLES:
        return "css"
    if place < _STYLES + _SCRIPTS:
        return "js"
    return "png" if place < _STYLES + _SCRIPTS + _PICTURES else "svg"


def _name(number: int, kind: str) -> str:
    return f"d{number // _IN_DIRECTORY:04}/{kind}/f{number}.{kind}"


def _some(chance: random.Random, of: list[int], count: int) -> list[int]:
    return sorted(set(chance.choices(of, k=count))) if of else []


def _sheet(name: str, pictures: list[str]) -> bytes:
    here = os.path.dirname(name)
    rules = [f".p{number} {{ background: url('{os.path.relpath(one, here)}') }}" for number, one in enumerate(pictures)]
    filler = [f".c{number} {{ color: #abcdef; margin: 0 {number}px }}" for number in range(20)]
    return "\n".join([f"/* {name} */", *rules, *filler, ""]).encode()


def _module(name: str, modules: list[str]) -> bytes:
    here = os.path.dirname(name)
    urls = [os.path.relpath(one, here) for one in modules]
    lines = [f"import {{ value as v{number} }} from './{url}';" for number, url in enumerate(urls)]
    filler = [f"export function f{number}(a, b) {{ return a * {number} + b; }}" for number in range(15)]
    return "\n".join([*lines, f"export const value = '{name}';", *filler, ""]).encode()


if __name__ == "__main__":
    project, below, *beside = sys.argv[1:]
    if project in PACKAGES:
        packages(below, PACKAGES[project])
    else:
        synthetic(below, int(project))
    for one in beside:
        extras(one)
