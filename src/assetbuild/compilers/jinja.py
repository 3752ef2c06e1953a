"""Jinja2 for assets: `app.css.jinja` becomes `app.css`, sandboxed and without clock or chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.jinja_marks import Marks, Template, without_marks
from assetbuild.compilers.jinja_origins import Places
from assetbuild.compilers.watch import KEY, Stopped, Watch
from assetbuild.encodings import is_unmarked_utf16
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content
from assetbuild.origins import diagnostic_at_line
from assetbuild.references.urls import ASSET_SCHEME, INLINE_SCHEME, encode

if TYPE_CHECKING:
    import jinja2

# What would make two builds of the same sources differ.
_UNSTEADY_FILTERS = ("random",)
_UNSTEADY_GLOBALS = ("lipsum",)
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+>")
# What the expressions of a template, which may call nearly any method, raise.
_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def compile_template(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """The template's output as an asset without the ".jinja".

    Options: `context` (values for the template), `env` (the environment variables that the configuration declares, None
    for one that is not set; the template sees those that are). It may include and import other sources by their
    logical path.
    """
    import jinja2

    asset = assets[0]
    declared: Mapping[str, str | None] = options.get("env", {})
    variables = {name: value for name, value in sorted(declared.items()) if value is not None}
    templates: dict[str, Template] = {}
    environment = _environment(lambda name: _load(name, asset, tools, templates), variables, declared)
    context = {**options.get("context", {}), "env": variables}
    watch = tools.world.services.get(KEY, lambda: Watch(tools.world.time_limit))
    try:
        output = watch.call(lambda: environment.get_template(asset.path).render(context))
        content = Content.of(output.encode())
    except jinja2.TemplateSyntaxError as error:
        file = error.filename or asset.file
        return Result((), (diagnostic_at_line(tools.world.root, file, error.lineno, error.message or "syntax error"),))
    except (jinja2.TemplateError, Stopped, *_FAILURES) as error:
        return Result((), (_failure(error, asset, tools),))
    path = asset.path.removesuffix(".jinja")
    marks = Marks(templates)
    marked = partial(_render_marked, watch, marks, asset.path, context, variables, declared)
    return Result((Asset(path, media.media_type(path), content),), origins=Places(output, marks, marked).origin)


def _load(name: str, asset: Asset, tools: Tools, templates: dict[str, Template]) -> Template | None:
    """The template at a logical path, noted in `templates`; None where there is none."""
    import jinja2

    source = tools.source(name)
    if source is None:
        return None
    data = asset.content.read() if name == asset.path else source.content.read()
    file = tools.world.display(source.file)
    if is_unmarked_utf16(data):
        raise jinja2.TemplateSyntaxError("not UTF-8: it is UTF-16", 1, name, file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise jinja2.TemplateSyntaxError(f"not UTF-8: {error.reason}", line, name, file) from None
    return templates.setdefault(name, Template(file, text, len(data) - len(text.encode())))


def _environment(
    load: Callable[[str], Template | None], variables: Mapping[str, str], declared: Collection[str]
) -> jinja2.Environment:
    import jinja2

    from assetbuild.compilers.jinja_sandbox import Sandbox
    from assetbuild.compilers.jinja_undefined import undefined_type

    def load_source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        template = load(name)
        return None if template is None else (template.written, template.file, lambda: True)

    environment = Sandbox(
        loader=jinja2.FunctionLoader(load_source),
        undefined=undefined_type(variables, declared),
        autoescape=False,
        keep_trailing_newline=True,
        finalize=_printable,
    )
    for name in _UNSTEADY_FILTERS:
        del environment.filters[name]
    for name in _UNSTEADY_GLOBALS:
        del environment.globals[name]

    # Their names are what a template's author reads if the argument is missing.
    def asset_url(path: object) -> str:
        return ASSET_SCHEME + _encoded(path)

    def asset_data_url(path: object) -> str:
        return INLINE_SCHEME + _encoded(path)

    for function in (asset_url, asset_data_url):
        function.__qualname__ = function.__name__
        environment.globals[function.__name__] = function
    return environment


def _render_marked(
    watch: Watch,
    marks: Marks,
    name: str,
    context: Mapping[str, Any],
    variables: Mapping[str, str],
    declared: Collection[str],
) -> str | None:
    """The output with marks around its pieces, of the templates that were read already; None where that fails."""
    import jinja2

    environment = _environment(lambda name: marks.templates.get(without_marks(name)), variables, declared)
    environment.add_extension(marks.extension())
    for function, scheme in (("asset_url", ASSET_SCHEME), ("asset_data_url", INLINE_SCHEME)):
        environment.globals[function] = partial(_marked_url, scheme)
    try:
        return watch.call(lambda: environment.get_template(name).render(context))
    except (jinja2.TemplateError, Stopped, *_FAILURES):
        return None


def _marked_url(scheme: str, name: object) -> str:
    return scheme + _encoded(without_marks(name) if isinstance(name, str) else name)


def _printable(value: Any) -> Any:
    """Raises TypeError for what would print an address in memory: a function, a generator."""
    if not isinstance(value, str) and _ADDRESS.search(str(value)):
        raise TypeError(f"a {type(value).__name__} cannot be printed (a call's parentheses or `|list` may be missing)")
    return value


def _encoded(name: object) -> str:
    """The URL's path for a logical path. Raises TypeError and ValueError for what is none."""
    if not isinstance(name, str):
        str(name)  # An undefined value raises its own error.
        raise TypeError(f"a logical path is a string, not of type {type(name).__name__}")
    if not name or name.startswith("/") or name.endswith("/"):
        raise ValueError(f"'{name}' is no logical path: it names a file from the root, without a leading slash")
    return encode(name)


def _failure(error: Exception, asset: Asset, tools: Tools) -> Diagnostic:
    """The problem with the innermost line of a template that it went through."""
    file, line = asset.file, 1
    templates = {tools.world.display(source.file) for path in tools.logical if (source := tools.source(path))}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in templates:
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    name = type(error).__name__
    text = str(error) if name in ("UndefinedError", "UndeclaredVariable") else f"{name}: {error}"
    hint = "name it in `env` of the configuration" if name == "UndeclaredVariable" else None
    if name == "Stopped":
        text, hint = str(error), "look for a loop without an end"
        if "time_limit" in text:
            hint += ", or raise time_limit"
    if name == "RecursionError":
        text = f"{name}: nested too deeply: an include, an import or a macro may lead back to itself"
    if name == "TemplateNotFound":
        text = f"no source named '{error}'"
        nearest = get_close_matches(str(error), sorted(tools.world.sources), 1)
        hint = f"did you mean '{nearest[0]}'?" if nearest else None
    return diagnostic_at_line(tools.world.root, file, line, text, hint)
