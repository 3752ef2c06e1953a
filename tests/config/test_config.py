"""The configuration: what is read, and for every mistake its place, its words and its hint."""

import os
import pickle
import re
import textwrap
import unicodedata
from pathlib import Path

import pytest

from assetbuild.config import Bundle, LoadPath, Rule, Sass, find_config, load_config, with_output
from assetbuild.config.keys import KEYS
from assetbuild.errors import UsageError

DOCS = Path(__file__).parents[2] / "docs" / "config.md"


@pytest.fixture
def project(tmp_path):
    """Writes files; "assets/" is always there. A text is dedented, bytes are kept."""

    def write(files):
        (tmp_path / "assets").mkdir(exist_ok=True)
        for path, content in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
        return tmp_path

    return write


@pytest.fixture
def load(project):
    def read(text, files=None, name="assetbuild.toml"):
        return load_config(str(project({**(files or {}), name: text}) / name))

    return read


@pytest.fixture
def problems(load):
    """Each problem as "line:column:the marked text: message [hint]"."""

    def read(text, files=None, name="assetbuild.toml"):
        with pytest.raises(UsageError) as caught:
            load(text, files, name)
        shown = []
        for problem in caught.value.diagnostics:
            assert problem.file == name
            assert problem.severity == "error"
            place = ""
            if problem.line is not None:
                marked = problem.source[problem.column - 1 : problem.column - 1 + problem.length]
                place = f"{problem.line}:{problem.column}:{marked}: "
            shown.append(place + problem.text + (f" [{problem.hint}]" if problem.hint else ""))
        return shown

    return read


def test_defaults(load, tmp_path):
    config = load('sources = ["assets"]')
    root = str(tmp_path)
    assert config.file == os.path.join(root, "assetbuild.toml")
    assert (config.root, config.table, config.text) == (root, (), 'sources = ["assets"]')
    assert config.sources == (LoadPath(os.path.join(root, "assets"), "", "assets"),)
    assert config.output == os.path.join(root, "build", "release")
    assert config.base_url == "/static/"
    assert config.include == ("**/*",)
    assert config.unfingerprinted == ("favicon.ico", "robots.txt", "sw.js")
    assert config.exclude == config.prehashed == config.external == config.env == config.bundles == config.rules == ()
    assert config.encodings == ("br", "gzip")
    assert (config.publish_contents, config.minify) == (False, True)
    assert (config.source_maps, config.modules, config.context) == ("none", "rewrite", {})
    assert config.sass == Sass((), "libsass", 10, ())


EVERYTHING = """
    sources = ["assets", {path = "vendor/fa", prefix = "fa/"}, {package = "jinja2", path = "."}]
    output = "../release"
    base_url = "https://cdn.example.com/x"
    include = ["css/**", ".well-known/**"]
    exclude = ["**/*.psd"]
    publish_contents = true
    unfingerprinted = []
    prehashed = ["dist/*-????????.js"]
    external = ["/media/**", "../up/*"]
    minify = false
    encodings = ["zstd", "br"]
    source_maps = "hidden"
    modules = "rewrite"
    context = {colour = "#fff", nested = {list = [1, 2.5]}, day = 2026-01-02}
    env = ["SENTRY_DSN", "_x1"]
    [sass]
    load_paths = ["vendor"]
    implementation = "libsass"
    precision = 0
    silence_deprecations = ["import"]
    [bundles."js/z.js"]
    contents = ["js/*.js"]
    [bundles."css/a.css"]
    contents = ["css/b.css", "css/c.css"]
    filters = ["rcssmin", "webassets:closure_js"]
    [[rules]]
    match = "legacy/**/*.js"
    minify = false
    [[rules]]
    match = ["a.js", "b.js"]
    filters = []
    external = ["/old/**"]
    options.sass = {precision = 3}
"""


