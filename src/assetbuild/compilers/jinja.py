"""Jinja2 for assets: `app.css.jinja` becomes `app.css`, sandboxed and without clock or chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Origin
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
    environment = _environment(asset, tools, variables, declared)
    context = {**options.get("context", {}), "env": variables}
    try:
        output = environment.get_template(asset.path).render(context).encode()
    except jinja2.TemplateSyntaxError as error:
        file = error.filename or asset.file
        return Result((), (diagnostic_at_line(tools.world.root, file, error.lineno, error.message or "syntax error"),))
    except (jinja2.TemplateError, *_FAILURES) as error:
        return Result((), (_failure(error, asset, tools),))
    path = asset.path.removesuffix(".jinja")
    compiled = Asset(path, media.media_type(path), Content.of(output))
    return Result((compiled,), origins=_origins(asset, tools))


def _environment(
    asset: Asset, tools: Tools, variables: Mapping[str, str], declared: Collection[str]
) -> jinja2.Environment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from assetbuild.compilers.jinja_undefined import undefined_type

    def load_source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        source = tools.source(name)
        if source is None:
            return None
        data = asset.content.read() if name == asset.path else source.content.read()
        file = tools.world.display(source.file)
        try:
            return data.decode("utf-8-sig"), file, lambda: True
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise jinja2.TemplateSyntaxError(f"not UTF-8: {error.reason}", line, name, file) from None

    environment = ImmutableSandboxedEnvironment(
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
    environment.globals["asset_url"] = lambda name: ASSET_SCHEME + _encoded(name)
    environment.globals["asset_data_url"] = lambda name: INLINE_SCHEME + _encoded(name)
    return environment


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
    if name == "TemplateNotFound":
        text = f"no source named '{error}'"
        nearest = get_close_matches(str(error), sorted(tools.world.sources), 1)
        hint = f"did you mean '{nearest[0]}'?" if nearest else None
    return diagnostic_at_line(tools.world.root, file, line, text, hint)


def _origins(asset: Asset, tools: Tools) -> Callable[[int, bytes], Origin | None]:
    """Places in a template's output cannot be mapped; what is written literally in the template can be found there.

    The references come in their order: the first of a name is where the template has it first, and so on, and the last
    place serves for all that a loop repeats.
    """
    data = asset.content.read()
    file = asset.file
    met: dict[bytes, int] = {}

    def origin_of(start: int, written: bytes) -> Origin | None:
        name = re.sub(rb"^asset(-data)?:", b"", written)
        for text in (name, unquote_to_bytes(name)):
            places = [one.start() for one in re.finditer(rb"(?<![\w./-])" + re.escape(text) + rb"(?![\w./-])", data)]
            if places:
                number = met[text] = met.get(text, -1) + 1
                place = places[min(number, len(places) - 1)]
                scheme = next((one for one in (b"asset:", b"asset-data:") if data.endswith(one, 0, place)), b"")
                return Origin(file, place - len(scheme), len(scheme) + len(text))
        return Origin(file, 0, 0)

    return origin_of
