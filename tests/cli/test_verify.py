"""`assetbuild verify`."""

from __future__ import annotations

from pathlib import Path

from scenario import Project, below_assets


def built() -> Project:
    made = Project(below_assets({"css/app.css": "a{b:url(../i.png)}", "i.png": b"1"}))
    made.build()
    return made


def test_a_sound_release_is_told_in_one_line() -> None:
    ran = built().run("verify")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("verified 2 assets: ")


def test_faults_go_to_standard_error_and_into_the_exit_code() -> None:
    made = built()
    picture = next((made.release / "public").glob("i-*.png"))
    picture.write_bytes(b"2")
    made.write({"build/release/public/extra.txt": "1"})
    ran = made.run("verify")
    assert ran.code == 1
    assert ran.stderr.count("error: ") >= 2
    assert "extra.txt" in ran.stderr
    assert picture.name in ran.stderr
    document = made.run("verify", "--format", "json").document
    assert document["exit"] == 1
    assert document["summary"]["faults"] == len(document["diagnostics"])


def test_a_release_may_be_named_and_needs_no_configuration(tmp_path: Path) -> None:
    made = built()
    assert Project({}, None).run("verify", str(made.release)).code == 0
    assert made.run("verify", "build/release").code == 0


def test_no_release_is_an_error() -> None:
    ran = Project().run("verify", "nowhere")
    assert ran.code == 1
    assert "no release in nowhere" in ran.stderr
