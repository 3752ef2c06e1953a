from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from assetbuild.commit import commit
from assetbuild.errors import BuildError, ReleaseError
from assetbuild.events import Advanced, Event, Noted, Started
from assetbuild.model import Content
from assetbuild.release.lock import locked
from releasing import build, current, cycle, digest_of, faults, linked, stamps, tree

CSS = {"css/app.css": b"a{color:red}" * 20}
FILE = "public/css/app-" + linked("css/app.css", CSS["css/app.css"]).content.digest[:16] + ".css"


def test_a_release_has_the_manifest_its_copy_and_the_files(tmp_path: Path) -> None:
    done = build(tmp_path / "out", CSS, encodings=["br", "gzip"])
    there = tree(tmp_path / "out")
    assert sorted(there) == sorted(
        ["manifest.json", f"releases/{done.release}.json", "releases/history", FILE, f"{FILE}.br", f"{FILE}.gz"]
    )
    assert there["manifest.json"] == there[f"releases/{done.release}.json"]
    assert json.loads(there["manifest.json"])["release"] == done.release
    assert there[FILE] == CSS["css/app.css"]
    assert (done.written, done.unchanged) == (3, 0)
    assert done.bytes_written == sum(len(there[path]) for path in (FILE, f"{FILE}.br", f"{FILE}.gz"))
    assert faults(tmp_path / "out") == []


def test_the_manifest_leaves_out_what_is_empty_or_false(tmp_path: Path) -> None:
    script = linked("js/a.js", b"import './b.js'", imports=("js/b.js",))
    build(tmp_path, plain={"robots.txt": b"x"}, more=[script, linked("js/b.js", b"")], base_url="/s/")
    manifest = current(tmp_path)
    assert manifest["base_url"] == "/s/"
    assert set(manifest["assets"]["robots.txt"]) == {"file", "type", "size", "integrity"}
    assert manifest["assets"]["js/a.js"] == {
        "file": script.file,
        "type": "text/javascript",
        "size": 15,
        "integrity": script.integrity,
        "imports": ["js/b.js"],
        "immutable": True,
    }


def test_a_private_file_is_named_beside_the_assets_and_changes_no_id(tmp_path: Path) -> None:
    without = build(tmp_path, CSS)
    done = build(tmp_path, CSS, private={"css/app.css.map": b"{}"})
    assert done.release == without.release
    entry = current(tmp_path)["private"]["css/app.css.map"]
    assert tree(tmp_path)["private/" + entry["file"]] == b"{}"
    assert "css/app.css.map" not in current(tmp_path)["assets"]
    assert faults(tmp_path) == []
    build(tmp_path, CSS)
    assert not any(path.startswith("private/") for path in tree(tmp_path))
    assert faults(tmp_path) == []


def test_building_the_same_again_touches_nothing(tmp_path: Path) -> None:
    files = {**CSS, "js/app.js": b"x"}
    build(tmp_path, files, plain={"sw.js": b"1"}, private={"a.map": b"{}"}, encodings=["gzip"])
    before = stamps(tmp_path)
    events: list[Event] = []
    again = build(tmp_path, files, plain={"sw.js": b"1"}, private={"a.map": b"{}"}, encodings=["gzip"])
    assert (again.written, again.unchanged, again.bytes_written) == (0, 7, 0)
    assert stamps(tmp_path) == before
    assert events == []


def test_a_file_of_the_same_bytes_is_left_as_it_is_by_the_next_release(tmp_path: Path) -> None:
    build(tmp_path, CSS)
    before = stamps(tmp_path)[FILE]
    done = build(tmp_path, {**CSS, "js/new.js": b"x"})
    assert (done.written, done.unchanged) == (1, 1)
    assert stamps(tmp_path)[FILE] == before


def test_missing_files_of_the_current_release_are_written_again(tmp_path: Path) -> None:
    build(tmp_path, CSS, plain={"sw.js": b"1"}, encodings=["br"])
    whole = tree(tmp_path)
    for lost in (FILE, "public/sw.js", f"{FILE}.br", "releases/history"):
        (tmp_path / lost).unlink()
    next((tmp_path / "releases").iterdir()).unlink()
    assert build(tmp_path, CSS, plain={"sw.js": b"1"}, encodings=["br"]).written == 3
    assert tree(tmp_path) == whole


