"""Jinja2: an extension with the URLs and the tags of assets, and webassets' tag {% assets %}.

    environment = Environment(extensions=[AssetExtension])
    environment.assets = Manifest.load("build/release/manifest.json")

`install` is the same in one call. An overlay uses the manifest of the environment below it, unless it is given one of
its own. Where none was given, `Manifest.load()` reads the one that ASSETBUILD_MANIFEST names, at first use. URLs
are looked up when a template renders, so templates compiled into a cache fit any release.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from types import FrameType
from typing import Any, TypeVar

from jinja2 import Environment, Undefined, nodes, pass_context
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup

from assetbuild.runtime.errors import AssetNotFound
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.page import TAGS, VALUES, Page

AnyEnvironment = TypeVar("AnyEnvironment", bound=Environment)

# Of webassets' tag; what each would do was done in the build, but for `output`, which says what was made. `filters` may
# tell it from another tag with the same contents.
_OPTIONS = ("output", "filters", "filter", "debug", "depends")
# No identifier, so that no variable of a template has this name.
_KEY = "page of assetbuild"


class AssetExtension(Extension):
    """Gives templates the functions of `page.Page` and the tag {% assets %}.

    The environment gets the attributes `assets`, its manifest, and `asset_bundles`: for names in {% assets %} that
    are no logical paths, the logical path, or a list of such.
    """

    tags = {"assets"}  # noqa: RUF012  (as Extension has it)

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.extend(assets=None, asset_bundles=None)
        environment.globals.update({name: _function(name, str) for name in VALUES})
        environment.globals.update({name: _function(name, Markup) for name in TAGS})
        if not issubclass(environment.context_class, PageContext):
            environment.context_class = _with_page(environment.context_class)

    def parse(self, parser: Parser) -> nodes.Node:
        """{% assets "name", other, output="…" %} body {% endassets %}: the body once for each asset."""
        lineno = next(parser.stream).lineno
        names: list[nodes.Expr] = []
        output: nodes.Expr = nodes.Const(None)
        filters = ""
        while parser.stream.current.type != "block_end":
            if parser.stream.current.type == "name" and parser.stream.look().type == "assign":
                option = next(parser.stream)
                if option.value not in _OPTIONS:
                    parser.fail(f"the tag 'assets' has no option {option.value!r}", option.lineno)
                next(parser.stream)
                value = parser.parse_expression()
                output = value if option.value == "output" else output
                filters = literal_filters(value) if option.value in ("filters", "filter") else filters
            else:
                names.append(parser.parse_expression())
            if parser.stream.current.type != "block_end":
                parser.stream.expect("comma")
        body = parser.parse_statements(("name:endassets",), drop_needle=True)
        call = self.call_method(
            "print_assets", [nodes.ContextReference(), nodes.List(names), output, nodes.Const(filters)], lineno=lineno
        )
        variables = [nodes.Name(name, "param") for name in ("ASSET_URL", "ASSET_SRI", "EXTRA")]
        return nodes.CallBlock(call, variables, [], body).set_lineno(lineno)

    def print_assets(
        self, context: Context, names: list[Any], output: Any, filters: str, caller: Callable[..., Any]
    ) -> Any:
        """What the tag {% assets %} stands for; in an async environment a coroutine of it."""
        for name in names:
            _defined(name)
        bundles = _setting(context.environment, "asset_bundles")
        found = _placed(lambda: page_of(context).assets(names, output, bundles, filters))
        bodies = (caller(url, integrity, extra) for url, integrity, extra in found)
        return _joined_later(bodies) if self.environment.is_async else "".join(map(str, bodies))


def literal_filters(value: nodes.Expr) -> str:
    """The filters that a tag names, as text with commas; "" if they are computed."""
    if isinstance(value, nodes.Const):
        return value.value if isinstance(value.value, str) else ""
    if isinstance(value, nodes.List | nodes.Tuple):
        texts = [item.value if isinstance(item, nodes.Const) else None for item in value.items]
        if all(isinstance(text, str) for text in texts):
            return ",".join(map(str, texts))
    return ""


class PageContext(Context):
    """A context that knows which page it is for: that of the context which includes it, extends it, or imports it
    "with context".

    Other imports are made once for all pages. What a macro of one prints, it prints as a page of its own.
    """

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Any],
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  (as Context has it)
    ) -> None:
        self._begins_page = _KEY not in parent
        if self._begins_page:
            parent = {**parent, _KEY: _Slot()}
        super().__init__(environment, parent, name, blocks, globals)

    def get_exported(self) -> dict[str, Any]:
        """What Jinja2 asks for when a template was imported, and so is no page."""
        if self._begins_page:
            self.parent[_KEY].close()
        return super().get_exported()


class _Slot:
    """Where the page of a rendering is kept, once something asks for it."""

    __slots__ = ("_closed", "_page")

    def __init__(self) -> None:
        self._closed = False
        self._page: Page | None = None

    def page(self, environment: Environment) -> Page:
        page = self._page or _new_page(environment)
        if not self._closed:
            self._page = page
        return page

    def close(self) -> None:
        self._closed, self._page = True, None


def install(
    environment: AnyEnvironment, manifest: Manifest | None = None, bundles: Mapping[str, object] | None = None
) -> AnyEnvironment:
    """Add the extension to an environment and give it the manifest, or `Manifest.load()`. Returns the environment.

    `bundles`: the logical path, or several, for each name that {% assets %} knows from webassets, or a helper of
    another system (page.py) from that. Raises ManifestError.
    """
    environment.add_extension(AssetExtension)
    environment.assets = manifest if manifest is not None else Manifest.load()  # type: ignore[attr-defined]  # set by the extension
    environment.asset_bundles = bundles  # type: ignore[attr-defined]
    return environment


def manifest_of(environment: Environment) -> Manifest:
    """The manifest of an environment, or of the one it overlays. Raises ManifestError if there is none to load."""
    manifest = _setting(environment, "assets")
    if manifest is None:
        manifest = Manifest.load()
        _bottom(environment).assets = manifest  # type: ignore[attr-defined]  # set by the extension
    if not isinstance(manifest, Manifest):
        raise TypeError(f"environment.assets is a Manifest, not {type(manifest).__name__}")
    return manifest


def page_of(context: Context) -> Page:
    """The page that a context is for."""
    slot = context.parent.get(_KEY)
    return slot.page(context.environment) if slot is not None else _new_page(context.environment)


def _new_page(environment: Environment) -> Page:
    return Page(manifest_of(environment), _setting(environment, "asset_bundles"))


def _function(name: str, made: Callable[[str], str]) -> Callable[..., str]:
    """The method `name` of the page as a function for templates, which prints `made` of what it gives."""
    method = getattr(Page, name)

    @pass_context
    def function(context: Context, *names: Any, **attributes: Any) -> str:
        page = page_of(context)
        arguments = [_defined(value) for value in names]
        keywords = {key: _defined(value) if key == "name" else value for key, value in attributes.items()}
        given = {key: value for key, value in keywords.items() if not isinstance(value, Undefined) or str(value)}
        return made(_placed(lambda: method(page, *arguments, **given)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = method.__doc__
    return function


def _with_page(context_class: type[Context]) -> type[Context]:
    return PageContext if context_class is Context else type("PageContext", (PageContext, context_class), {})


def _placed(look_up: Callable[[], Any]) -> Any:
    """What `look_up` gives; the error of a missing name tells the template and the line that is being rendered."""
    try:
        return look_up()
    except AssetNotFound as error:
        error.place = _place()
        raise


def _place() -> str | None:
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        template = frame.f_globals.get("__jinja_template__")
        if template is not None:
            return f"{template.name or '<template>'}:{template.get_corresponding_lineno(frame.f_lineno)}"
        frame = frame.f_back
    return None


def _setting(environment: Environment, name: str) -> Any:
    below: Environment | None = environment
    while below is not None:
        value = getattr(below, name, None)
        if value is not None:
            return value
        below = below.linked_to
    return None


def _bottom(environment: Environment) -> Environment:
    return environment if environment.linked_to is None else _bottom(environment.linked_to)


async def _joined_later(bodies: Iterable[Awaitable[Any]]) -> str:
    return "".join([str(await body) for body in bodies])


def _defined(name: Any) -> Any:
    """`name`; an undefined variable raises jinja2.UndefinedError, which names it."""
    if isinstance(name, Undefined):
        name._fail_with_undefined_error()
    return name
