"""Templates checked before a deploy: every asset that one names literally must be in the manifest.

files.py     which files are meant
text.py      their text, and places in it
engines.py   which language each is in
jinja.py     what is called in Jinja2, django.py in Django's language
calls.py     which functions and tags name assets
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.nearest import Nearest
from assetbuild.paths import shown_path
from assetbuild.templates.calls import NO_OTHERS, Computed, Fault, Named, OtherNames, exists, is_beginning
from assetbuild.templates.engines import Engine, evident_engine, find_calls
from assetbuild.templates.text import Text, read

__all__ = ["Checked", "check_templates"]

_COMPUTED = "a computed name: not checkable"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, sorted by place: errors, and a notice for each computed name.

    `templates` counts the files, `names` those named literally, of which `missing` are in no manifest, `computed`
    the names that cannot be checked, `unread` the templates with a fault for which not all of it could be.
    """

    diagnostics: tuple[Diagnostic, ...]
    templates: int
    names: int
    missing: int
    computed: int
    unread: int


@dataclass(slots=True)
class _Tally:
    names: Collection[str]
    nearest: Nearest
    base_url: str
    others: OtherNames
    diagnostics: list[Diagnostic] = field(default_factory=list)
    named: int = 0
    missing: int = 0
    computed: int = 0
    unread: int = 0
    hints: dict[tuple[str, tuple[str, ...]], str | None] = field(default_factory=dict)


def check_templates(
    files: Iterable[str],
    names: Collection[str],
    root: str,
    engine: Engine = "auto",
    flask_static: bool = False,
    base_url: str = "/static/",
    others: OtherNames = NO_OTHERS,
) -> Checked:
    """All templates, whatever is wrong with one of them.

    `files` are file paths, `names` the logical paths there are; diagnostics name files relative to the directory
    `root`. `engine` is the language of all of them, or "auto". `flask_static`: url_for('static', filename='…')
    names an asset. `base_url` is the release's: `output` of {% assets %} may lie under it. Raises UsageError if Jinja2
    or Django is needed and not installed.
    """
    tally = _Tally(names, Nearest(names), base_url, others)
    count = 0
    for file in files:
        count += 1
        text = read(file, shown_path(file, root))
        if isinstance(text, Diagnostic):
            tally.diagnostics.append(text)
            tally.unread += 1
        else:
            _check(text, tally, engine, flask_static)
    return Checked(tuple(tally.diagnostics), count, tally.named, tally.missing, tally.computed, tally.unread)


def _check(text: Text, tally: _Tally, engine: Engine, flask_static: bool) -> None:
    found = find_calls(text.content, text.file, engine, flask_static)
    for one in sorted(found, key=lambda one: (one.start, one.stop)):
        if isinstance(one, Fault):
            tally.diagnostics.append(text.diagnostic(one.text, one.start, one.stop, _engine_hint(text, engine)))
        elif isinstance(one, Computed) or is_beginning(one):
            tally.computed += 1
            tally.diagnostics.append(text.diagnostic(_COMPUTED, one.start, one.stop, severity="notice"))
        else:
            tally.named += 1
            if not exists(one, tally.names, tally.base_url, tally.others):
                tally.missing += 1
                tally.diagnostics.append(_missing(text, one, tally))
    tally.unread += any(isinstance(one, Fault) for one in found)


def _missing(text: Text, named: Named, tally: _Tally) -> Diagnostic:
    extensions, places = named.helper.extensions, named.helper.places
    asked = (named.name, extensions or places)
    if asked not in tally.hints:
        likely = named.name if len(extensions) != 1 or named.name.endswith(extensions) else named.name + extensions[0]
        tally.hints[asked] = tally.nearest.hint(places[0].format(named.name) if places else likely)
    return text.diagnostic(f"no asset named '{named.name}'", named.start, named.stop, tally.hints[asked])


def _engine_hint(text: Text, engine: Engine) -> str | None:
    """What to do about a syntax error, if the language was only a guess."""
    if engine == "auto" and evident_engine(text.content, text.file) == "auto":
        return "read as Jinja2; --engine django reads it as Django does"
    return None
