"""A project that is edited, broken and mended step by step: after each the incremental build equals a clean one."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from assetbuild.verify import verify
from scenario import Outcome, Project

STYLES = ["css/a.css", "css/b.css", "css/deep/c.css"]
SCRIPTS = ["js/a.js", "js/b.js", "js/lib/l.js", "js/lib/m.js"]
SASS = ["css/s.scss", "css/_p.scss", "_q.scss", "css/deep/_p.scss"]
TEMPLATES = ["t.css.jinja", "css/u.css.jinja", "_part.jinja"]
OTHERS = ["img/x.png", "img/y.svg", "page.html", "robots.txt", "data.json"]
NAMES = STYLES + SCRIPTS + SASS + TEMPLATES + OTHERS
ROOTS = ["assets", "vendor"]

BASE = 'sources = ["assets", "vendor"]\n'
CONFIGS = [
    BASE + 'encodings = []\nexternal = ["**/*"]\n',
    BASE + 'encodings = ["gzip"]\nminify = false\nexternal = ["**/*"]\nsource_maps = "linked"\n',
    BASE + 'encodings = []\n[bundles."js/all.js"]\ncontents = ["js/lib/*.js", "js/a.js"]\n',
    BASE + 'encodings = ["br"]\nexternal = ["**/*"]\nmodules = "importmap"\npublish_contents = true\n'
    'context = {colour = "red"}\n[bundles."css/all.css"]\ncontents = ["css/*.css", "css/s.scss"]\n',
    BASE + 'encodings = []\nexternal = ["**/*"]\nexclude = ["css/deep/**"]\ncontext = {colour = "blue"}\n'
    '[inline]\nmatch = ["img/*"]\nmax_bytes = 64\n[[rules]]\nmatch = "js/*"\nminify = false\n',
    "sources = [\n",
]

places = st.tuples(st.sampled_from(ROOTS), st.sampled_from(NAMES)).map("/".join)
words = st.sampled_from(["one", "two", "three"])


@st.composite
def texts(draw: st.DrawFn, name: str) -> str:
    """A content that fits the name: sound, with references that may lead nowhere, or broken."""
    word, style, script = draw(words), draw(st.sampled_from(STYLES)), draw(st.sampled_from(SCRIPTS))
    broken = draw(st.integers(0, 9)) == 0
    if name.endswith(".jinja"):
        include = draw(st.sampled_from(["", "{% include '_part.jinja' %}", "{{ asset_url('img/x.png') }}"]))
        return f".{word} {{ color: {{{{ colour }}}} }} /* {include} */" + ("{% if %}" if broken else "")
    if name.endswith(".scss"):
        imported = draw(st.sampled_from(["", "@import 'p';", "@import '../q';", "@import 'deep/p';"]))
        return f"{imported}\n.{word} {{ b: url(../img/x.png) }}" + ("}" if broken else "")
    if name.endswith(".css"):
        return f"@import 'asset:{style}';\n.{word} {{ b : url(asset:img/y.svg) }}" + ("url(nope.png)" if broken else "")
    if name.endswith(".js"):
        return f"import '/static/{script}';\nvar a = '{word}' ;" + ("'" if broken else "")
    if name.endswith(".html"):
        return f"<p>{word}<link rel=stylesheet href=css/a.css><img src={'no' if broken else 'img/x'}.png>"
    if name.endswith(".json"):
        return f'{{"a": "{word}" }}' + ("}" if broken else "")
    return f"<svg>{word}</svg>" if name.endswith(".svg") else word


class Steps(RuleBasedStateMachine):
    """Every rule is one step; each ends with `build`, which compares."""

    written = Bundle("written")
    taken = 0

    def __init__(self) -> None:
        super().__init__()
        self.project = Project({}, CONFIGS[0])
        (self.project.root / "vendor").mkdir()

    @initialize(target=written, data=st.data(), names=st.lists(places, min_size=3, max_size=9, unique=True))
    def begin(self, data: st.DataObject, names: list[str]) -> Any:
        for name in names:
            self._write(name, data)
        self.build()
        return names[0]

    @rule(target=written, data=st.data(), name=places)
    def edit_or_add(self, data: st.DataObject, name: str) -> str:
        self._write(name, data)
        self.build()
        return name

    @rule(name=written, data=st.data())
    def edit_again(self, name: str, data: st.DataObject) -> None:
        self._write(name, data)
        self.build()

    @rule(name=written)
    def delete(self, name: str) -> None:
        self._remove(name)
        self.build()

    @rule(target=written, name=written, new=places)
    def rename(self, name: str, new: str) -> str:
        old, place = self.project.root / name, self.project.root / new
        if old.is_file() and new != name:
            self._remove(new)
            place.parent.mkdir(parents=True, exist_ok=True)
            old.rename(place)
        self.build()
        return new

    @rule(name=written)
    def shadow_or_uncover(self, name: str) -> None:
        """The same logical path in the other load path."""
        root, _, path = name.partition("/")
        other = f"{ROOTS[1 - ROOTS.index(root)]}/{path}"
        if (self.project.root / other).exists():
            self._remove(other)
        elif (self.project.root / name).is_file():
            self.project.write({other: "/* other */"})
        self.build()

    @rule(name=written)
    def edit_without_changing_size_or_time(self, name: str) -> None:
        file = self.project.root / name
        if file.is_file():
            before = file.stat()
            data = file.read_bytes()
            swapped = data.replace(b"two", b"TWO") if b"two" in data else data.replace(b"one", b"ONE")
            file.write_bytes(swapped)
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.build()

    @rule(name=written, seconds=st.sampled_from([-86_400, 0, 86_400]))
    def let_the_clock_jump(self, name: str, seconds: int) -> None:
        file = self.project.root / name
        if file.is_file():
            moment = file.stat().st_mtime_ns + seconds * 10**9
            os.utime(file, ns=(moment, moment))
        self.build()

    @rule(config=st.sampled_from(CONFIGS))
    def configure(self, config: str) -> None:
        self.project.write({"assetbuild.toml": config})
        self.build()

    @rule(name=written)
    def put_a_directory_in_its_place(self, name: str) -> None:
        # An asset that keeps its name cannot become a directory by itself: that is an error that says what to do.
        if not name.endswith("robots.txt"):
            self._remove(name)
            self.project.write({f"{name}/x.txt": "x"})
        self.build()

    @rule(number=st.integers(0, 50))
    def lose_a_published_file(self, number: int) -> None:
        manifest = self.project.release / "manifest.json"
        # What only an earlier release had cannot be made again.
        assets = json.loads(manifest.read_bytes())["assets"] if manifest.exists() else {}
        if not assets:
            return
        file = self.project.release / "public" / assets[sorted(assets)[number % len(assets)]]["file"]
        data = file.read_bytes()
        file.unlink()
        self.build()
        if not file.exists():
            # The project does not build: nobody could repair what becomes a file of an earlier release.
            file.write_bytes(data)

    @rule(how=st.sampled_from(["remove", "cut off", "overwrite"]))
    def damage_the_cache(self, how: str) -> None:
        for file in sorted((self.project.root / ".assetbuild").glob("*.sqlite3")):
            data = file.read_bytes()
            if how == "remove":
                file.unlink()
            else:
                file.write_bytes(data[: len(data) // 2] + (b"x" * (len(data) // 2) if how == "overwrite" else b""))
        self.build()

    def build(self) -> None:
        """Incrementally and from nothing; the same, or the same errors and the former release."""
        Steps.taken += 1
        manifest = self.project.release / "manifest.json"
        before = manifest.read_bytes() if manifest.exists() else None
        incremental = self.project.build("--jobs", "2")
        shutil.rmtree(self.project.root / "clean", ignore_errors=True)
        clean = self.project.build("--jobs", "1", "--no-cache", "--output", "clean")
        assert result(incremental) == result(clean)
        if incremental.code:
            assert incremental.errors
            assert (manifest.read_bytes() if manifest.exists() else None) == before
        else:
            assert verify(str(incremental.release)).diagnostics == ()
            assert result(self.project.build("--jobs", "1")) == result(clean)

    def teardown(self) -> None:
        shutil.rmtree(self.project.root, ignore_errors=True)

    def _write(self, name: str, data: st.DataObject) -> None:
        file = self.project.root / name
        if file.is_dir():
            shutil.rmtree(file)
        for above in file.parents:
            if above.is_file():
                above.unlink()
        self.project.write({name: data.draw(texts(name))})

    def _remove(self, name: str) -> None:
        file = self.project.root / name
        if file.is_dir():
            shutil.rmtree(file)
        with suppress(FileNotFoundError, NotADirectoryError):
            file.unlink()


def result(built: Outcome) -> object:
    """What counts of a build: its errors, or the release without what earlier ones left."""
    diagnostics = tuple(one for one in built.diagnostics if "build cache" not in one.text)
    if built.code != 0:
        return built.code, diagnostics
    served = {
        name: built.public[name]
        for entry in built.assets.values()
        for name in [entry["file"], *(one["file"] for one in entry.get("encodings", {}).values())]
    }
    return built.manifest, served, diagnostics


def run(examples: int, steps: int) -> None:
    Steps.taken = 0
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Steps,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=checks,
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        ),
    )
    print(f"{Steps.taken} steps")  # noqa: T201


def test_after_each_step_an_incremental_build_equals_a_clean_one() -> None:
    run(12, 12)


@pytest.mark.long
def test_so_it_is_for_thousands_of_steps() -> None:
    run(150, 30)
