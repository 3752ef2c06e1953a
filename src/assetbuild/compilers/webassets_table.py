"""What must be known of webassets' filters before one runs; webassets itself is imported by the worker alone.

A test holds this table against the registry of the webassets that is installed. A filter that is not in it can be
used, too: it is taken for one that wants files, whose reads can be traced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from assetbuild.compilers import FOREIGN
from assetbuild.dataclass import dataclass

Hook = Literal["open", "input", "concat", "output"]
PREFIX: Final = FOREIGN
SCSS: Final = ((".scss", ".css"), (".sass", ".css"))


@dataclass(frozen=True, slots=True)
class Program:
    """An external program: its name, the option that names another one ("" for none), and how to get it."""

    name: str
    option: str
    install: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of webassets.

    `hooks` are those that it has, in the order in which they run. `options` are its keyword arguments. `settings` are
    names that it looks up in the configuration of webassets or in the environment. `suffixes` map the end of a source's
    name to that of what is made of it, for filters from another language. `module` is the Python package that it needs:
    its import name and its name on the package index. `program` is the external program that it runs.
    `wants_files`: it reads other files than the one it is given, or is told paths. `opaque`: it reads files in a way
    that cannot be traced. `chooses`: `as_output` says which one of its hooks works, and what it is without that option.
    """

    hooks: tuple[Hook, ...]
    options: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    suffixes: tuple[tuple[str, str], ...] = ()
    module: tuple[str, str] | None = None
    program: Program | None = None
    wants_files: bool = False
    opaque: bool = False
    chooses: bool | None = None

    def works_on_whole(self, options: Mapping[str, Any]) -> bool:
        """Whether it takes a bundle's sources joined, and joined by itself: they are no valid assets before it."""
        if "concat" in self.hooks:
            return True
        return bool(self.suffixes) and self.chooses is not None and bool(options.get("as_output", self.chooses))

    def part_hooks(self, options: Mapping[str, Any]) -> tuple[Hook, ...]:
        """Those of its hooks that run on each source of a bundle."""
        if self.chooses is not None:
            return () if options.get("as_output", self.chooses) else ("input",)
        per_source = tuple(hook for hook in self.hooks if hook in ("open", "input"))
        # What is still in another language cannot be joined.
        return per_source or (self.hooks if self.suffixes else ())

    def whole_hooks(self, options: Mapping[str, Any]) -> tuple[Hook, ...]:
        """Those of its hooks that run on the joined sources of a bundle."""
        if self.chooses is not None and not options.get("as_output", self.chooses):
            return ()
        done = self.part_hooks(options)
        return tuple(hook for hook in self.hooks if hook == "output" and hook not in done)


UNKNOWN: Final = Filter(("open", "input", "output"), wants_files=True)


def _npm(name: str, option: str, package: str) -> Program:
    return Program(name, option, f"npm install {package}")


def _gem(name: str, option: str, package: str) -> Program:
    return Program(name, option, f"gem install {package}")


def _java(setting: str) -> Program:
    return Program("java", "", f"install a Java runtime, and set {setting} to the tool's .jar file")


def _sass(program: Program, prefix: str, options: tuple[str, ...], scss: bool = False) -> Filter:
    names = tuple(option for option in options if not (scss and option == "scss"))
    settings = tuple(f"{prefix}_{name}" for name in ("BIN", *(option.upper() for option in _SETTINGS if option)))
    return Filter(
        ("input", "output"), names, settings, SCSS, program=program, wants_files=True, opaque=True, chooses=False
    )


_SETTINGS = (
    "use_scss",
    "as_output",
    "load_paths",
    "libs",
    "style",
    "source_map",
    "line_comments",
    "debug_info",
    "compass",
    "cli_args",
)
_SASS = ("binary", "scss", "as_output", "load_paths", "style")
_RUBY = (*_SASS, "use_compass", "debug_info", "libs", "source_map", "line_comments")
_NODE = (*_SASS, "debug_info", "cli_args")
_PREFIXER = ("autoprefixer", "browsers", "extra_args")
_PREFIXER_SETTINGS = ("AUTOPREFIXER_BIN", "AUTOPREFIXER_BROWSERS", "AUTOPREFIXER_EXTRA_ARGS")

