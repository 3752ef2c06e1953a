"""A starting configuration for the project that is there: Django, Flask, FastAPI or Starlette, or plain.

Nothing of the project is imported or run: its files are read, and Python ones as syntax trees.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import Literal

from assetbuild.dataclass import dataclass
from assetbuild.paths import shown_path

Kind = Literal["django", "flask", "starlette", "plain"]

_PASSED_OVER = frozenset(
    {"node_modules", "site-packages", "venv", "env", "build", "dist", "__pycache__", "tests", "test", "docs"}
)
_DEPTH = 3
_PLAIN = ("assets", "static", "src/assets", "src/static", "app/assets", "app/static", "web/static", "frontend")
_SETTINGS = re.compile(r"""["']DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']""")
_APPLICATIONS = re.compile(r"\b(?:Flask|StaticFiles|FastAPI|Starlette)\(")
_MODULE_RULE = re.compile(r"^\s*@(?:use|forward)\s+[\"']", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """What kind of project is in a directory.

    `module`: the settings of Django, the file (POSIX, relative) of the application of others, None where there is
    none. `sources` are directories relative to it, POSIX. `modern_sass`: some Sass uses its module system.
    """

    kind: Kind
    module: str | None
    sources: tuple[str, ...]
    base_url: str = "/static/"
    modern_sass: bool = False


def look(directory: str) -> Found:
    """What kind of project is in the directory at this absolute file path; whatever cannot be read is passed over."""
    modern = any(_MODULE_RULE.search(_text(file)) for file in _files(directory, (".scss", ".sass")))
    found = _django(directory) or _application(directory) or _plain(directory)
    return Found(found.kind, found.module, found.sources, found.base_url, modern)


def starting_config(found: Found) -> str:
    """The text of an assetbuild.toml for it."""
    if found.kind == "django":
        lines = [
            "# What Django's finders find, with the settings of this module.",
            f'sources = [{{django = "{found.module}"}}]',
        ]
    else:
        lines = [f"sources = [{', '.join(f'{_spelled(source)}' for source in found.sources)}]"]
    lines += [f"base_url = {_spelled(found.base_url)}", ""]
    if found.modern_sass:
        lines += ["[sass]", 'implementation = "dart-sass"', ""]
    lines += [
        "# Several files as one:",
        '# [bundles."js/app.js"]',
        '# contents = ["js/vendor/*.js", "js/main.js"]',
        "",
    ]
    return "\n".join(lines)


def next_steps(found: Found) -> list[str]:
    """What is to be done now, line by line: what to install, what goes into settings and templates."""
    install = "build,dart-sass" if found.modern_sass else "build"
    return [
        *_IN_THE_APPLICATION[found.kind],
        "build the release, in the build stage and after changes:",
        f'    pip install "assetbuild[{install}]" && assetbuild build',
        "keep it out of version control: add build/ to .gitignore",
    ]


_IN_THE_APPLICATION: dict[Kind, tuple[str, ...]] = {
    "django": (
        "in the settings:",
        '    INSTALLED_APPS = ["assetbuild.runtime.django", ...]    # before django.contrib.staticfiles',
        '    STORAGES = {..., "staticfiles": {',
        '        "BACKEND": "assetbuild.runtime.django.ReleaseStorage",',
        '        "OPTIONS": {"manifest": BASE_DIR / "build/release/manifest.json", "auto_reload": DEBUG},',
        "    }}",
        "    STATICFILES_FINDERS = [",
        '        "django.contrib.staticfiles.finders.FileSystemFinder",',
        '        "django.contrib.staticfiles.finders.AppDirectoriesFinder",',
        '        "assetbuild.runtime.django.ReleaseFinder",    # lets runserver serve the release',
        "    ]",
        "in templates {% static 'css/app.css' %} stays as it is; {% load assetbuild %} brings more tags",
    ),
    "flask": (
        "in the application:",
        "    from assetbuild.runtime.flask import AssetBuild",
        '    AssetBuild(app, "build/release/manifest.json", rewrite_static=True)',
        "in templates: {{ stylesheet_link_tag('css/app.css') }}; {{ url_for('static', filename=…) }} stays as it is",
    ),
    "starlette": (
        "in the application:",
        "    from assetbuild.runtime.starlette import AssetBuild",
        '    AssetBuild(app, templates, "build/release/manifest.json")',
        "in templates: {{ stylesheet_link_tag('css/app.css') }} or {{ asset_url('img/logo.png') }}",
    ),
    "plain": (
        "with Jinja2:",
        "    from assetbuild.runtime import Manifest",
        "    from assetbuild.runtime.jinja import AssetExtension",
        "    environment.add_extension(AssetExtension)",
        '    environment.assets = Manifest.load("build/release/manifest.json")',
        "in templates: {{ stylesheet_link_tag('css/app.css') }} or {{ asset_url('img/logo.png') }}",
    ),
}


def _spelled(text: str) -> str:
    """A TOML string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _django(directory: str) -> Found | None:
    match = _SETTINGS.search(_text(os.path.join(directory, "manage.py")))
    if match is None:
        return None
    settings = _tree(os.path.join(directory, *match[1].split(".")) + ".py")
    url = next((_string(node.value) for node in ast.walk(settings) if _assigns(node, "STATIC_URL")), None)  # type: ignore[attr-defined]
    return Found("django", match[1], (), _as_base_url(url) or "/static/")


def _assigns(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)


def _application(directory: str) -> Found | None:
    """A Flask application, or a mounted StaticFiles; the one nearest to the directory counts.

    Without either, a FastAPI or Starlette application, with the usual directories.
    """
    bare = None
    for file in _files(directory, (".py",)):
        text = _text(file)
        if not _APPLICATIONS.search(text):
            continue
        for call in (node for node in ast.walk(_parsed(text)) if isinstance(node, ast.Call)):
            found = _flask(call, file, directory) or _mounted(call, file, directory)
            if found:
                return found
            if bare is None and _called(call) in ("FastAPI", "Starlette"):
                bare = Found("starlette", shown_path(file, directory), _plain(directory).sources)
    return bare


def _flask(call: ast.Call, file: str, directory: str) -> Found | None:
    if _called(call) != "Flask":
        return None
    keywords = {keyword.arg: _string(keyword.value) for keyword in call.keywords}
    folder = keywords.get("static_folder") or "static"
    url = _as_base_url(keywords.get("static_url_path")) or f"/{folder.rstrip('/').rpartition('/')[2]}/"
    static = os.path.normpath(os.path.join(os.path.dirname(file), folder))
    return Found("flask", shown_path(file, directory), (shown_path(static, directory),), url)


def _mounted(call: ast.Call, file: str, directory: str) -> Found | None:
    """`app.mount("/static", StaticFiles(directory="static"))`, or the same in a `Mount`."""
    if _called(call) not in ("mount", "Mount") or len(call.args) < 1:
        return None
    inner = [
        one for one in (*call.args[1:], *(keyword.value for keyword in call.keywords)) if isinstance(one, ast.Call)
    ]
    files = next((one for one in inner if _called(one) == "StaticFiles"), None)
    if files is None:
        return None
    given = [keyword.value for keyword in files.keywords if keyword.arg == "directory"] or files.args[:1]
    folder = _string(given[0]) if given else None
    url = _as_base_url(_string(call.args[0]))
    if not folder or not url:
        return None
    beside = os.path.join(os.path.dirname(file), folder)
    static = os.path.normpath(beside if os.path.isdir(beside) else os.path.join(directory, folder))
    return Found("starlette", shown_path(file, directory), (shown_path(static, directory),), url)


def _plain(directory: str) -> Found:
    there = [name for name in _PLAIN if os.path.isdir(os.path.join(directory, *name.split("/")))]
    return Found("plain", None, (there[0] if there else "assets",))


def _called(call: ast.Call) -> str | None:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def _string(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _as_base_url(url: str | None) -> str | None:
    """A path or URL as `base_url` takes it; None if it is none."""
    if not url or re.search(r"[?#\s\"'<>\\]|[^!-~]|(^|/)\.\.?(/|$)", url):
        return None
    if "://" not in url:
        url = "/" + url.lstrip("/")
    return url if url.endswith("/") else url + "/"


def _files(directory: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """The project's own files with these endings, nearest first."""
    waiting = [(directory, 0)]
    while waiting:
        place, depth = waiting.pop(0)
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                virtual = os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
                if depth < _DEPTH and entry.name not in _PASSED_OVER and not virtual:
                    waiting.append((entry.path, depth + 1))
            elif entry.name.endswith(suffixes) and entry.is_file():
                yield entry.path


def _text(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            return stream.read(1 << 20)
    except OSError:
        return ""


def _tree(file: str) -> ast.Module:
    return _parsed(_text(file))


def _parsed(text: str) -> ast.Module:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