def test_every_name_with_other_bytes_is_refused_in_one_message_before_anything_is_written(tmp_path: Path) -> None:
    build(tmp_path, CSS, prehashed={"dist/a-12345678.js": b"one"})
    (tmp_path / FILE).write_bytes(b"edited by hand")
    before = stamps(tmp_path)
    with pytest.raises(ReleaseError) as caught:
        build(tmp_path, {**CSS, "new.js": b"x"}, prehashed={"dist/a-12345678.js": b"two"})
    assert stamps(tmp_path) == before
    texts = [diagnostic.text for diagnostic in caught.value.diagnostics]
    assert len(texts) == 2
    assert any(FILE in text and "there with other bytes" in text for text in texts)
    assert any("dist/a-12345678.js" in text and "promised" in text for text in texts)
    assert all(diagnostic.hint for diagnostic in caught.value.diagnostics)


def test_a_promised_name_is_refused_even_if_its_file_was_removed(tmp_path: Path) -> None:
    build(tmp_path, prehashed={"a-12345678.js": b"one"})
    (tmp_path / "public/a-12345678.js").unlink()
    with pytest.raises(ReleaseError, match="promised"):
        build(tmp_path, prehashed={"a-12345678.js": b"two"})


def test_a_name_promised_by_an_older_release_does_not_become_mutable_with_other_bytes(tmp_path: Path) -> None:
    build(tmp_path, prehashed={"a.js": b"one"})
    build(tmp_path, CSS)
    with pytest.raises(ReleaseError, match="promised"):
        build(tmp_path, plain={"a.js": b"two"})
    build(tmp_path, plain={"a.js": b"one"})
    assert faults(tmp_path) == []


def test_a_mutable_name_may_become_a_fixed_one(tmp_path: Path) -> None:
    build(tmp_path, plain={"a.js": b"one"})
    build(tmp_path, prehashed={"a.js": b"two"})
    assert tree(tmp_path)["public/a.js"] == b"two"
    assert faults(tmp_path) == []


def test_mutable_files_and_their_variants_are_replaced_and_dropped(tmp_path: Path) -> None:
    build(tmp_path, CSS, plain={"sw.js": b"1" * 99, "robots.txt": b"r"}, encodings=["br", "gzip"])
    build(tmp_path, CSS, plain={"sw.js": b"2" * 99}, encodings=["br"])
    there = tree(tmp_path)
    assert there["public/sw.js"] == b"2" * 99
    assert not there.keys() & {"public/sw.js.gz", "public/robots.txt", "public/robots.txt.br"}
    # Fixed files of the release before stay, with their variants.
    assert f"{FILE}.gz" in there
    assert faults(tmp_path) == []


def test_variants_that_no_manifest_names_any_more_are_removed(tmp_path: Path) -> None:
    first = build(tmp_path, CSS, encodings=["br", "gzip"])
    second = build(tmp_path, CSS, encodings=["br"])
    assert first.release == second.release
    assert sorted(path for path in tree(tmp_path) if path.startswith("public/")) == [FILE, f"{FILE}.br"]
    assert faults(tmp_path) == []


def test_a_variant_compressed_otherwise_replaces_the_old_one_in_every_manifest(tmp_path: Path) -> None:
    first = build(tmp_path, CSS, encodings=["br"], level=1)
    build(tmp_path, {**CSS, "b.js": b"b"}, encodings=["br"], level=11)
    kept = json.loads(tree(tmp_path)[f"releases/{first.release}.json"])
    assert kept["assets"]["css/app.css"]["encodings"]["br"]["size"] == len(tree(tmp_path)[f"{FILE}.br"])
    assert kept["release"] == first.release
    assert faults(tmp_path) == []


def test_after_a_rollback_by_hand_the_next_build_drops_mutable_files_of_any_release(tmp_path: Path) -> None:
    first = build(tmp_path, CSS, plain={"sw.js": b"1"})
    build(tmp_path, CSS, plain={"sw.js": b"1", "new.txt": b"n"})
    (tmp_path / "manifest.json").write_bytes((tmp_path / f"releases/{first.release}.json").read_bytes())
    assert faults(tmp_path) == []
    build(tmp_path, CSS, plain={"sw.js": b"3"})
    assert "public/new.txt" not in tree(tmp_path)
    assert faults(tmp_path) == []


