"""What a terminal obeys comes out of no command, whoever chose the name or wrote the line that is shown."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import unicodedata
from pathlib import Path

import pytest

from scenario import Project, below_assets

pytestmark = pytest.mark.skipif(os.name == "nt", reason="made of names that Windows does not have")

CLEAR = "\x1b[2J\x1b]0;title\x07"
TURNED = "\u202egnp.exe\u2066"
OBEYED = ("Cc", "Cf", "Cs", "Zl", "Zp")
FORMATS = ("text", "json", "github")


def run(project: Project, *words: str) -> str:
    """Everything that the command says."""
    ran = project.run(*words)
    return unobeyed(ran.stdout + ran.stderr, words)


def unobeyed(said: str, words: tuple[str, ...]) -> str:
    obeyed = {character for character in said if unicodedata.category(character) in OBEYED} - {"\n"}
    assert not obeyed, (words, said)
    return said


def hostile() -> Project:
    """Names and lines that would do something, in a project that builds."""
    files = {
        f"a{CLEAR}.css": "a{}",
        f"b{CLEAR}/c.css": "a{}",
        f"{TURNED}.css": "a{b:c}",
        f"d{TURNED}/e.js": "let a = 1",
        "f.css": f"/* {CLEAR}{TURNED} */ a{{b:c;;}}\n",
        "g.js": f"let a = '{TURNED}' ' {CLEAR}",
        f"h{TURNED}.json": "{" + CLEAR,
        f"i{TURNED}.scss": f"@warn '{CLEAR}{TURNED}'; a{{b:c}}",
    }
    project = Project(below_assets(files), 'sources = ["assets"]\nsyntax = "warn"\n')
    os.symlink(f"nowhere{CLEAR}{TURNED}", project.root / "assets" / f"link{CLEAR}")
    os.symlink(f"/{TURNED}", project.root / "assets" / f"out{TURNED}")
    return project


def test_what_a_build_writes_to_its_own_streams() -> None:
    command = [sys.executable, "-X", "utf8", "-m", "assetbuild", "build", "-v", "--no-cache"]
    ran = subprocess.run(command, cwd=hostile().root, capture_output=True, check=False)
    assert "u202egnp.exe" in unobeyed((ran.stdout + ran.stderr).decode(), tuple(command))


def test_what_a_build_and_all_that_look_at_its_release_say() -> None:
    project = hostile()
    for form in FORMATS:
        said = run(project, "build", "-v", "--no-cache", "--format", form)
        # They are named all the same, as escapes.
        assert "u202egnp.exe" in said
        assert "1b[2J" in said
    run(project, "build", "-v", "--archive", f"x{CLEAR}{TURNED}.tar.gz")
    name = f"{TURNED}.css"
    for words in (["list"], ["list", "--json"], ["url", name], ["explain", name], ["explain", f"{CLEAR}{TURNED}"]):
        run(project, *words)
    run(project, "url", f"{CLEAR}{TURNED}")
    (project.release / f"public/extra{CLEAR}{TURNED}").write_bytes(b"")
    (project.release / f"public/dir{CLEAR}{TURNED}").mkdir()
    os.symlink(f"{CLEAR}{TURNED}", project.release / f"public/link{CLEAR}{TURNED}")
    (project.release / os.fsdecode(b"public/bytes\xff\x9b")).write_bytes(b"")
    for form in FORMATS[:2]:
        run(project, "verify", "-v", "--format", form)
        run(project, "verify", "-v", "--format", form, f"x{CLEAR}{TURNED}.tar.gz")
        run(project, "verify", "-v", "--format", form, f"nowhere{CLEAR}{TURNED}")
        run(project, "clean", "-v", "--format", form)


BROKEN = {
    "a reference": {"a.css": f'a{{b:url("x{CLEAR}{TURNED}.png")}}/*{CLEAR}*/'},
    "an import": {"a.js": f"import '{TURNED}./{CLEAR}x.js' // {CLEAR}"},
    "a style sheet of Sass": {"a.scss": f"a {{ b: $nothing; }} /* {CLEAR}{TURNED} */"},
    "an import of Sass": {"a.scss": f'@import "x{TURNED}";'},
    "a template": {f"a{TURNED}.css.jinja": f"{{{{ 1 / 0 }}}} {CLEAR}"},
    "a template's words": {"a.css.jinja": f"{{{{ env['{TURNED}\\x1b[2J'] }}}}"},
    "a template that includes": {"a.css.jinja": f"{{% include '{TURNED}' %}} {CLEAR}"},
    "a page": {"a.html": f"<img src='{TURNED}.png'> {CLEAR}"},
    "names that differ in case": {f"A{TURNED}.css": "", f"a{TURNED}.css": ""},
    "bytes": {"a.scss": b"a{b:c}\x9b\xff\x1b[2J"},
}


@pytest.mark.parametrize("files", BROKEN.values(), ids=BROKEN)
def test_what_a_build_that_fails_says(files: dict[str, str | bytes]) -> None:
    project = Project(below_assets(files))
    for form in FORMATS:
        run(project, "build", "-v", "--format", form)
    run(project, "explain", next(iter(files)).removesuffix(".jinja"))


CONFIGS = {
    "a key": f'"x\\u001b[2J{TURNED}" = 1\n',
    "a value": f'sources = ["\\u001b[2J{TURNED}"]\n',
    "a comment": f"sources = [ # {TURNED}\n",
    "a bundle": f'sources = ["assets"]\n[bundles."\\u001b[2J{TURNED}.js"]\ncontents = ["\\u001b{TURNED}*"]\n',
    "an output": f'sources = ["assets"]\noutput = "assetbuild.toml/\\u001b{TURNED}"\n',
    "a package": f'sources = [{{package = "\\u001b{TURNED}"}}]\n',
    "a context": f'sources = ["assets"]\nenv = ["\\u001b{TURNED}"]\n',
    "control characters": f"sources = ['{CLEAR}']\n",
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_what_is_said_of_a_configuration(config: str) -> None:
    project = Project({}, config)
    for form in FORMATS:
        run(project, "build", "--format", form)
    run(project, "build", "--config", f"{CLEAR}{TURNED}")
    run(project, "build", "--cache", f"{CLEAR}{TURNED}://x")
    run(project, "list")


def test_what_is_said_of_templates() -> None:
    project = Project(below_assets({"a.css": ""}))
    project.build()
    text = f"{{{{ asset_url('{TURNED}{CLEAR}.css') }}}} {CLEAR}\n{{{{ asset_url(x) }}}} {TURNED}\n{{% x"
    project.write({f"templates/t{CLEAR}{TURNED}.html": text})
    for form in FORMATS:
        run(project, "check", "-v", "--format", form, "templates")
        run(project, "check", "-v", "--format", form, f"{CLEAR}{TURNED}")


@pytest.mark.parametrize(
    ("system", "text"),
    [
        ("jammit", f"javascripts:\n  'a{TURNED}':\n    - 'x{TURNED}.js'\n  \"\\e[2J\": 1\n\"\\e[2J\": 2\n"),
        ("jammit", f"javascripts: [{CLEAR}"),
        ("asset_packager", f'javascripts:\n- "\\e[2J{TURNED}": [x]\n'),
        ("django-assetpackager", f'[{{"model": "\\u001b[2J{TURNED}", "pk": 1, "fields": {{}}}}, {{"x": 1}}]'),
        ("importmap", f'pin "{TURNED}", to: "{CLEAR}"\n{CLEAR}\n'),
        ("sprockets", f"//= link {TURNED}{CLEAR}.js\n//= \x1b[2J\n"),
        ("propshaft", f"Rails.application.config.{TURNED} = 1 # {CLEAR}\n"),
    ],
)
def test_what_is_said_of_an_old_configuration(system: str, text: str) -> None:
    project = Project({f"old{TURNED}": text}, None)
    for form in FORMATS[:2]:
        run(project, "import", system, f"old{TURNED}", "-v", "--format", form)
        run(project, "import", system, f"old{TURNED}", "-v", "--dry-run", "--format", form)
        run(project, "import", system, f"nowhere{CLEAR}{TURNED}", "--format", form)


def test_what_is_said_of_an_archive(tmp_path: Path) -> None:
    project = Project()
    with tarfile.open(project.root / "a.tar.gz", "w:gz") as archive:
        for name in (f"{CLEAR}{TURNED}", f"../{CLEAR}", f"/{TURNED}", f"public/{CLEAR}{TURNED}"):
            member = tarfile.TarInfo(name)
            archive.addfile(member, io.BytesIO())
        link = tarfile.TarInfo(f"link{TURNED}")
        link.type, link.linkname = tarfile.SYMTYPE, f"{CLEAR}{TURNED}"
        archive.addfile(link)
    run(project, "verify", "a.tar.gz")


def test_what_is_said_of_a_manifest_from_elsewhere() -> None:
    project = Project()
    entry = '{"file": "a\\u001b[2J", "type": "text/css", "size": 1, "integrity": "sha384-x"}'
    for manifest in (
        f'{{"schema": "\\u001b[2J{TURNED}"}}',
        f'{{"schema": 1, "assets": {{"\\u001b[2J{TURNED}": {entry}}}, "base_url": "/\\u001b/", "release": "x"}}',
        f'{{"schema": 1, "assets": {{"{TURNED}": {entry}}}, "base_url": "/", "release": "{"0" * 64}"}}',
        f"{{{CLEAR}",
    ):
        project.write({"build/release/manifest.json": manifest, f"build/release/releases/{'0' * 64}.json": manifest})
        for words in (["verify"], ["list"], ["list", "--json"], ["url", TURNED], ["clean"], ["build"]):
            run(project, *words)


def test_a_project_that_init_finds() -> None:
    project = Project({f"assets{TURNED}/a.css": "", f"app{CLEAR}/static/a.css": ""}, None)
    run(project, "init", "--format", "json")
    run(project, "init")


def test_a_command_line_that_is_not_understood() -> None:
    project = Project(below_assets({"a.css": ""}))
    for words in (["clean", "--keep", TURNED], ["build", "--jobs", CLEAR], ["build", "--format", CLEAR], [TURNED]):
        command = [sys.executable, "-X", "utf8", "-m", "assetbuild", *words]
        ran = subprocess.run(command, cwd=project.root, capture_output=True, check=False)
        assert ran.returncode == 2
        unobeyed((ran.stdout + ran.stderr).decode(), tuple(words))
