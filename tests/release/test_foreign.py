"""Manifests in the formats of other tools, read by these tools."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import textwrap
from pathlib import Path

import pytest

from assetbuild.verify import verify
from crawler import crawl
from scenario import CONFIG, Outcome, Project, below_assets, build_files

FILES: dict[str, str | bytes] = {
    "js/app.js": "import './lib.js'; import('./more.js')",
    "js/lib.js": "",
    "js/more.js": "",
    "css/app.css": "@import 'base.css'; a{b:url(../img/ü.png)}",
    "css/base.css": "",
    "img/ü.png": b"png",
    "robots.txt": "",
}
ALL = CONFIG + 'manifests = ["django", "vite", "flat"]\n'
NAMES = {"staticfiles.json", "flat.json", ".vite/manifest.json"}


def in_django(settings: str, script: str) -> str:
    """What a program prints in a process of its own: Django is configured once in a process."""
    program = f"import django\nfrom django.conf import settings\n{settings}\ndjango.setup()\n{textwrap.dedent(script)}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def standing(release: Path) -> set[str]:
    return {name for name in NAMES if (release / name).exists()}


def read(built: Outcome, name: str) -> dict[str, object]:
    document: dict[str, object] = json.loads((built.release / name).read_bytes())
    return document


def test_djangos_own_storage_finds_every_asset_in_staticfiles_json() -> None:
    built = build_files(FILES, ALL)
    settings = f"""
from django.core.files.storage import FileSystemStorage
settings.configure(STATIC_URL="/static/", INSTALLED_APPS=["django.contrib.staticfiles"], STORAGES={{"staticfiles": {{
    "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    "OPTIONS": {{
        "location": {str(built.release / "public")!r},
        "manifest_storage": FileSystemStorage(location={str(built.release)!r}),
    }},
}}}})"""
    script = """
    import json
    from django.contrib.staticfiles.storage import staticfiles_storage as storage
    made, own = storage.manifest_hash, storage.file_hash
    from django.core.files.base import ContentFile
    print(json.dumps({
        "urls": {name: storage.url(name) for name in storage.hashed_files},
        "stored": {name: storage.stored_name(name) for name in storage.hashed_files},
        "hash": [made, own(None, ContentFile(json.dumps(sorted(storage.hashed_files.items())).encode()))],
    }))
    """
    told = json.loads(in_django(settings, script))
    assert told["stored"] == {name: built.file(name) for name in built.assets}
    assert told["urls"]["js/app.js"] == f"/static/{built.file('js/app.js')}"
    assert told["hash"][0] == told["hash"][1]


def test_django_vite_prints_the_tags_of_entries() -> None:
    built = build_files(FILES, ALL)
    settings = f"""
apps = ["django.contrib.staticfiles", "django_vite"]
settings.configure(STATIC_URL="/static/", INSTALLED_APPS=apps, DJANGO_VITE={{"default": {{
    "manifest_path": {str(built.release / ".vite" / "manifest.json")!r},
}}}}, TEMPLATES=[{{"BACKEND": "django.template.backends.django.DjangoTemplates"}}])"""
    script = """
    from django.core.checks import run_checks
    from django.template import engines
    source = "{% load django_vite %}{% vite_asset 'js/app.js' %}|{% vite_asset_url 'img/ü.png' %}"
    print(run_checks(), engines["django"].from_string(source).render())
    """
    told = in_django(settings, script)
    assert told.startswith("[] ")
    assert f'src="/static/{built.file("js/app.js")}"' in told
    assert built.file("img/ü.png").partition("-")[2] in told


def test_vites_manifest_names_chunks_by_key_and_other_files_by_name() -> None:
    built = build_files(FILES, ALL)
    manifest = read(built, ".vite/manifest.json")
    assert manifest["js/app.js"] == {
        "file": built.file("js/app.js"),
        "src": "js/app.js",
        "isEntry": True,
        "imports": ["js/lib.js"],
        "dynamicImports": ["js/more.js"],
    }
    assert manifest["css/app.css"] == {
        "file": built.file("css/app.css"),
        "src": "css/app.css",
        "isEntry": True,
        "assets": [built.file("img/ü.png")],
    }


def test_the_flat_map_gives_each_path_its_file() -> None:
    built = build_files(FILES, ALL)
    assert read(built, "flat.json") == {name: entry["file"] for name, entry in built.assets.items()}


def test_they_are_no_part_of_the_releases_id_and_verify_proves_them() -> None:
    built = build_files(FILES, ALL)
    assert built.manifest["release"] == build_files(FILES).manifest["release"]
    assert verify(str(built.release)).diagnostics == ()
    assert crawl(built.release).faults == []
    (built.release / "flat.json").write_text("{}\n")
    assert any("flat.json" in one.text for one in verify(str(built.release)).diagnostics)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_one_that_is_lost_or_damaged_is_made_again(name: str) -> None:
    project = Project(below_assets(FILES), ALL)
    before = (project.build().release / name).read_bytes()
    (project.release / name).write_text("[]")
    assert (project.build().release / name).read_bytes() == before
    (project.release / name).unlink()
    assert (project.build().release / name).read_bytes() == before


def test_formats_come_and_go_with_the_configuration_and_leave_nothing() -> None:
    project = Project(below_assets(FILES), CONFIG)
    assert standing(project.build().release) == set()
    project.write({"assetbuild.toml": ALL})
    assert standing(project.build().release) == NAMES
    project.write({"assetbuild.toml": CONFIG + 'manifests = ["flat"]\n'})
    assert standing(project.build().release) == {"flat.json"}
    assert not (project.release / ".vite").exists()
    project.write({"assetbuild.toml": CONFIG, "assets/robots.txt": "new"})
    assert standing(project.build().release) == set()
    assert verify(str(project.release)).diagnostics == ()


def test_they_follow_the_current_release_and_go_into_archives() -> None:
    project = Project(below_assets(FILES), ALL)
    project.build()
    project.write({"assets/js/lib.js": "1"})
    built = project.build("--archive", "release.tar.gz")
    assert read(built, "flat.json")["js/lib.js"] == built.file("js/lib.js")
    with tarfile.open(project.root / "release.tar.gz") as archive:
        assert set(archive.getnames()) >= NAMES
    assert project.run("clean", "--keep", "1").code == 0
    assert standing(built.release) == NAMES
    assert verify(str(built.release)).diagnostics == ()


def test_a_manifest_that_names_other_files_there_is_damaged() -> None:
    built = build_files(FILES, ALL)
    document = json.loads((built.release / "manifest.json").read_bytes())
    document["manifests"]["flat"]["file"] = "../../secret"
    (built.release / "manifest.json").write_text(json.dumps(document))
    assert any("damaged" in one.text for one in verify(str(built.release)).diagnostics)