@pytest.mark.parametrize("name", ["assetbuild.toml", "pyproject.toml"])
def test_every_key_is_read_from_either_file(load, tmp_path, name):
    text = textwrap.dedent(EVERYTHING)
    if name == "pyproject.toml":
        text = "[tool.assetbuild]" + re.sub(r"(?m)^(\[+)(?=sass|bundles|rules)", r"\1tool.assetbuild.", text)
    config = load(text, {"vendor/fa/x.css": ""}, name)
    root = str(tmp_path)
    assert [(s.prefix, s.written) for s in config.sources] == [("", "assets"), ("fa", "vendor/fa"), ("", "jinja2:.")]
    assert config.sources[1].directory == os.path.join(root, "vendor", "fa")
    assert os.path.isfile(os.path.join(config.sources[2].directory, "environment.py"))
    assert config.output == os.path.join(os.path.dirname(root), "release")
    assert config.base_url == "https://cdn.example.com/x/"
    assert config.include == ("css/**", ".well-known/**")
    assert (config.exclude, config.unfingerprinted, config.prehashed) == (("**/*.psd",), (), ("dist/*-????????.js",))
    assert (config.external, config.encodings) == (("/media/**", "../up/*"), ("zstd", "br"))
    assert (config.publish_contents, config.minify) == (True, False)
    assert (config.source_maps, config.modules) == ("hidden", "rewrite")
    assert config.context == {"colour": "#fff", "nested": {"list": [1, 2.5]}, "day": "2026-01-02"}
    assert config.env == ("SENTRY_DSN", "_x1")
    assert config.sass == Sass((os.path.join(root, "vendor"),), "libsass", 0, ("import",))
    assert config.bundles == (
        Bundle("css/a.css", ("css/b.css", "css/c.css"), ("rcssmin", "webassets:closure_js")),
        Bundle("js/z.js", ("js/*.js",), None),
    )
    assert config.rules == (
        Rule(("legacy/**/*.js",), None, False, (), {}),
        Rule(("a.js", "b.js"), (), None, ("/old/**",), {"sass": {"precision": 3}}),
    )
    assert pickle.loads(pickle.dumps(config)) == config


def test_every_key_stands_in_the_documentation():
    headings = set(re.findall(r"(?m)^#+ `([^`]+)`", DOCS.read_text(encoding="utf-8")))
    assert headings == {key.name for key in KEYS}


def test_every_default_stands_in_the_documentation():
    sections = dict(re.findall(r"(?ms)^#+ `([^`]+)`\n(.*?)(?=^#|\Z)", DOCS.read_text(encoding="utf-8")))
    for key in KEYS:
        if isinstance(key.default, str | bool | int | list):
            written = str(key.default).lower() if isinstance(key.default, bool) else repr(key.default)
            assert f"Default: `{written}`".replace("'", '"') in sections[key.name], key.name
        elif key.example:
            assert "Required" in sections[key.name], key.name


