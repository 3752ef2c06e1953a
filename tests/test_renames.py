"""How many files a change renames, and why each has its new name."""

from __future__ import annotations

from scenario import Project

CHAIN = {
    "assets/main.js": 'import "./middle.js"',
    "assets/middle.js": 'import "./leaf.js"',
    "assets/leaf.js": "export const one = 1",
    "assets/other.js": "export {}",
}


def test_the_summary_says_how_many_files_an_edit_renames() -> None:
    project = Project(CHAIN)
    assert project.build().summary["renamed"] == {"edited": 0, "following": 0}
    project.write({"assets/leaf.js": "export const one = 2"})
    assert project.build().summary["renamed"] == {"edited": 1, "following": 2}
    assert project.build().summary["renamed"] == {"edited": 0, "following": 0}


def test_the_summary_says_so_in_words() -> None:
    project = Project(CHAIN)
    project.build()
    project.write({"assets/leaf.js": "export const one = 2"})
    assert "renamed 1 edited, and 2 for what they refer to" in project.run("build").stdout


def test_explain_says_what_renamed_an_asset() -> None:
    project = Project(CHAIN)
    first = project.build().manifest["release"]
    project.write({"assets/leaf.js": "export const one = 2"})
    project.build()
    since = f"since release {first[:16]}: "
    said = {
        name: project.run("explain", name, "--format", "json").document["summary"]["renamed"]
        for name in ("main.js", "leaf.js", "other.js")
    }
    assert said == {
        "main.js": since + "what it refers to was renamed (middle.js)",
        "leaf.js": since + "its own text was changed",
        "other.js": "not under another name in any release kept",
    }


def test_a_cycle_is_renamed_by_the_member_that_was_edited() -> None:
    project = Project({"assets/a.js": 'import "./b.js"', "assets/b.js": 'import "./a.js"'})
    project.build()
    project.write({"assets/b.js": 'import "./a.js"; export {}'})
    assert project.build().summary["renamed"] == {"edited": 0, "following": 2}


def test_explain_names_the_partials_that_were_read() -> None:
    project = Project({"assets/css/a.scss": '@import "b";', "assets/css/_b.scss": "a { b: c }"})
    for _ in range(2):
        said = project.run("explain", "css/a.css", "--format", "json").document["summary"]
        assert said["also read"] == ["assets/css/_b.scss"]
