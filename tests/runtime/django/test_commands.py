"""manage.py assetbuild, the start without a release, and collectstatic in a project, as a user runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.django.project import django_project, manage, python
from scenario import files_below

START = ["-c", "import mysite.wsgi"]


def test_manage_py_assetbuild_builds_before_there_is_a_release_and_exits_with_the_truth(tmp_path: Path) -> None:
    project = django_project()
    manifest = project.release / "manifest.json"
    assert manage(project, "assetbuild", "verify").returncode == 1
    done = manage(project, "assetbuild", "build")
    assert (done.returncode, done.stderr) == (0, "")
    assert manifest.exists()
    options = ["--settings=mysite.settings", "--pythonpath", str(project.root), "list", "--json"]
    assert "shop/app.css" in manage(project, "assetbuild", *options).stdout
    project.write({"shop/static/shop/app.css": "a{b:url(none.png)}"})
    failed = manage(project, "assetbuild", "build", "-q")
    assert failed.returncode == 1
    assert "no asset named 'shop/none.png'" in failed.stderr
    assert manage(project, "assetbuild", "bild").returncode == 2
    assert manage(project, "assetbuild", "build", "--help").stdout.startswith("usage: assetbuild build")


def test_elsewhere_the_configuration_is_found_above_base_dir_or_above_the_settings(tmp_path: Path) -> None:
    project = django_project()
    done = manage(project, "assetbuild", "build", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (project.release / "manifest.json").unlink()
    settings = (project.root / "mysite/settings.py").read_text("utf-8").replace("BASE_DIR", "HERE")
    project.write({"mysite/settings.py": settings})
    done = manage(project, "assetbuild", "build", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (project.release / "manifest.json").exists()
    assert manage(project, "assetbuild", "build", "--config", "none.toml", cwd=tmp_path).returncode == 2


def test_call_command_runs_it_too_and_raises_what_failed() -> None:
    project = django_project()
    code = """
import django, sys
django.setup()
from django.core.management import CommandError, call_command
call_command("assetbuild", "build", "-q")
try:
    call_command("assetbuild", "build", "-q", "--output", "shop/static/x")
except CommandError as error:
    sys.exit(f"{error.returncode}: {error}")
"""
    done = python(project, "-c", code, environment={"DJANGO_SETTINGS_MODULE": "mysite.settings"})
    assert done.stderr.splitlines()[-1] == "2: assetbuild build -q --output shop/static/x failed"
    assert (project.release / "manifest.json").exists()


def test_a_build_that_changes_nothing_satisfies_the_check_of_stale_releases() -> None:
    project = django_project()
    project.build()
    source, manifest = project.root / "shop/static/shop/app.css", project.release / "manifest.json"
    import os

    os.utime(manifest, (1, 1))
    os.utime(source, (2, 2))
    assert "assetbuild.W001" in manage(project, "check").stderr
    assert manage(project, "assetbuild", "build", "-q").returncode == 0
    assert "assetbuild.W001" not in manage(project, "check").stderr


def test_a_deployed_application_without_a_release_says_so_at_its_start_with_the_command_to_run() -> None:
    project = django_project()
    started = python(project, *START)
    assert started.returncode == 0
    assert started.stderr.startswith("no manifest at ")
    assert "run `assetbuild build`" in started.stderr
    checked = manage(project, "check")
    assert checked.returncode == 1
    assert "(assetbuild.E001)" in checked.stderr
    project.build()
    assert python(project, *START).stderr == ""
    (project.release / "manifest.json").write_text('{"schema": 1')
    assert "cut off or damaged" in python(project, *START).stderr


@pytest.mark.parametrize("order", ["OURS_FIRST", "OURS_LAST"])
def test_collectstatic_copies_the_release_whatever_the_order_of_the_apps(order: str) -> None:
    project = django_project()
    built = project.build()
    done = manage(project, "collectstatic", "--noinput", environment={order: "1"})
    assert done.returncode == 0, done.stderr
    assert files_below(project.root / "collected") == built.public
    assert "post-processed" not in done.stdout
    linked = manage(project, "collectstatic", "--noinput", "--link", "--clear", environment={order: "1"})
    assert linked.returncode == 0, linked.stderr
    assert files_below(project.root / "collected") == built.public