# Each text stands below the line `sources = ["assets"]`.
ONE_MISTAKE = {
    "a syntax error": ("include = [\n  'a'\n  'b'\n]", ["4:3:': TOML syntax error: unclosed array"]),
    "a syntax error at the end": ('x = "abc', ["2:9:: TOML syntax error: unterminated string"]),
    "a duplicate key": ("a = 1\na = 2", ["3:6:: TOML syntax error: cannot overwrite a value"]),
    "an unknown key": ("minfy = true", ["2:1:minfy: unknown key 'minfy' [did you mean 'minify'?]"]),
    "an unknown key like no other": (
        "sass = {qqq = 1}",
        [
            "2:9:qqq: unknown key 'sass.qqq'"
            " [the keys here are implementation, load_paths, precision, silence_deprecations]"
        ],
    ),
    "an unknown key in a bundle": (
        '[bundles."a.js"]\ncontents = ["b.js"]\nfilter = []',
        ["4:1:filter: unknown key 'bundles.\"a.js\".filter' [did you mean 'filters'?]"],
    ),
    "an unknown key in a rule": (
        '[[rules]]\nmatch = "a"\n[[rules]]\nmatch = "b"\nminifi = true',
        ["6:1:minifi: unknown key 'rules[1].minifi' [did you mean 'minify'?]"],
    ),
    "a key of the top in a table": (
        "[sass]\nminify = true",
        ["3:1:minify: unknown key 'sass.minify' ['minify' belongs at the top, above every [table]]"],
    ),
    "the table of pyproject.toml": (
        "[tool.assetbuild]\nminify = true",
        [
            "2:2:tool: unknown key 'tool' "
            "[outside pyproject.toml the keys stand at the top, not under [tool.assetbuild]]"
        ],
    ),
    "a string for a boolean": (
        'minify = "yes"',
        ["2:11:yes: 'minify' must be true or false, not the string 'yes'"],
    ),
    "an integer for a boolean": ("minify = 1", ["2:10:1: 'minify' must be true or false, not the number 1"]),
    "an array for a string": ("output = []", ["2:10:[]: 'output' must be a string, not an array"]),
    "a boolean for an enumeration": ("modules = true", ["2:11:true: 'modules' must be a string, not true"]),
    "a string for an array": (
        'include = "css/*"',
        ["2:12:css/*: 'include' must be an array, not the string 'css/*' [write [\"css/*\"]]"],
    ),
    "a number in an array": ('include = ["a", 3]', ["2:17:3: 'include[1]' must be a string, not the number 3"]),
    "a date for a table": ("context = 2026-01-01", ["2:11:2026-01-01: 'context' must be a table, not a date or time"]),
    "a value for sass": ("sass = 1.5", ["2:8:1.5: 'sass' must be a table, not the number 1.5"]),
    "an array for bundles": (
        "[[bundles]]",
        ["2:3:bundles: 'bundles' must be a table, not an array [write [bundles.\"js/app.js\"]]"],
    ),
    "a value for a bundle": (
        'bundles."a.js" = ["b.js"]',
        ['2:18:["b.js"]: \'bundles."a.js"\' must be a table, not an array [write [bundles."js/app.js"]]'],
    ),
    "one table for rules": (
        '[rules]\nmatch = "a"',
        ["2:2:rules: 'rules' must be an array of tables, not a table [write [[rules]]]"],
    ),
    "a string for a rule": ('rules = ["a"]', ["2:11:a: 'rules[0]' must be a table, not the string 'a'"]),
    "a wrong source map choice": (
        'source_maps = "linkd"',
        ["2:16:linkd: 'source_maps' cannot be the string 'linkd' [did you mean 'linked'?]"],
    ),
    "a choice like no other": (
        'source_maps = "qq"',
        ["2:16:qq: 'source_maps' cannot be the string 'qq' [use 'none' or 'linked' or 'hidden']"],
    ),
    "a base URL that is not ASCII": (
        'base_url = "/é/"',
        ["2:13:/é/: 'base_url' must be ASCII [percent-encode it: '/%C3%A9/']"],
    ),
    "a pin of a path": (
        '[importmap.pins]\n"./a.js" = "a.js"',
        [
            "3:2:./a.js: './a.js' is no bare module name"
            " [paths and URLs need no pin: pin names such as 'lit' or '@shop/']"
        ],
    ),
    "a pin of a URL": (
        '[importmap.pins]\n"npm:lit" = "a.js"',
        [
            "3:2:npm:lit: 'npm:lit' is no bare module name"
            " [paths and URLs need no pin: pin names such as 'lit' or '@shop/']"
        ],
    ),
    "a directory pinned to a file": (
        '[importmap.pins]\n"@a/" = "a.js"',
        [
            "3:10:a.js: 'importmap.pins.\"@a/\"' must end with '/' as its name does, or neither of them"
            " [directories are pinned to directories]"
        ],
    ),
    "a scope that is no directory": (
        '[importmap.scopes."js/admin"]\nlit = "a.js"',
        ["2:20:js/admin: the scope 'js/admin' must be a logical directory [write it with its '/': \"js/admin/\"]"],
    ),
    "an output that is empty": (
        'output = ""',
        ["2:10:\"\": 'output' must not be empty [the directory of this file is '.']"],
    ),
    "an output with NUL": ('output = "a\\u0000"', ["2:11:a\\u0000: 'output' must be a path, it has a NUL character"]),
    "an output in a source": (
        'output = "assets/out"',
        ["2:11:assets/out: 'output' cannot be 'assets/out': it is inside the source 'assets'"],
    ),
    "an output that is a source": (
        'output = "./assets"',
        ["2:11:./assets: 'output' cannot be 'assets': that is a source"],
    ),
    "a source in the output": ('output = "."', ["2:11:.: 'output' cannot be '.': the source 'assets' is inside it"]),
    "an output that is a file": (
        'output = "file.txt"',
        ["2:11:file.txt: 'output' cannot be 'file.txt': 'file.txt' is not a directory"],
    ),
    "an output below a file": (
        'output = "file.txt/x"',
        ["2:11:file.txt/x: 'output' cannot be 'file.txt/x': 'file.txt' is not a directory"],
    ),
    "a relative base URL": (
        'base_url = "static/"',
        [
            "2:13:static/: 'base_url' must start with '/', 'http://' or 'https://' "
            "[such as '/static/' or 'https://cdn.example.com/']"
        ],
    ),
    "a base URL without scheme": (
        'base_url = "//cdn/"',
        ["2:13://cdn/: 'base_url' must not start with '//' [did you mean 'https://cdn/'?]"],
    ),
    "a base URL with a query": (
        'base_url = "/s?v=1"',
        [
            "2:13:/s?v=1: 'base_url' must not have a query or a fragment "
            "[such as '/static/' or 'https://cdn.example.com/']"
        ],
    ),
    "a base URL with a fragment": (
        'base_url = "https://x/#a"',
        [
            "2:13:https://x/#a: 'base_url' must not have a query or a fragment "
            "[such as '/static/' or 'https://cdn.example.com/']"
        ],
    ),
    "a base URL with a space": (
        'base_url = "/a b/"',
        [
            "2:13:/a b/: 'base_url' must not have white space, quotes or other characters a URL cannot have "
            "[such as '/static/' or 'https://cdn.example.com/']"
        ],
    ),
    "a base URL that climbs": (
        'base_url = "/a/../"',
        [
            "2:13:/a/../: 'base_url' must not have '.' or '..' as a part "
            "[such as '/static/' or 'https://cdn.example.com/']"
        ],
    ),
    "an absolute glob": ('include = ["/css/*"]', ["2:13:/css/*: 'include[0]' must be relative, not absolute"]),
    "a glob with a backslash": (
        "exclude = ['css\\*']",
        ["2:13:css\\*: 'exclude[0]' must not have a backslash [write '/' between the parts of a path]"],
    ),
    "a glob that climbs": (
        'prehashed = ["../*"]',
        ["2:15:../*: 'prehashed[0]' must not have an empty part, '.' or '..'"],
    ),
    "a glob of a directory": (
        'exclude = ["docs/"]',
        ["2:13:docs/: 'exclude[0]' must match files, and ends with '/' [did you mean 'docs/**'?]"],
    ),
    "an empty glob": ('include = [""]', ["2:12:\"\": 'include[0]' is not a glob: it is empty"]),
    "an open set": (
        'unfingerprinted = ["a[b"]',
        ["2:21:a[b: 'unfingerprinted[0]' is not a glob: a '[' is not closed, a literal one is written '[[]'"],
    ),
    "a double star in a name": (
        'external = ["/m/**.js"]',
        ["2:14:/m/**.js: 'external[0]' is not a glob: '**' must stand alone between slashes, as in '**/*.js'"],
    ),
    "an encoding twice": (
        'encodings = ["br", "gzip", "br"]',
        ["2:29:br: 'encodings' names 'br' twice [drop one of them]"],
    ),
    "an unknown encoding": (
        'encodings = ["gzp"]',
        ["2:15:gzp: 'encodings[0]' cannot be the string 'gzp' [did you mean 'gzip'?]"],
    ),
    "a variable with its value": (
        'env = ["A=1"]',
        [
            "2:9:A=1: 'env[0]' must be the name of an environment variable, not 'A=1' "
            "[only the name, such as 'SENTRY_DSN']"
        ],
    ),
    "too much precision": (
        "sass.precision = 21",
        ["2:18:21: 'sass.precision' must be an integer from 0 to 20, not the number 21"],
    ),
    "negative precision": (
        "sass.precision = -1",
        ["2:18:-1: 'sass.precision' must be an integer from 0 to 20, not the number -1"],
    ),
    "a boolean precision": (
        "sass.precision = true",
        ["2:18:true: 'sass.precision' must be an integer from 0 to 20, not true"],
    ),
    "a Sass load path that is not there": (
        'sass.load_paths = ["asset"]',
        ["2:21:asset: 'sass.load_paths[0]': no directory 'asset' [did you mean 'assets'?]"],
    ),
    "a Sass load path that is a file": (
        'sass.load_paths = ["file.txt"]',
        ["2:21:file.txt: 'sass.load_paths[0]': 'file.txt' is not a directory"],
    ),
    "an absolute bundle": (
        'bundles."/a.js".contents = ["b"]',
        ["2:10:/a.js: the bundle path '/a.js' must be relative, not absolute"],
    ),
    "a bundle that climbs": (
        'bundles."../a.js".contents = ["b"]',
        ["2:10:../a.js: the bundle path '../a.js' must not have an empty part, '.' or '..'"],
    ),
    "a bundle without extension": (
        'bundles.app.contents = ["b"]',
        ["2:9:app: the bundle path 'app' has no extension [quote the whole path: [bundles.\"js/app.js\"]]"],
    ),
    "a bundle of another type": (
        'bundles."a.png".contents = ["b"]',
        ["2:10:a.png: the bundle path 'a.png' cannot end with '.png' [a bundle is one of .css, .js, .mjs]"],
    ),
    "a bundle that is a glob": (
        'bundles."*.js".contents = ["b"]',
        ["2:10:*.js: the bundle path '*.js' is one file and cannot be a glob [put globs in its 'contents']"],
    ),
    "a bundle without contents": (
        '[bundles."a.js"]',
        ['2:11:a.js: \'bundles."a.js".contents\' is missing [for example contents = ["js/*.js"]]'],
    ),
    "a bundle with empty contents": (
        'bundles."a.js".contents = []',
        ["2:27:[]: 'bundles.\"a.js\".contents' must not be empty"],
    ),
    "a filter that is no name": (
        'bundles."a.js" = {contents = ["b"], filters = ["webasset:x"]}',
        [
            "2:49:webasset:x: 'bundles.\"a.js\".filters[0]' must be the name of a filter, not 'webasset:x' "
            "[one name an entry, such as 'rjsmin' or 'webassets:closure_js']"
        ],
    ),
    "a rule without match": (
        "[[rules]]\nminify = true",
        ["2:3:rules: 'rules[0].match' is missing [for example match = \"legacy/**/*.js\"]"],
    ),
    "a rule with an empty match": ("[[rules]]\nmatch = []", ["3:9:[]: 'rules[0].match' must not be empty"]),
    "a rule that matches a number": (
        "[[rules]]\nmatch = 1",
        ["3:9:1: 'rules[0].match' must be a string or an array of strings, not the number 1"],
    ),
    "options without a name": (
        '[[rules]]\nmatch = "a"\noptions.sass = 1',
        ["4:16:1: 'rules[0].options.sass' must be a table, not the number 1 [write [rules.options.NAME]]"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), ONE_MISTAKE.values(), ids=ONE_MISTAKE.keys())
def test_a_mistake_is_shown_at_its_place(problems, text, expected):
    assert problems(f'sources = ["assets"]\n{text}', {"file.txt": ""}) == expected


SOURCE_MISTAKES = {
    "no sources": ("minify = true", ["'sources' is missing [for example sources = [\"assets\"]]"]),
    "empty sources": ("sources = []", ["1:11:[]: 'sources' must not be empty"]),
    "one string": (
        'sources = "assets"',
        ["1:12:assets: 'sources' must be an array, not the string 'assets' [write [\"assets\"]]"],
    ),
    "a number": ("sources = [1]", ["1:12:1: 'sources[0]' must be a string or a table, not the number 1"]),
    "an empty path": (
        'sources = [""]',
        ["1:12:\"\": 'sources[0]' must not be empty [the directory of this file is '.']"],
    ),
    "a directory that is not there": (
        'sources = ["asets"]',
        ["1:13:asets: 'sources[0]': no directory 'asets' [did you mean 'assets'?]"],
    ),
    "a directory in one that is there": (
        'sources = ["assets", "vendor/ff"]',
        ["1:23:vendor/ff: 'sources[1]': no directory 'vendor/ff' [did you mean 'vendor/fa'?]"],
    ),
    "a file": ('sources = ["file.txt"]', ["1:13:file.txt: 'sources[0]': 'file.txt' is not a directory"]),
    "a table without path": (
        'sources = [{prefix = "a"}]',
        ['1:12:{prefix = "a"}: \'sources[0].path\' is missing [for example path = "static"]'],
    ),
    "an unknown key": (
        'sources = [{path = "assets", prefx = "a"}]',
        ["1:30:prefx: unknown key 'sources[0].prefx' [did you mean 'prefix'?]"],
    ),
    "an absolute prefix": (
        'sources = [{path = "assets", prefix = "/a"}]',
        ["1:40:/a: 'sources[0].prefix' must be relative, not absolute"],
    ),
    "a package that is not installed": (
        'sources = [{package = "zq.none", path = "static"}]',
        ["1:24:zq.none: the package 'zq.none' is not installed in this environment"],
    ),
    "a package in one that is installed": (
        'sources = [{package = "jinja2.none", path = "static"}]',
        [
            "1:24:jinja2.none: the package 'jinja2.none' is not installed in this environment "
            "['jinja2' is installed, but has no package 'none']"
        ],
    ),
    "the name of a distribution": (
        'sources = [{package = "font-awesome", path = "static"}]',
        [
            "1:24:font-awesome: the package 'font-awesome' is not installed in this environment "
            "[write the name that an import statement has, such as 'django.contrib.admin']"
        ],
    ),
    "a path that the package does not have": (
        'sources = [{package = "webassets", path = "filtr"}]',
        ["1:44:filtr: the package 'webassets' is installed, but its 'filtr' is not there [did you mean 'filter'?]"],
    ),
    "a file of the package": (
        'sources = [{package = "jinja2", path = "__init__.py"}]',
        ["1:41:__init__.py: the package 'jinja2' is installed, but its '__init__.py' is not a directory"],
    ),
    "a path out of the package": (
        'sources = [{package = "jinja2", path = "../yaml"}]',
        ["1:41:../yaml: 'sources[0].path' must not have an empty part, '.' or '..'"],
    ),
    "the default output in a source": (
        'sources = ["."]',
        ["1:11:[\".\"]: 'output' cannot be 'build/release': it is inside the source '.'"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SOURCE_MISTAKES.values(), ids=SOURCE_MISTAKES.keys())
def test_a_mistaken_source_is_shown_at_its_place(problems, text, expected):
    assert problems(text, {"file.txt": "", "vendor/fa/x.css": ""}) == expected


def test_all_mistakes_are_shown_in_one_run_in_their_order(problems):
    text = """\
        sources = ["asets", "assets", {package = "zq_none", path = "x", prefix = "/x"}]
        output = "assets"
        [sass]
        precision = "3"
        [[rules]]
        matches = "a"
    """
    assert [re.sub(r" \[.*", "", problem) for problem in problems(text)] == [
        "1:13:asets: 'sources[0]': no directory 'asets'",
        "1:43:zq_none: the package 'zq_none' is not installed in this environment",
        "1:75:/x: 'sources[2].prefix' must be relative, not absolute",
        "2:11:assets: 'output' cannot be 'assets': that is a source",
        "4:14:3: 'sass.precision' must be an integer from 0 to 20, not the string '3'",
        "5:3:rules: 'rules[0].match' is missing",
        "6:1:matches: unknown key 'rules[0].matches'",
    ]


def test_a_missing_key_in_pyproject_is_shown_at_our_table(problems):
    shown = problems("[project]\n[tool.assetbuild]\n[sass]\n", name="pyproject.toml")
    assert shown == ["2:7:assetbuild: 'sources' is missing [for example sources = [\"assets\"]]"]


def test_hints_in_pyproject_name_its_tables(problems):
    text = '[tool.assetbuild]\nsources = ["assets"]\n[tool.assetbuild.sass]\nminify = true\n[tool.assetbuild.rules]\n'
    assert problems(text, name="pyproject.toml") == [
        "4:1:minify: unknown key 'sass.minify' ['minify' belongs under [tool.assetbuild]]",
        "5:18:rules: 'rules' must be an array of tables, not a table [write [[tool.assetbuild.rules]]]",
    ]


@pytest.mark.parametrize("text", ["", "[tool]", "[tool.other]"])
def test_a_pyproject_without_our_table_is_refused(problems, text):
    hint = "[add one, or put the keys into assetbuild.toml]"
    assert problems(text, name="pyproject.toml") == [f"there is no [tool.assetbuild] table {hint}"]


def test_a_pyproject_where_our_table_is_a_value_is_refused(problems):
    shown = problems("tool.assetbuild = 1", name="pyproject.toml")
    assert shown == ["1:19:1: 'tool.assetbuild' must be a table, not the number 1"]


def test_the_text_has_unix_line_ends(load):
    assert load(b'sources = ["assets"]\r\nminify = true\r\n').text == 'sources = ["assets"]\nminify = true\n'


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError) as caught:
        load_config(str(tmp_path / "none.toml"))
    assert caught.value.diagnostics[0].text == f"no configuration file '{tmp_path / 'none.toml'}'"
    assert caught.value.diagnostics[0].file == "none.toml"


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="the configuration file cannot be read: Is a directory"):
        load_config(str(tmp_path))
    with pytest.raises(UsageError, match="cannot be read: embedded null byte"):
        load_config("a\0b")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_that_is_not_utf_8_is_shown_at_the_byte(problems, mark):
    shown = problems(mark + b"# \xc3\xa9\r\nx = '\xc3\xa9\xe9'\r\n")
    assert shown == ["2:7:\N{REPLACEMENT CHARACTER}: the file is not UTF-8 [save it as UTF-8]"]


def test_a_byte_order_mark_and_windows_line_ends_are_read(problems):
    assert problems(b'\xef\xbb\xbfsources = ["assets"]\r\n\r\nminfy = 1\r\n') == [
        "3:1:minfy: unknown key 'minfy' [did you mean 'minify'?]"
    ]


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000 + "]" * 5000, "a = " + "[" * 150 + "]" * 150, "a." * 5000 + "a = 1"]
)
def test_deep_nesting_is_a_usage_error(problems, text):
    assert problems(text) == ["tables or arrays are nested more than 100 deep"]


