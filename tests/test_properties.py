"""Small projects made up by hypothesis: an incremental build equals a clean one, and every release is whole."""

from __future__ import annotations

import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetbuild.verify import verify
from crawler import crawl
from scenario import Outcome, Project, files_below

STYLES = ["css/a.css", "css/b.css", "c.css", "css/parts/d.css"]
SCRIPTS = ["js/a.js", "js/b.js", "sw.js"]
SHEETS = ["css/s.scss", "t.scss"]
PARTIALS = ["css/_p.scss", "_p.scss", "css/_q.scss"]
PICTURES = ["img/x.png", "img/y.svg"]
NAMES = STYLES + SCRIPTS + SHEETS + PARTIALS + PICTURES

CONFIGS = [
    'sources = ["assets"]\nencodings = []\n',
    'sources = ["assets"]\nencodings = []\nexternal = ["**/*"]\n',
    'sources = ["assets"]\nencodings = ["gzip"]\nminify = false\nsource_maps = "linked"\nexternal = ["**/*"]\n',
    'sources = ["assets"]\nencodings = []\nsource_maps = "hidden"\nbase_url = "/"\nexternal = ["**/*"]\n'
    '[[rules]]\nmatch = "js/*"\nminify = false\n',
]

root_names = st.sampled_from(STYLES + PICTURES)
words = st.integers(0, 3).map(lambda number: f"w{number}")


@st.composite
def contents(draw: st.DrawFn, name: str) -> str:
    """A text for a name, with references to others: some cyclic, some to what is not there."""
    if name in STYLES:
        imports = draw(st.lists(st.sampled_from(STYLES), max_size=2))
        urls = draw(st.lists(st.sampled_from([*PICTURES, *STYLES]), max_size=2))
        lines = [f"@import 'asset:{one}';" for one in imports]
        return "\n".join([*lines, *(f".{draw(words)} {{ b : url(asset:{one}) }}" for one in urls)])
    if name in SCRIPTS:
        imports = draw(st.lists(st.sampled_from(SCRIPTS), max_size=2))
        return "\n".join([*(f"import '/static/{one}';" for one in imports), f"var a = '{draw(words)}' ;"])
    if name in SHEETS:
        partial = draw(st.sampled_from(["", "", "@import 'p';", "@import 'q';"]))
        return f"{partial}\n.{draw(words)} {{ b: {draw(words)} }}"
    return f"/* {draw(words)} */" if name in PARTIALS else draw(words)


def files(minimum: int = 0, maximum: int = 7) -> st.SearchStrategy[dict[str, str | bytes]]:
    chosen = st.lists(st.sampled_from(NAMES), min_size=minimum, max_size=maximum, unique=True)
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries({f"assets/{name}": contents(name) for name in names})
    ).map(dict)


def result(built: Outcome) -> object:
    """What counts of a build: its errors, or the release without what earlier ones left."""
    if built.code != 0:
        return built.code, built.diagnostics
    served = {
        name: built.public[name]
        for entry in built.assets.values()
        for name in [entry["file"], *(one["file"] for one in entry.get("encodings", {}).values())]
    }
    return built.manifest, served, built.diagnostics


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files(3), st.lists(st.tuples(files(0, 3), st.sets(st.sampled_from(NAMES), max_size=2)), max_size=3), st.data())
def test_however_it_is_edited_an_incremental_build_equals_a_clean_one(
    first: dict[str, str | bytes], edits: list[tuple[dict[str, str | bytes], set[str]]], data: st.DataObject
) -> None:
    config = data.draw(st.sampled_from(CONFIGS))
    made = Project(first, config)
    made.build("--jobs", "1")
    for number, (written, deleted) in enumerate(edits):
        for name in deleted:
            (made.root / "assets" / name).unlink(missing_ok=True)
        made.write(written)
        if data.draw(st.booleans()):
            config = data.draw(st.sampled_from(CONFIGS))
            made.write({"assetbuild.toml": config})
        incremental = made.build("--jobs", "2")
        clean = made.build("--jobs", "1", "--no-cache", "--output", f"clean{number}")
        assert result(incremental) == result(clean)
        if incremental.code == 0 and data.draw(st.booleans()):
            lost = data.draw(st.sampled_from(sorted(incremental.public)))
            (incremental.release / "public" / lost).unlink()
        # With everything remembered, and perhaps a file to repair.
        time.sleep(data.draw(st.sampled_from([0, 0.01])))
        assert result(made.build("--jobs", "2")) == result(clean)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files(2), st.sampled_from(CONFIGS))
def test_every_release_is_whole(written: dict[str, str | bytes], config: str) -> None:
    built = Project(written, config).build("--no-cache")
    if built.code == 0:
        assert crawl(built.release, ["*"]).faults == []
        assert not verify(str(built.release)).diagnostics
    else:
        assert built.errors
        assert not built.stderr


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files(2), st.randoms(use_true_random=False))
def test_the_order_in_which_files_were_written_changes_nothing(written: dict[str, str | bytes], random: object) -> None:
    names = list(written)
    random.shuffle(names)  # type: ignore[attr-defined]
    one = Project(written, CONFIGS[1]).build("--no-cache")
    other = Project({name: written[name] for name in names}, CONFIGS[1]).build("--no-cache", "--jobs", "3")
    assert result(one) == result(other)
    assert files_below(one.release) == files_below(other.release)
