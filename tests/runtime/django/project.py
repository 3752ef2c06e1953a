"""A Django project on disk, and commands of it in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from scenario import Files, Project

MANAGE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
SETTINGS = """
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "of the tests"
DEBUG = "DEBUG" in os.environ
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "mysite.urls"
INSTALLED_APPS = ["assetbuild.runtime.django", "django.contrib.staticfiles", "shop"]
if "OURS_LAST" in os.environ:
    INSTALLED_APPS.append(INSTALLED_APPS.pop(0))
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "collected"
STORAGES = {"staticfiles": {
    "BACKEND": "assetbuild.runtime.django.ReleaseStorage",
    "OPTIONS": {"manifest": BASE_DIR / "build/release/manifest.json"},
}}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "assetbuild.runtime.django.ReleaseFinder",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
WSGI_APPLICATION = "mysite.wsgi.application"
"""
URLS = """
from django.shortcuts import render
from django.urls import path
urlpatterns = [path("", lambda request: render(request, "home.html"))]
"""
SERVED = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
from assetbuild.runtime.{kind} import ReleaseMiddleware
from django.conf import settings
from django.core.{kind} import get_{kind}_application
application = ReleaseMiddleware(get_{kind}_application(), settings.BASE_DIR / "build/release", settings.STATIC_URL)
"""
WSGI = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
HOME = """{% load static assetbuild %}<!doctype html>
{% stylesheet_link_tag "shop/app.css" %}
<img src="{% static 'shop/logo.svg' %}#a">
"""
FILES: dict[str, str | bytes] = {
    "manage.py": MANAGE,
    "mysite/__init__.py": "",
    "mysite/settings.py": SETTINGS,
    "mysite/urls.py": URLS,
    "mysite/wsgi.py": WSGI,
    "mysite/served_wsgi.py": SERVED.format(kind="wsgi"),
    "mysite/served_asgi.py": SERVED.format(kind="asgi"),
    "shop/__init__.py": "",
    "shop/templates/home.html": HOME,
    "shop/static/shop/app.css": "a { background: url(logo.svg) }",
    "shop/static/shop/logo.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
}
CONFIG = 'sources = ["shop/static"]\nminify = false\nencodings = ["gzip"]\n'


def django_project(files: Files = {}, config: str = CONFIG) -> Project:  # noqa: B006  read only
    """A project with an app `shop`, not built yet."""
    return Project({**FILES, **files}, config)


def python(
    project: Project, *arguments: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """An interpreter in the project, where warnings are errors."""
    command = [sys.executable, "-W", "error", *arguments]
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command,
        cwd=cwd or project.root,
        env=surroundings(project, environment),
        capture_output=True,
        text=True,
        check=False,
    )
    return done


def manage(
    project: Project, *words: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command of manage.py."""
    return python(project, str(project.root / "manage.py"), *words, cwd=cwd, environment=environment)


def surroundings(project: Project, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which commands of the project run."""
    path = os.pathsep.join([str(project.root), *sys.path])
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **(environment or {})}