def test_a_damaged_former_manifest_is_told_and_replaced(tmp_path: Path) -> None:
    build(tmp_path, CSS)
    whole = tree(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"{")
    events: list[Event] = []
    build(tmp_path, CSS, listener=events.append)
    assert tree(tmp_path) == whole
    notes = [event.diagnostic for event in events if isinstance(event, Noted)]
    assert [note.severity for note in notes] == ["warning"]


def test_if_a_kept_manifest_is_damaged_no_fixed_file_is_removed(tmp_path: Path) -> None:
    first = build(tmp_path, {"old.css": b"old"})
    build(tmp_path, CSS, encodings=["br"])
    (tmp_path / f"releases/{first.release}.json").write_bytes(b"{")
    build(tmp_path, CSS)
    assert f"{FILE}.br" in tree(tmp_path)


def test_two_assets_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = [linked("a.js", b"1", "plain", file="x.js"), linked("b.js", b"2", "plain", file="x.js")]
    with pytest.raises(ReleaseError, match=r"different bytes have the file name public/x\.js"):
        build(tmp_path, more=twice)
    with pytest.raises(ReleaseError, match=r"public/x is an asset's file name and also a directory"):
        build(tmp_path, plain={"x": b"1", "x/y": b"2"})
    with pytest.raises(ReleaseError, match="no name of a file inside a release"):
        build(tmp_path, more=[linked("a.js", b"1", "plain", file="../../a.js")])
    with pytest.raises(ReleaseError, match=r"two assets have the logical path 'a\.js'"):
        build(tmp_path, more=[linked("a.js", b"1"), linked("a.js", b"2")])


def test_two_assets_of_one_name_are_named_with_what_to_do(tmp_path: Path) -> None:
    text = b"Disallow: /\n" * 50
    with pytest.raises(ReleaseError) as caught:
        build(tmp_path, plain={"robots.txt": text, "robots.txt.gz": b"1"}, encodings=["gzip"])
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.text == (
        "two assets with different bytes have the file name public/robots.txt.gz: "
        "'robots.txt' as gzip and 'robots.txt.gz'"
    )
    assert diagnostic.hint == "exclude 'robots.txt.gz', or leave 'gzip' out of `encodings`"
    with pytest.raises(ReleaseError) as caught:
        build(tmp_path, more=[linked("a.js", b"1", "plain", file="x"), linked("b.js", b"2", "plain", file="x")])
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.text.endswith("the file name public/x: 'a.js' and 'b.js'")
    assert diagnostic.hint == "rename or exclude one of them"
    with pytest.raises(ReleaseError) as caught:
        build(tmp_path, plain={"x": b"1", "x/y": b"2"})
    assert [one.hint for one in caught.value.diagnostics] == ["rename one of them"]


@pytest.mark.parametrize("made", ["link", "directory", "fifo"])
def test_what_is_no_file_in_a_files_place_is_refused(tmp_path: Path, made: str) -> None:
    target = tmp_path / "out" / FILE
    target.parent.mkdir(parents=True)
    (tmp_path / "elsewhere.css").write_bytes(CSS["css/app.css"])
    if made == "link":
        target.symlink_to(tmp_path / "elsewhere.css")
    elif made == "directory":
        target.mkdir()
    else:
        os.mkfifo(target)
    with pytest.raises(ReleaseError, match=r"stands where the release needs a file"):
        build(tmp_path / "out", CSS)


def test_a_linked_directory_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out/public").mkdir(parents=True)
    (tmp_path / "out/public/css").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReleaseError, match=r"public/css stands where the release needs a directory"):
        build(tmp_path / "out", CSS)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_linked_staging_directory_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/mine").write_bytes(b"")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.staging").symlink_to(tmp_path / "elsewhere")
    build(tmp_path / "out", CSS)
    assert (tmp_path / "elsewhere/mine").exists()
    assert faults(tmp_path / "out") == []