def test_a_number_too_long_for_python_is_a_usage_error(problems):
    (shown,) = problems("a = " + "9" * 5000)
    assert "TOML syntax error" in shown
    (shown,) = problems('sources = ["assets"]\nminify = ' + "9" * 4000)
    assert shown.endswith("'minify' must be true or false, not a number")


@pytest.mark.parametrize(
    ("written", "read"),
    [("/", "/"), ("/a", "/a/"), ("/a//", "/a/"), ("http://x", "http://x/"), ("https://x:8/a/", "https://x:8/a/")],
)
def test_the_base_url_ends_with_a_slash(load, written, read):
    assert load(f'sources = ["assets"]\nbase_url = "{written}"').base_url == read


def test_a_symbolic_link_does_not_hide_an_output_in_a_source(problems, project, tmp_path):
    project({})
    (tmp_path / "link").symlink_to("assets")
    assert problems('sources = ["assets"]\noutput = "link/out"') == [
        "2:11:link/out: 'output' cannot be 'link/out': it is inside the source 'assets'"
    ]


def test_a_symbolic_link_into_the_middle_of_a_source_is_seen(problems, project, tmp_path):
    project({"assets/deep/x": ""})
    (tmp_path / "link").symlink_to("assets/deep")
    assert problems('sources = ["assets"]\noutput = "link/out"') == [
        "2:11:link/out: 'output' cannot be 'link/out': it is inside the source 'assets'"
    ]


