"""`assetbuild list` and `assetbuild url`: the release as a template sees it."""

from __future__ import annotations

import json

import pytest

from scenario import Project, below_assets

FILES: dict[str, str | bytes] = {"css/app.css": "a{b:c}", "caf\u00e9 1.txt": "1"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSETBUILD_MANIFEST", raising=False)
    monkeypatch.delenv("ASSETBUILD_BASE_URL", raising=False)


def built() -> Project:
    made = Project(below_assets(FILES))
    made.build()
    return made


def test_list_shows_names_and_files() -> None:
    made = built()
    manifest = json.loads((made.release / "manifest.json").read_text("utf-8"))["assets"]
    assert [line.rpartition("  ")[2].strip() for line in made.run("list").stdout.splitlines()] == [
        manifest[name]["file"] for name in sorted(manifest)
    ]


def test_list_json_has_url_and_integrity() -> None:
    listed = json.loads(built().run("list", "--json").stdout)
    assert sorted(listed) == ["caf\u00e9 1.txt", "css/app.css"]
    assert sorted(listed["css/app.css"]) == ["file", "integrity", "size", "type", "url"]
    assert listed["caf\u00e9 1.txt"]["url"].startswith("/static/caf%C3%A9%201-")


def test_url_prints_what_a_template_would(monkeypatch: pytest.MonkeyPatch) -> None:
    made = built()
    file = json.loads((made.release / "manifest.json").read_text("utf-8"))["assets"]["css/app.css"]["file"]
    assert made.run("url", "css/app.css").stdout == f"/static/{file}\n"
    monkeypatch.setenv("ASSETBUILD_BASE_URL", "https://cdn.example.com/x")
    assert made.run("url", "css/app.css", "css/app.css").stdout == f"https://cdn.example.com/x/{file}\n" * 2


def test_url_names_all_that_are_missing_and_prints_the_others() -> None:
    ran = built().run("url", "css/ap.css", "css/app.css", "nope")
    assert ran.code == 1
    assert ran.stdout.count("\n") == 1
    assert "error: no asset named 'css/ap.css'; did you mean 'css/app.css'?" in ran.stderr
    assert "error: no asset named 'nope'" in ran.stderr


def test_the_manifest_may_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    made, elsewhere = built(), Project({}, None)
    assert elsewhere.run("list").code == 2
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(made.release / "manifest.json"))
    assert elsewhere.run("list").stdout == made.run("list").stdout
    assert elsewhere.run("url", "css/app.css").code == 0


def test_a_configuration_that_is_named_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    made = built()
    monkeypatch.setenv("ASSETBUILD_MANIFEST", "/nowhere")
    assert made.run("list").code == 1
    assert made.run("list", "--config", "assetbuild.toml").code == 0


@pytest.mark.parametrize("words", [["list"], ["list", "--json"], ["url", "css/app.css"]])
def test_without_a_release_there_is_an_error_that_says_what_to_do(words: list[str]) -> None:
    ran = Project(below_assets(FILES)).run(*words)
    assert (ran.code, ran.stdout) == (1, "")
    assert "run `assetbuild build`" in ran.stderr


def test_a_damaged_manifest_is_an_error() -> None:
    made = built()
    made.write({"build/release/manifest.json": "{"})
    ran = made.run("list")
    assert (ran.code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("error: ")


@pytest.mark.parametrize("words", [["list"], ["url", "css/app.css"], ["url", "caf\u00e9 1.txt"]])
def test_a_damaged_entry_is_an_error_whoever_is_asked_for(words: list[str]) -> None:
    made = built()
    text = (made.release / "manifest.json").read_text("utf-8")
    made.write({"build/release/manifest.json": text.replace("sha384-", "sha384-!", 1)})
    ran = made.run(*words)
    assert (ran.code, ran.stdout) == (1, "")
    assert "is damaged: asset 'caf\u00e9 1.txt': 'integrity' must be" in ran.stderr