FILTERS: Final[Mapping[str, Filter]] = {
    "autoprefixer": Filter(
        ("input",),
        _PREFIXER,
        _PREFIXER_SETTINGS,
        program=_npm("autoprefixer", "autoprefixer", "autoprefixer@5"),
        wants_files=True,
        opaque=True,
    ),
    "autoprefixer6": Filter(
        ("input",),
        _PREFIXER,
        _PREFIXER_SETTINGS,
        program=_npm("postcss", "autoprefixer", "postcss postcss-cli autoprefixer"),
        wants_files=True,
        opaque=True,
    ),
    "babel": Filter(
        ("input",),
        ("binary", "presets", "extra_args", "run_in_debug"),
        ("BABEL_BIN", "BABEL_PRESETS", "BABEL_EXTRA_ARGS", "BABEL_RUN_IN_DEBUG"),
        program=_npm("babel", "binary", "@babel/core @babel/cli"),
        wants_files=True,
        opaque=True,
    ),
    "cleancss": Filter(
        ("input", "output"),
        ("binary", "extra_args"),
        ("CLEANCSS_BIN", "CLEANCSS_EXTRA_ARGS"),
        program=_npm("cleancss", "binary", "clean-css-cli"),
        wants_files=True,
        opaque=True,
    ),
    "clevercss": Filter(
        ("output",), suffixes=((".ccss", ".css"), (".clevercss", ".css")), module=("clevercss", "CleverCSS")
    ),
    "closure_js": Filter(
        ("output",),
        ("opt", "extra_args"),
        ("CLOSURE_COMPRESSOR_PATH", "CLOSURE_COMPRESSOR_OPTIMIZATION", "CLOSURE_EXTRA_ARGS", "JAVA_HOME"),
        program=_java("CLOSURE_COMPRESSOR_PATH"),
        opaque=True,
    ),
    "closure_stylesheets_compiler": Filter(
        ("output",),
        (),
        ("CLOSURE_STYLESHEETS_PATH", "JAVA_HOME"),
        ((".gss", ".css"),),
        program=_java("CLOSURE_STYLESHEETS_PATH"),
        opaque=True,
    ),
    "closure_stylesheets_minifier": Filter(
        ("output",),
        (),
        ("CLOSURE_STYLESHEETS_PATH", "JAVA_HOME"),
        ((".gss", ".css"),),
        program=_java("CLOSURE_STYLESHEETS_PATH"),
        opaque=True,
    ),
    "closure_tmpl": Filter(
        ("concat",),
        ("extra_args",),
        ("CLOSURE_TEMPLATES_PATH", "CLOSURE_EXTRA_ARGS", "JAVA_HOME"),
        ((".soy", ".js"),),
        program=_java("CLOSURE_TEMPLATES_PATH"),
        wants_files=True,
        opaque=True,
    ),
    "coffeescript": Filter(
        ("output",),
        ("binary", "no_bare"),
        ("COFFEE_PATH", "COFFEE_BIN", "COFFEE_NO_BARE"),
        ((".coffee", ".js"),),
        program=_npm("coffee", "binary", "coffeescript"),
        opaque=True,
    ),
    "compass": Filter(
        ("open",),
        ("binary", "plugins", "config"),
        ("COMPASS_BIN", "COMPASS_PLUGINS", "COMPASS_CONFIG"),
        SCSS,
        program=_gem("compass", "binary", "compass"),
        wants_files=True,
        opaque=True,
    ),
    "css_slimmer": Filter(("output",), module=("slimmer", "slimmer")),
    "cssmin": Filter(("output",), module=("cssmin", "cssmin")),
    "cssprefixer": Filter(("output",), module=("cssprefixer", "cssprefixer")),
    "cssrewrite": Filter(("input",), ("replace",), wants_files=True),
    "cssutils": Filter(("output",), module=("cssutils", "cssutils")),
    "datauri": Filter(("input",), ("max_size",), ("DATAURI_MAX_SIZE",), wants_files=True),
    "dustjs": Filter(
        ("open",),
        ("dusty_path", "node_path"),
        ("DUSTY_PATH", "NODE_PATH"),
        ((".dust", ".js"),),
        program=_npm("dusty", "dusty_path", "dusty"),
        wants_files=True,
        opaque=True,
    ),
    "handlebars": Filter(
        ("concat",),
        ("binary", "extra_args", "root"),
        ("HANDLEBARS_BIN", "HANDLEBARS_EXTRA_ARGS", "HANDLEBARS_ROOT"),
        ((".handlebars", ".js"), (".hbs", ".js")),
        program=_npm("handlebars", "binary", "handlebars"),
        wants_files=True,
        opaque=True,
    ),
    "jade": Filter(
        ("input", "output"),
        ("jade", "jade_runtime", "jade_no_debug", "js_var"),
        ("JADE_BIN", "JADE_RUNTIME", "JADE_NO_DEBUG", "JADE_TEMPLATE_VAR"),
        ((".jade", ".js"),),
        program=_npm("jade", "jade", "jade"),
        wants_files=True,
        opaque=True,
    ),
    "jinja2": Filter(
        ("input",), ("context", "jinja2_env"), ("JINJA2_CONTEXT", "JINJA2_ENV"), module=("jinja2", "jinja2")
    ),
    "jsmin": Filter(("output",), module=("jsmin", "jsmin")),
    "jspacker": Filter(("output",)),
    "jst": Filter(
        ("concat",),
        ("template_function", "namespace", "bare", "separator"),
        ("JST_COMPILER", "JST_NAMESPACE", "JST_BARE", "JST_DIR_SEPARATOR"),
        ((".jst", ".js"),),
        wants_files=True,
    ),
    "less": Filter(
        ("input", "output"),
        ("binary", "run_in_debug", "line_numbers", "extra_args", "paths", "as_output"),
        ("LESS_BIN", "LESS_RUN_IN_DEBUG", "LESS_LINE_NUMBERS", "LESS_EXTRA_ARGS", "LESS_PATHS", "LESS_AS_OUTPUT"),
        ((".less", ".css"),),
        program=_npm("lessc", "binary", "less"),
        wants_files=True,
        opaque=True,
        chooses=False,
    ),
    "less_ruby": Filter(
        ("open",),
        ("binary",),
        ("LESS_RUBY_PATH",),
        ((".less", ".css"),),
        program=_gem("lessc", "binary", "less"),
        wants_files=True,
        opaque=True,
    ),
    # LibSass opens files by itself, in C++.
    "libsass": Filter(
        ("input", "output"),
        ("style", "includes", "as_output"),
        ("LIBSASS_STYLE", "LIBSASS_INCLUDES", "LIBSASS_AS_OUTPUT"),
        SCSS,
        module=("sass", "libsass"),
        wants_files=True,
        opaque=True,
        chooses=False,
    ),
    "node-sass": _sass(_npm("node-sass", "binary", "node-sass"), "NODE_SASS", _NODE),
    "node-scss": _sass(_npm("node-sass", "binary", "node-sass"), "NODE_SASS", _NODE, scss=True),
    "postcss": Filter(
        ("input",),
        ("binary", "extra_args"),
        ("POSTCSS_BIN", "POSTCSS_EXTRA_ARGS"),
        program=_npm("postcss", "binary", "postcss postcss-cli"),
        wants_files=True,
        opaque=True,
    ),
    "pyscss": Filter(
        ("input",),
        ("debug_info", "load_paths", "static_root", "static_url", "assets_root", "assets_url", "style"),
        (
            "PYSCSS_DEBUG_INFO",
            "PYSCSS_LOAD_PATHS",
            "PYSCSS_STATIC_ROOT",
            "PYSCSS_STATIC_URL",
            "PYSCSS_ASSETS_ROOT",
            "PYSCSS_ASSETS_URL",
            "PYSCSS_STYLE",
        ),
        SCSS[:1],
        module=("scss", "pyScss"),
        wants_files=True,
    ),
    "rcssmin": Filter(
        ("output",), ("keep_bang_comments",), ("RCSSMIN_KEEP_BANG_COMMENTS",), module=("rcssmin", "rcssmin")
    ),
    "replace": Filter(("input", "output"), ("pattern", "repl", "as_output"), chooses=True),
    "requirejs": Filter(
        ("open",),
        ("executable", "config", "baseUrl", "optimize", "extras", "run_in_debug"),
        (
            "REQUIREJS_BIN",
            "REQUIREJS_CONFIG",
            "REQUIREJS_BASEURL",
            "REQUIREJS_OPTIMIZE",
            "REQUIREJS_EXTRAS",
            "REQUIREJS_RUN_IN_DEBUG",
        ),
        program=_npm("r.js", "executable", "requirejs"),
        wants_files=True,
        opaque=True,
    ),
    "rjsmin": Filter(("output",), ("keep_bang_comments",), ("RJSMIN_KEEP_BANG_COMMENTS",)),
    "sass": _sass(_npm("sass", "binary", "sass"), "SASS", _SASS),
    "sass_ruby": _sass(_gem("sass", "binary", "sass"), "SASS", _RUBY),
    "scss": _sass(_npm("sass", "binary", "sass"), "SASS", _SASS, scss=True),
    "scss_ruby": _sass(_gem("sass", "binary", "sass"), "SASS", _RUBY, scss=True),
    "slimit": Filter(
        ("output",),
        ("mangle", "mangle_toplevel"),
        ("SLIMIT_MANGLE", "SLIMIT_MANGLE_TOPLEVEL"),
        module=("slimit", "slimit"),
    ),
    "spritemapper": Filter(
        ("input",),
        (),
        ("SPRITEMAPPER_PADDING", "SPRITEMAPPER_ANNEAL_STEPS"),
        module=("spritecss", "spritemapper"),
        wants_files=True,
    ),
    "stylus": Filter(
        ("input",),
        ("stylus", "plugins", "extra_args", "extra_paths"),
        ("STYLUS_BIN", "STYLUS_PLUGINS", "STYLUS_EXTRA_ARGS", "STYLUS_EXTRA_PATHS"),
        ((".styl", ".css"),),
        program=_npm("stylus", "stylus", "stylus"),
        wants_files=True,
        opaque=True,
    ),
    "typescript": Filter(
        ("output",),
        ("binary", "config"),
        ("TYPESCRIPT_BIN", "TYPESCRIPT_CONFIG"),
        ((".ts", ".js"),),
        program=_npm("tsc", "binary", "typescript"),
        opaque=True,
    ),
    "uglifyjs": Filter(
        ("output",),
        ("binary", "extra_args"),
        ("UGLIFYJS_BIN", "UGLIFYJS_EXTRA_ARGS"),
        program=_npm("uglifyjs", "binary", "uglify-js"),
        opaque=True,
    ),
    "yui_css": Filter(
        ("output",), (), ("YUI_COMPRESSOR_PATH", "JAVA_HOME"), program=_java("YUI_COMPRESSOR_PATH"), opaque=True
    ),
    "yui_js": Filter(
        ("output",), (), ("YUI_COMPRESSOR_PATH", "JAVA_HOME"), program=_java("YUI_COMPRESSOR_PATH"), opaque=True
    ),
}
"""By the name behind "webassets:"."""

LANGUAGES: Final = frozenset(suffix[1:] for one in FILTERS.values() for suffix, _ in one.suffixes)
"""The extensions of files that a filter makes something else of."""


def filter_of(name: str) -> Filter:
    """What is known of the filter behind "webassets:"."""
    return FILTERS.get(name, UNKNOWN)


def suffixes_of(names: Iterable[str]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Of these configured filters ("webassets:less"), those from another language, with the suffixes they take."""
    foreign = [(name, filter_of(name.removeprefix(PREFIX)).suffixes) for name in names if name.startswith(PREFIX)]
    return tuple((name, suffixes) for name, suffixes in foreign if suffixes)
