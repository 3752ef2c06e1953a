"""Steps one after another: what comes with an asset, and where its references were written."""

from __future__ import annotations

from pathlib import Path

from assetbuild.compilers.run import run_steps
from assetbuild.model import Step
from compilers.workbench import Workbench, found_in, names, text_of, texts


def test_a_part_is_its_source_with_the_references_in_it(tmp_path: Path) -> None:
    asset = Workbench(tmp_path, {"x/a.css": "a{b:url(c.png)}"}).read("x/a.css")
    assert (asset.path, asset.file, asset.type) == ("x/a.css", "src/x/a.css", "text/css")
    assert [(one.target, one.origin.file, one.origin.start) for one in asset.references] == [
        ("x/c.png", "src/x/a.css", 8)
    ]


def test_no_step_leaves_the_asset_as_it_is(tmp_path: Path) -> None:
    bench = Workbench(tmp_path, {"a.css": "a { }"})
    assert bench.run("a.css").assets == (bench.read("a.css"),)


def test_a_failed_step_ends_the_run_with_its_problems(tmp_path: Path) -> None:
    run = Workbench(tmp_path, {"a.css.jinja": "{{ x }}"}).run("a.css.jinja", "jinja", "rcssmin")
    assert run.assets == ()
    assert texts(run) == ["'x' is undefined"]


def test_joined_and_minified_references_point_at_their_authors(tmp_path: Path) -> None:
    files = {"v/a.css": "a { b: url(c.png) }", "d.css": "\n\n@import 'v/a.css';\ne { f: url( 'g.png' ) }"}
    bench = Workbench(tmp_path, files)
    joiner = Step("concatenate-css", {"path": "css/all.css", "entries": 1})
    run = run_steps((bench.read("d.css"), bench.read("v/a.css")), (joiner, Step("rcssmin")), bench.tools)
    (asset,) = run.assets
    assert text_of(run) == "a{b:url(../v/c.png)}e{f:url('../g.png')}"
    assert names(asset) == found_in(asset)
    origins = [(one.origin.file, one.origin.start, one.written) for one in asset.references]
    assert origins == [("src/v/a.css", 11, "c.png"), ("src/d.css", files["d.css"].index("g.png"), "g.png")]


def test_templates_minified_keep_the_places_in_the_template(tmp_path: Path) -> None:
    text = "{# c #}\na { b: url( {{ asset_url('d.png') }} ) ; e: url(f.png) }"
    run = Workbench(tmp_path, {"a.css.jinja": text}).run("a.css.jinja", "jinja", "rcssmin")
    assert [one.origin.start for one in run.assets[0].references] == [text.index("d.png"), text.index("f.png")]
    assert run.assets[0].file == "src/a.css.jinja"
