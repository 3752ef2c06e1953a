"""`assetbuild verify`."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

from scenario import Project, below_assets, files_below


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


def test_an_archive_is_verified_and_built_again() -> None:
    made = built()
    made.run("build", "--archive", "it.tar.gz")
    whole = made.run("verify", "it.tar.gz")
    assert (whole.code, whole.stderr) == (0, "")
    assert whole.stdout.startswith("verified 2 assets: ")
    again = made.run("verify", "it.tar.gz", "--rebuild")
    assert (again.code, again.stderr) == (0, "")
    assert "built again with the same bytes" in again.stdout
    made.write({"it.tar.gz": (made.root / "it.tar.gz").read_bytes()[:-9]})
    cut = made.run("verify", "it.tar.gz")
    assert cut.code == 1
    assert cut.stderr.startswith("error: it.tar.gz is cut off or damaged")


def test_a_release_that_its_sources_make_is_proved_by_building_it_again() -> None:
    made = built()
    before = files_below(made.root)
    ran = made.run("verify", "--rebuild", "--jobs", "1")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.endswith("nothing wrong, built again with the same bytes\n")
    assert files_below(made.root) == before


def test_each_asset_that_its_sources_do_not_make_is_told() -> None:
    made = built()
    made.write({"assets/css/app.css": "b{}", "assets/new.txt": "1"})
    made.delete("assets/i.png")
    ran = made.run("verify", "--rebuild")
    assert ran.code == 1
    assert "error: css/app.css comes out otherwise: the release has css/app-" in ran.stderr
    assert "error: i.png is in the release, and a new build does not make it" in ran.stderr
    assert "error: new.txt is not in the release, and a new build makes it" in ran.stderr
    assert "3 faults" in ran.stdout


def test_sources_that_do_not_build_are_told_as_by_a_build() -> None:
    made = built()
    made.write({"assets/css/app.css": "a{b:url(nope.png)}"})
    ran = made.run("verify", "--rebuild")
    assert ran.code == 1
    assert "css/app.css:1:9: no asset named 'css/nope.png'" in ran.stderr
    assert made.run("verify").code == 0


def test_variants_and_archives_with_other_bytes_are_told() -> None:
    made = Project({"assets/a.txt": "text " * 500}, 'sources = ["assets"]\nencodings = ["gzip"]\n')
    made.build("--archive", str(made.root / "it.tar.gz"))
    with tarfile.open(made.root / "it.tar.gz") as opened:
        data = io.BytesIO()
        with (
            gzip.GzipFile(fileobj=data, mode="wb", compresslevel=1) as stream,
            tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as written,
        ):
            for member in opened.getmembers():
                written.addfile(member, opened.extractfile(member) if member.isreg() else None)
    made.write({"it.tar.gz": data.getvalue()})
    assert made.run("verify", "it.tar.gz").code == 0
    ran = made.run("verify", "it.tar.gz", "--rebuild")
    assert (ran.code, ran.stderr.count("error")) == (1, 1)
    assert "is not the archive that it gives" in ran.stderr
    variant = next((made.release / "public").glob("*.gz"))
    whole = variant.read_bytes()
    # The time in its header: RFC 1952, 2.3.
    variant.write_bytes(whole[:4] + b"\1\2\3\4" + whole[8:])
    assert made.run("verify").code == 0
    ran = made.run("verify", "--rebuild")
    assert (ran.code, ran.stderr.count("error")) == (1, 1)
    assert ".txt.gz does not have the bytes that a new build makes" in ran.stderr
    made.write({"assetbuild.toml": 'sources = ["assets"]\nencodings = ["br", "gzip"]\n'})
    ran = made.run("verify", "--rebuild")
    assert "a.txt comes out otherwise: another value of encodings in the manifest" in ran.stderr