def test_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        build(tmp_path / "a/out", CSS, plain={"x/sw.js": b""})
    finally:
        os.umask(before)
    for path in (tmp_path / "a/out").rglob("*"):
        if path.name != ".lock":
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
    assert (tmp_path / "a/out").stat().st_mode & 0o777 == 0o755


def test_contents_in_files_are_copied(tmp_path: Path) -> None:
    data = os.urandom(3 << 20)
    source = tmp_path / "big.bin"
    source.write_bytes(data)
    content = Content(Content.of(data).digest, len(data), file=str(source))
    build(tmp_path / "out", more=[linked("big.bin", content)])
    assert tree(tmp_path / "out")["public/" + current(tmp_path / "out")["assets"]["big.bin"]["file"]] == data


def test_a_source_edited_or_removed_meanwhile_is_a_build_error_and_leaves_no_trace(tmp_path: Path) -> None:
    build(tmp_path / "out", CSS)
    before = tree(tmp_path / "out")
    source = tmp_path / "a.bin"
    source.write_bytes(b"one")
    asset = linked("a.bin", Content(Content.of(b"one").digest, 3, file=str(source)))
    source.write_bytes(b"two")
    with pytest.raises(BuildError, match="changed while it was read; build again"):
        build_only(tmp_path / "out", asset)
    source.unlink()
    with pytest.raises(BuildError, match=r"cannot read .*a\.bin: No such file"):
        build_only(tmp_path / "out", asset)
    assert tree(tmp_path / "out") == before
    assert not (tmp_path / "out/.staging").exists()


def build_only(output: Path, asset: object) -> None:
    commit([asset], {}, str(output), "/static/", digest_of, lambda event: None)  # type: ignore[list-item]


def test_a_second_builder_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path, CSS)
    with locked(str(tmp_path)), pytest.raises(ReleaseError, match="another build is writing"):  # noqa: SIM117
        with locked(str(tmp_path), patience=0.1):
            pass


def test_a_second_builder_waits_a_moment(tmp_path: Path) -> None:
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(str(tmp_path)):
            held.set()
            release.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    threading.Timer(0.2, release.set).start()
    build(tmp_path, CSS)
    thread.join()
    assert faults(tmp_path) == []


def test_a_release_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReleaseError, match=r"cannot write .*file: Not a directory"):
        build(tmp_path / "file/out", CSS)
    (tmp_path / "out/manifest.json").mkdir(parents=True)
    with pytest.raises(ReleaseError, match=r"cannot write .*manifest\.json: Is a directory"):
        build(tmp_path / "out", CSS)


def test_events_count_the_files_written_and_the_copy_of_the_manifest(tmp_path: Path) -> None:
    build(tmp_path, CSS)
    events: list[Event] = []
    build(tmp_path, {**CSS, "b.js": b"b"}, plain={"sw.js": b""}, listener=events.append)
    assert events[0] == Started("commit", 3)
    assert sum(event.count for event in events if isinstance(event, Advanced)) == 3


def test_a_listener_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    build(tmp_path, CSS)
    before = tree(tmp_path)

    def stop(event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, {"b.js": b"b"}, listener=stop)
    assert tree(tmp_path) == before


def test_cycles_are_named_by_their_members(tmp_path: Path) -> None:
    build(tmp_path, more=cycle({"a.js": "import './{b.js}'", "b.js": "import './{a.js}'"}))
    assert current(tmp_path)["assets"]["a.js"]["cycle"] == ["a.js", "b.js"]
    assert faults(tmp_path) == []


def test_a_release_without_assets_is_a_release(tmp_path: Path) -> None:
    build(tmp_path / "out")
    assert (tmp_path / "out/public").is_dir()
    assert faults(tmp_path / "out") == []


def test_a_release_made_again_without_a_variant_or_a_private_file_leaves_neither_behind(tmp_path: Path) -> None:
    output = tmp_path / "out"
    text = {"a.css": b"a { b: c }" * 100}
    build(output, text, private={"a.css.map": b"{}"}, encodings=["br"])
    build(output, {**text, "b.css": b"b"})
    build(output, text)
    assert faults(output) == []
    assert sorted(path.suffix for path in output.rglob("*-*") if path.is_file()) == [".css", ".css"]