def test_an_output_beside_a_source_of_similar_name_is_allowed(load, tmp_path):
    assert load('sources = ["assets"]\noutput = "assets-built"').output == str(tmp_path / "assets-built")


def test_an_output_that_holds_the_configuration_is_refused(problems):
    text = 'sources = [{package = "jinja2", path = "."}]\noutput = "."'
    assert problems(text) == ["2:11:.: 'output' cannot be '.': it holds the configuration file"]


def test_another_output_is_checked_too(load, tmp_path):
    config = load('sources = ["assets"]')
    assert with_output(config, str(tmp_path / "out")).output == str(tmp_path / "out")
    with pytest.raises(UsageError, match="the output directory cannot be 'assets/x': it is inside the source 'assets'"):
        with_output(config, str(tmp_path / "assets" / "x"))


def test_paths_and_globs_are_read_in_unicode_nfc(load):
    decomposed, composed = (unicodedata.normalize(form, "é") for form in ("NFD", "NFC"))
    config = load(
        f"""
        sources = [{{path = "assets", prefix = "{decomposed}"}}]
        include = ["{decomposed}/*"]
        bundles."{decomposed}.js".contents = ["{decomposed}.js"]
        """
    )
    assert config.sources[0].prefix == composed
    assert config.include == (f"{composed}/*",)
    assert config.bundles == (Bundle(f"{composed}.js", (f"{composed}.js",), None),)
    assert config.diagnostic(("bundles", f"{composed}.js"), "x").line == 4


