"""Jinja2 for assets: `app.css.jinja` becomes `app.css`, sandboxed and without clock or chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Origin
from assetbuild.origins import diagnostic_at_line
from assetbuild.references.urls import ASSET_SCHEME, INLINE_SCHEME, encode

# What would make two builds of the same sources differ.
_UNSTEADY_FILTERS = ("random",)
_UNSTEADY_GLOBALS = ("lipsum",)


def compile_template(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """The template's output as an asset without the ".jinja".

    Options: `context` (values for the template), `env` (the environment variables that the configuration declares,
    seen by the template under that name). It may include and import other sources by their logical path.
    """
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    asset = assets[0]

    def load_source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        source = tools.source(name)
        if source is None:
            return None
        data = asset.content.read() if name == asset.path else source.content.read()
        return data.decode("utf-8-sig"), tools.world.display(source.file), lambda: True

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(load_source),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )
    for name in _UNSTEADY_FILTERS:
        del environment.filters[name]
    for name in _UNSTEADY_GLOBALS:
        del environment.globals[name]
    environment.globals["asset_url"] = lambda name: ASSET_SCHEME + encode(name)
    environment.globals["asset_data_url"] = lambda name: INLINE_SCHEME + encode(name)
    context = {**options.get("context", {}), "env": options.get("env", {})}
    try:
        text = environment.get_template(asset.path).render(context)
    except jinja2.TemplateSyntaxError as error:
        file = error.filename or asset.file
        return Result((), (diagnostic_at_line(tools.world.root, file, error.lineno, error.message or "syntax error"),))
    except UnicodeDecodeError as error:
        return Result((), (Diagnostic(f"not UTF-8: {error.reason}", file=asset.file),))
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        return Result((), (_failure(error, asset, tools),))
    path = asset.path.removesuffix(".jinja")
    compiled = Asset(path, media.media_type(path), Content.of(text.encode()))
    return Result((compiled,), origins=_origins(asset, tools))


def _failure(error: Exception, asset: Asset, tools: Tools) -> Diagnostic:
    file, line = asset.file, 1
    templates = {tools.world.display(source.file) for path in tools.logical if (source := tools.source(path))}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in templates:
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    name = type(error).__name__
    text = str(error) if name == "UndefinedError" else f"{name}: {error}"
    if name == "TemplateNotFound":
        text = f"no source named '{error}'"
    return diagnostic_at_line(tools.world.root, file, line, text)


def _origins(asset: Asset, tools: Tools) -> Callable[[int, bytes], Origin | None]:
    """Places in a template's output cannot be mapped; what is written literally in the template can be found there."""
    data = asset.content.read()
    file = asset.file

    def origin_of(start: int, written: bytes) -> Origin | None:
        name = re.sub(rb"^asset(-data)?:", b"", written)
        for text in (written, name):
            if (at := data.find(text)) >= 0:
                return Origin(file, at, len(text))
        return Origin(file, 0, 0)

    return origin_of
