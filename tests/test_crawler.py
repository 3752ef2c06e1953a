"""The release checker sees each kind of fault, and none in a good release."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

import crawler
from crawler_formulas import fingerprint_in
from crawler_references import Said, in_css, in_javascript, in_markup, in_webmanifest, references
from requirements_of_tests import need

Manifest = dict[str, Any]

# «name» stands for the relative URL of that asset.
GOOD = {
    "css/app.css": "body { background: url(«img/dot.svg»#x) }\n" + ".space { margin: 0 }\n" * 20,
    "img/dot.svg": "<svg xmlns='http://www.w3.org/2000/svg'><g id='x'/></svg>",
    "js/cart.js": "import '«js/catalog.js»'; export const cart = 1;",
    "js/catalog.js": "import { cart } from '«js/cart.js»'; fetch(new URL('«img/dot.svg»', import.meta.url));",
    "js/main.js": "import * as all from '«js/cart.js»'; import('«js/leaf.js»'); import 'bare';",
    "js/leaf.js": "export default 1;",
    "robots.txt": "User-agent: *\n",
    "site.webmanifest": '{"icons": [{"src": "«img/dot.svg»"}]}',
}
PLAIN = ("robots.txt", "site.webmanifest")
CYCLE = ("js/cart.js", "js/catalog.js")
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
}
ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "br": (".br", brotli.compress),
    "gzip": (".gz", lambda data: gzip.compress(data, mtime=0)),
    "zstd": (".zst", zstandard.ZstdCompressor().compress),
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def served_as(name: str, fingerprint: str) -> str:
    stem, extension = posixpath.splitext(name)
    return f"{stem}-{fingerprint}{extension}"


def linked(name: str, text: str, files: Mapping[str, str]) -> bytes:
    def url(match: re.Match[str]) -> str:
        way = posixpath.relpath(files[match[1]], posixpath.dirname(name) or ".")
        return way if way.startswith(".") else f"./{way}"

    return re.sub("«(.*?)»", url, text).encode()


def make_release(root: Path, texts: Mapping[str, str], **extra: Mapping[str, Any]) -> Path:
    """A release of these assets; `extra` gives an entry more keys, by name with . and / as _."""
    files = {name: name for name in texts if name in PLAIN}
    zeros = {name: served_as(name, "0" * 16) for name in CYCLE}
    todo = [name for name in texts if name not in (*PLAIN, *CYCLE)]
    named = {name: set(re.findall("«(.*?)»", text)) for name, text in texts.items()}
    order: list[str] = []
    while todo:
        name = next(name for name in todo if named[name] <= {*order, *PLAIN, *CYCLE})
        todo.remove(name)
        order.append(name)
    members = [name for name in CYCLE if name in texts]
    for name in [name for name in order if not named[name] & {*CYCLE}]:
        files[name] = served_as(name, digest(linked(name, texts[name], files)))
    together = hashlib.sha256()
    for name in members:
        data = linked(name, texts[name], {**files, **zeros})
        together.update(len(data).to_bytes(8, "big") + data)
    files |= {name: served_as(name, digest(together.digest() + name.encode())) for name in members}
    for name in [name for name in order if name not in files]:
        files[name] = served_as(name, digest(linked(name, texts[name], files)))

    release = root / "release"
    assets = {}
    for name in sorted(texts):
        data = linked(name, texts[name], files)
        write(release / "public" / files[name], data)
        said = {kind: sorted(re.findall(f"{word}.{{0,3}}«(.*?)»", texts[name])) for kind, word in WORDS.items()}
        entry: dict[str, Any] = {
            "file": files[name],
            "type": TYPES[posixpath.splitext(name)[1]],
            "size": len(data),
            "integrity": "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode(),
            "assets": sorted(named[name] - {*said["imports"], *said["dynamicImports"]}),
            **said,
        }
        entry = {key: value for key, value in entry.items() if value != []}
        if name not in PLAIN:
            entry["immutable"] = True
        if name in members:
            entry["cycle"] = members
        if name == "css/app.css" and len(data) > 300:
            entry["encodings"] = {kind: encoded(release, files[name], kind, data) for kind in ENCODERS}
        assets[name] = {**entry, **extra.get(re.sub(r"\W", "_", name), {})}
    sign(release, {"schema": 1, "base_url": "/static/", "assets": assets})
    return release


WORDS = {"imports": "(?:from|import) ", "dynamicImports": r"import\("}


def encoded(release: Path, file: str, kind: str, data: bytes) -> dict[str, Any]:
    suffix, encode = ENCODERS[kind]
    write(release / "public" / (file + suffix), encode(data))
    return {"file": file + suffix, "size": len(encode(data))}


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def sign(release: Path, manifest: Manifest) -> None:
    """Write the manifest, its release id made right, and the one copy of it that is kept."""
    hashed = {
        "assets": {
            name: {key: value for key, value in entry.items() if key != "encodings"}
            for name, entry in manifest["assets"].items()
        }
    }
    if "importmap" in manifest:
        hashed["importmap"] = manifest["importmap"]
    text = json.dumps(hashed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    manifest["release"] = hashlib.sha256(text.encode()).hexdigest()
    shutil.rmtree(release / "releases", ignore_errors=True)
    data = json.dumps(manifest, sort_keys=True, ensure_ascii=False).encode()
    write(release / "manifest.json", data)
    write(release / "releases" / f"{manifest['release']}.json", data)


@pytest.fixture(autouse=True)
def _tree_sitter() -> None:
    need("tree_sitter")
    need("tree_sitter_javascript")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return make_release(tmp_path, GOOD)


def manifest_of(release: Path) -> Manifest:
    manifest: Manifest = json.loads((release / "manifest.json").read_bytes())
    return manifest


def file_of(release: Path, name: str) -> Path:
    return release / "public" / str(manifest_of(release)["assets"][name]["file"])


def test_a_good_release_has_no_fault_and_everything_is_counted(good: Path) -> None:
    report = crawler.crawl(good)
    assert report.faults == []
    size = report.counts.pop("bytes")
    assert size == sum(path.stat().st_size for path in (good / "public").rglob("*") if path.is_file())
    assert report.counts == {
        "assets": 8,
        "files": 11,
        "encodings": 3,
        "fingerprints": 6,
        "in cycles": 2,
        "references": 7,
    }


def test_a_fingerprint_is_what_sha256sum_prints() -> None:
    # printf 'User-agent: *\n' | sha256sum
    assert digest(b"User-agent: *\n") == "fd89345af6aca5da"
    assert fingerprint_in("a/x.js.map", "a/x-fd89345af6aca5da.js.map") == "fd89345af6aca5da"
    assert fingerprint_in("a/x.min.js", "a/x.min-fd89345af6aca5da.js") == "fd89345af6aca5da"
    assert fingerprint_in("a/x.js", "a/y-fd89345af6aca5da.js") is None


def change_manifest(key: str, value: object, name: str = "css/app.css") -> Callable[[Path], None]:
    def change(release: Path) -> None:
        manifest = manifest_of(release)
        manifest["assets"][name][key] = value
        sign(release, manifest)

    return change


def without(key: str) -> Callable[[Path], None]:
    def change(release: Path) -> None:
        manifest = manifest_of(release)
        del manifest["assets"]["css/app.css"][key]
        sign(release, manifest)

    return change


def drop_file(release: Path) -> None:
    file_of(release, "img/dot.svg").unlink()


def edit_file(release: Path) -> None:
    path = file_of(release, "js/leaf.js")
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))


def edit_in_cycle(release: Path) -> None:
    """Consistent but for the fingerprints: size and integrity are made right."""
    path = file_of(release, "js/cart.js")
    data = path.read_bytes().replace(b"1", b"2")
    path.write_bytes(data)
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()
    change_manifest("integrity", integrity, "js/cart.js")(release)


def replace_encoding(kind: str, data: bytes) -> Callable[[Path], None]:
    def change(release: Path) -> None:
        manifest = manifest_of(release)
        variant = manifest["assets"]["css/app.css"]["encodings"][kind]
        write(release / "public" / variant["file"], data)
        variant["size"] = len(data)
        sign(release, manifest)

    return change


def swell_encoding(release: Path) -> None:
    data = file_of(release, "css/app.css").read_bytes()
    replace_encoding("gzip", gzip.compress(data, compresslevel=0, mtime=0))(release)


def date_encoding(release: Path) -> None:
    replace_encoding("gzip", gzip.compress(file_of(release, "css/app.css").read_bytes(), mtime=99))(release)


def drop_encoding(release: Path) -> None:
    Path(f"{file_of(release, 'css/app.css')}.br").unlink()


def stray(path: str) -> Callable[[Path], None]:
    return lambda release: write(release / path, b"stray")


def forge_release(release: Path) -> None:
    path = release / "manifest.json"
    release_id = manifest_of(release)["release"]
    path.write_text(path.read_text().replace(release_id, "0" * 64))


def unsorted_manifest(release: Path) -> None:
    manifest = manifest_of(release)
    (release / "manifest.json").write_text(json.dumps(dict(reversed(manifest.items()))))


def earlier_without_files(release: Path) -> None:
    now = (release / "manifest.json").read_bytes()
    manifest = manifest_of(release)
    manifest["assets"]["css/app.css"]["file"] = "css/app-0123456789abcdef.css"
    copy = (release / "releases").iterdir()
    kept = {path: path.read_bytes() for path in copy}
    sign(release, manifest)
    write(release / "manifest.json", now)
    for path, data in kept.items():
        write(path, data)


FAULTS: list[tuple[str, Callable[[Path], None], str]] = [
    ("a missing file", drop_file, "img/dot.svg: the file img/dot-"),
    ("a changed file", edit_file, "js/leaf.js: the integrity is not"),
    ("a changed file's name", edit_file, "js/leaf.js: the fingerprint"),
    ("a wrong size", change_manifest("size", 3), "bytes, not 3"),
    ("a changed member of a cycle", edit_in_cycle, "js/cart.js: the fingerprint"),
    ("its partner's name", edit_in_cycle, "js/catalog.js: the fingerprint"),
    ("a cycle that is not agreed on", change_manifest("cycle", ["js/cart.js"], "js/cart.js"), "do not agree"),
    ("a wrong type", change_manifest("type", "text/html"), "the type text/html does not fit"),
    ("a file outside", change_manifest("file", "../secret.css"), "'css/app.css' has no right file"),
    ("an entry without a size", without("size"), "'css/app.css' has no right size"),
    ("a wrong integrity", change_manifest("integrity", "sha384-AAAA"), "css/app.css: the integrity is not"),
    ("a mutable fingerprint", change_manifest("immutable", False), "not immutable, yet served as css/app-"),
    ("an unlisted reference", change_manifest("assets", []), "refers to 'img/dot.svg', which is not among its"),
    ("an unlisted import", change_manifest("imports", [], "js/main.js"), "which is not among its imports"),
    ("an unknown name", change_manifest("imports", ["css/no.css"]), "imports names 'css/no.css'"),
    ("an unsorted list", change_manifest("assets", ["robots.txt", "img/dot.svg"]), "assets is unsorted"),
    ("a false claim to be bound", change_manifest("bound", True, "js/leaf.js"), "bound, yet nothing"),
    ("an undecodable encoding", replace_encoding("br", b"\xff\xff\xff"), "br does not decode"),
    ("another content encoded", replace_encoding("zstd", zstandard.compress(b"other")), "zstd decodes to other bytes"),
    ("a useless encoding", swell_encoding, "gzip saves less than 5 %"),
    ("a dated encoding", date_encoding, "gzip carries a time"),
    ("a missing encoding", drop_encoding, ".css.br is missing"),
    ("a stray public file", stray("public/js/old.js"), "public/js/old.js: no kept manifest names it"),
    ("a stray file", stray("notes.txt"), "notes.txt: does not belong"),
    ("a stray manifest", stray("releases/x.json"), "releases/x.json: unreadable"),
    ("a release without history", stray("releases/history"), "releases/history: lacks"),
    ("a commit cut off", stray(".pending"), ".pending: a commit was cut off"),
    ("a forged release id", forge_release, "the release id is not"),
    ("an unsorted manifest", unsorted_manifest, "keys unsorted"),
    ("no copy", lambda release: shutil.rmtree(release / "releases"), "the copy of this manifest is missing"),
    ("an earlier release without its files", earlier_without_files, "css/app-0123456789abcdef.css of 'css/app.css' is"),
    ("no manifest", lambda release: (release / "manifest.json").unlink(), "manifest.json: unreadable"),
    ("another schema", lambda release: write(release / "manifest.json", b'{"schema": 2}'), "no manifest of schema 1"),
]


@pytest.mark.parametrize(("change", "fault"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_is_seen(good: Path, change: Callable[[Path], None], fault: str) -> None:
    change(good)
    assert any(fault in found for found in crawler.crawl(good).faults), crawler.crawl(good).faults


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("css/app.css", "a { background: url('../img/no.png') }", "'../img/no.png' leads to img/no.png, which"),
        ("css/app.css", "@import 'no.css';", "'no.css' leads to css/no.css"),
        ("css/app.css", "a { background: url(/static/no.png) }", "'/static/no.png' leads to no.png"),
        ("css/app.css", "a { background: url(../../no.png) }", "'../../no.png' leads out of the release"),
        ("css/app.css", "a { background: url(asset:img/dot.svg) }", "'asset:img/dot.svg' was not replaced"),
        ("css/app.css", "a{}/*# sourceMappingURL=app.css.map */", "'app.css.map' leads to css/app.css.map"),
        ("js/leaf.js", "import './no.js'", "'./no.js' leads to js/no.js"),
        ("js/leaf.js", "export * from './no.js'", "'./no.js' leads to js/no.js"),
        ("js/leaf.js", "import('./no.js')", "'./no.js' leads to js/no.js"),
        ("js/leaf.js", "new URL('no.png', import.meta.url)", "'no.png' leads to js/no.png"),
        ("js/leaf.js", "x = 'asset:img/dot.svg'", "'asset:img/dot.svg' was not replaced"),
        ("js/leaf.js", "1 // import\n//# sourceMappingURL=leaf.js.map", "'leaf.js.map' leads to js/leaf.js.map"),
        ("site.webmanifest", '{"icons": [{"src": "no.png"}]}', "'no.png' leads to no.png"),
        ("img/dot.svg", "<svg><image href='no.png'/></svg>", "'no.png' leads to img/no.png"),
    ],
)
def test_a_dangling_reference_is_seen(tmp_path: Path, name: str, text: str, fault: str) -> None:
    release = make_release(tmp_path, GOOD | {name: text})
    faults = crawler.crawl(release).faults
    assert len(faults) == 1, faults
    assert fault in faults[0]


def test_a_reference_to_a_file_that_only_lies_there_is_seen(tmp_path: Path) -> None:
    release = make_release(tmp_path, GOOD | {"css/app.css": "a { background: url(old.png) }"})
    write(release / "public/css/old.png", b"png")
    assert any("css/old.png, which is not named by the manifest" in fault for fault in crawler.crawl(release).faults)


def test_what_is_not_ours_is_let_be(tmp_path: Path) -> None:
    css = "a { background: url(https://x.test/a.png), url(//x.test/b.png), url(data:,c), url(#d), url(/media/e.png) }"
    script = "import 'bare'; import '@scope/x'; import(where); new URL('https://x.test/', import.meta.url)"
    release = make_release(tmp_path, GOOD | {"css/app.css": css + ".space{margin:0}" * 30, "js/leaf.js": script})
    assert crawler.crawl(release).faults == []


def test_an_external_glob_lets_a_reference_be(tmp_path: Path) -> None:
    css = "a { background: url(later.png) }" + ".space{margin:0}" * 30
    release = make_release(tmp_path, GOOD | {"css/app.css": css})
    assert len(crawler.crawl(release).faults) == 1
    assert crawler.crawl(release, ["later.*"]).faults == []


def test_an_import_map_resolves_specifiers(tmp_path: Path) -> None:
    texts = GOOD | {"js/main.js": "import './leaf.js'; import 'shop/leaf'"}
    release = make_release(tmp_path, texts, js_main_js={"imports": ["js/leaf.js"]})
    manifest = manifest_of(release)
    assert len(crawler.crawl(release).faults) == 1
    sign(release, manifest | {"importmap": {"imports": {"./js/leaf.js": "js/leaf.js", "shop/leaf": "js/leaf.js"}}})
    assert crawler.crawl(release).faults == []
    sign(release, manifest | {"importmap": {"imports": {"./js/leaf.js": "js/leaf.js", "shop/leaf": "js/no.js"}}})
    assert any("importmap: 'shop/leaf' leads to 'js/no.js'" in fault for fault in crawler.crawl(release).faults)


def test_a_bound_script_is_followed_into_its_strings(tmp_path: Path) -> None:
    texts = GOOD | {"js/leaf.js": "x = ['/static/robots.txt', '/static/no.png']"}
    release = make_release(tmp_path, texts, js_leaf_js={"bound": True, "assets": ["robots.txt"]})
    assert crawler.crawl(release).faults == ["js/leaf.js: '/static/no.png' leads to no.png, which does not exist"]


def test_references_in_css() -> None:
    text = """
        @charset "utf-8"; @namespace svg url(http://www.w3.org/2000/svg);
        @import "a.css" print; @import url( b.css ) layer(x); @import url("c.css");
        @font-face { src: url(d.woff2) format("woff2"), url('e.eot?#iefix') }
        @media print { a::after { content: "url(no)"; background: url(f\\20 g.png) } }
        b { background: image-set("h.png" 1x type("image/png"), url(i.png) 2x); --x: url(j.png) }
        /* url(no.png) */ c { d: expression("url(no)") }
    """
    assert list(in_css(text)) == [
        *(Said("import", url) for url in ("a.css", "b.css", "c.css")),
        *(Said("asset", url) for url in ("d.woff2", "e.eot?#iefix", "f g.png", "h.png", "i.png", "j.png")),
    ]


def test_references_in_javascript() -> None:
    text = r"""
        import a from "./a.js"; import './b.js'; export { c } from "./c.js";
        import d from "./d.json" with { type: 'json' };
        import(/* now */ './e.js'); import(`./f.js`); import(`./${no}.js`); new URL('g.png', import . meta.url);
        new URL('no.png', location); new Thing('no.png', import.meta.url); "import './no.js'"; // import './no.js'
        import "\x2e/h\u002ejs"; /import '.\/no.js'/; `import './no.js'`; asset('asset:i.png', 'asset://no');
    """
    found = {(said.kind, said.url) for said in in_javascript(text.encode())}
    assert found == {
        *(("import", url) for url in ("./a.js", "./b.js", "./c.js", "./d.json", "./h.js")),
        *(("dynamic-import", url) for url in ("./e.js", "./f.js")),
        ("asset", "g.png"),
        ("bound", "asset:i.png"),
    }


def test_references_in_markup() -> None:
    text = """
        <link rel=stylesheet href=a.css><link rel=canonical href=no.html><a href=no.html></a>
        <img src="b.png" srcset="c.png 1x, d.png 2x,e.png 3x"><img src="{{ no }}"><use xlink:href="f.svg#x"/>
        <style>a { background: url(g.png) }</style><p style="background: url('h.png')">url(no.png)</p>
        <script src=i.js></script>
    """
    assert sorted(said.url for said in in_markup(text)) == [
        *("a.css", "b.png", "c.png", "d.png", "e.png", "f.svg#x", "g.png", "h.png", "i.js")
    ]


def test_references_in_a_webmanifest() -> None:
    shortcuts = [{"url": "no", "icons": [{"src": "c"}]}]
    document = {"icons": [{"src": "a"}], "screenshots": [{"src": "b"}], "shortcuts": shortcuts}
    assert [said.url for said in in_webmanifest(document)] == ["a", "b", "c"]


def test_a_picture_refers_to_nothing() -> None:
    assert references("image/png", b"url(no.png)") == []


def test_the_command_prints_faults_and_says_so_in_its_exit_code(good: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, crawler.__file__, str(good)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert "assets: 8\n" in done.stdout
    assert done.stdout.endswith("\n0 faults\n")
    edit_file(good)
    done = run()
    assert done.returncode == 1
    assert "fault: js/leaf.js: the integrity" in done.stdout