def test_a_bundle_in_two_normal_forms_is_refused(problems):
    text = 'sources = ["assets"]\n'
    for form in ("NFD", "NFC"):
        text += f'bundles."{unicodedata.normalize(form, "é")}.js".contents = ["a.js"]\n'
    (shown,) = problems(text)
    assert shown.endswith("is there in two Unicode normal forms")


def test_a_diagnostic_points_at_the_key_or_the_element(load):
    config = load(
        '[tool.assetbuild]\nsources = ["assets"]\nbundles."a.js".contents = ["b.js", "c.js"]\n', name="pyproject.toml"
    )
    element = config.diagnostic(("bundles", "a.js", "contents", 1), "matches nothing", "look", severity="warning")
    assert (element.file, element.line, element.column, element.length) == ("pyproject.toml", 3, 37, 4)
    assert element.source == 'bundles."a.js".contents = ["b.js", "c.js"]'
    assert (element.text, element.hint, element.severity) == ("matches nothing", "look", "warning")
    key = config.diagnostic(("bundles", "a.js", "contents"), "x")
    assert (key.line, key.column, key.length) == (3, 16, 8)
    unwritten = config.diagnostic(("output",), "x")
    assert (unwritten.line, unwritten.column) == (1, 7)


def test_dart_sass_is_an_implementation(load):
    assert load('sources = ["assets"]\n[sass]\nimplementation = "dart-sass"').sass.implementation == "dart-sass"


def test_the_nearest_configuration_is_found(project):
    root = project(
        {"pyproject.toml": "[tool.assetbuild]", "a/assetbuild.toml": "", "a/b/pyproject.toml": "", "c/x": ""}
    )
    assert find_config(str(root / "a" / "b")) == str(root / "a" / "assetbuild.toml")
    assert find_config(str(root / "c")) == str(root / "pyproject.toml")


def test_assetbuild_toml_comes_before_pyproject_in_one_directory(project):
    root = project({"pyproject.toml": "[tool.assetbuild]", "assetbuild.toml": ""})
    assert find_config(str(root)) == str(root / "assetbuild.toml")


def test_a_broken_pyproject_is_found_if_it_is_meant_for_us(project):
    root = project({"pyproject.toml": "[project\n[tool.assetbuild]\n", "a/pyproject.toml": "[project\n"})
    assert find_config(str(root / "a")) == str(root / "pyproject.toml")


def test_no_configuration_is_none(project):
    root = project({"pyproject.toml": "[tool.other]"})
    assert find_config(str(root)) is None
