"""A whole project with the admin, a database and a form with media of its own: what its pages refer to is served."""

from __future__ import annotations

import json

import pytest

from runtime.django.project import SETTINGS, django_project, python
from scenario import Outcome, Project

CONFIG = """
sources = ["shop/static", {package = "django.contrib.admin", path = "static"}]
minify = false
encodings = []
"""
MORE_SETTINGS = """
INSTALLED_APPS += [f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions", "messages")]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES[0]["OPTIONS"] = {"context_processors": [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]}
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = True
"""
MODELS = """
from django.db import models
class Item(models.Model):
    name = models.CharField(max_length=20)
    sold = models.DateTimeField(null=True, blank=True)
    like = models.ManyToManyField("self", blank=True)
"""
ADMIN = """
from django import forms
from django.contrib import admin
from shop.models import Item
class Form(forms.ModelForm):
    class Media:
        css = {"all": ["shop/form.css"]}
        js = ["shop/form.js"]
@admin.register(Item)
class ItemAdmin(admin.ModelAdmin):
    form = Form
    list_display = ["name", "sold"]
    list_filter = ["sold"]
    search_fields = ["name"]
    date_hierarchy = "sold"
    filter_horizontal = ["like"]
"""
URLS = """
from django.contrib import admin
from django.urls import path
urlpatterns = [path("admin/", admin.site.urls)]
"""
VISIT = """
import json, re
from mysite.served_wsgi import application
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from shop.models import Item
item = Item.objects.create(name="Lamp", sold=timezone.now())
client = Client()
pages = {"login": client.get("/admin/login/")}
client.force_login(User.objects.create_superuser("someone"))
for name, path in (("list", ""), ("add", "add/"), ("change", f"{item.pk}/change/"), ("delete", f"{item.pk}/delete/")):
    pages[name] = client.get("/admin/shop/item/" + path)
def status(path):
    told = []
    environ = {"PATH_INFO": path, "SCRIPT_NAME": "", "REQUEST_METHOD": "GET", "wsgi.url_scheme": "http",
               "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    list(application(environ, lambda status, headers: told.append(int(status[:3]))))
    return told[0]
links = {name: re.findall(r'(?:href|src)="(/static/[^"]*)"', page.text) for name, page in pages.items()}
import sys
ours = [name for name in sys.modules if name.startswith("assetbuild.") and not name.startswith("assetbuild.runtime")]
print(json.dumps({
    "build side": ours,
    "pages": {name: page.status_code for name, page in pages.items()},
    "links": links,
    "served": {link: status(link) for found in links.values() for link in found},
}))
"""


@pytest.fixture(scope="module")
def project() -> Project:
    files = {
        "mysite/settings.py": SETTINGS + MORE_SETTINGS,
        "mysite/urls.py": URLS,
        "shop/models.py": MODELS,
        "shop/admin.py": ADMIN,
        "shop/static/shop/form.css": "a {}",
        "shop/static/shop/form.js": "f()",
    }
    return django_project(files, CONFIG)


@pytest.fixture(scope="module")
def built(project: Project) -> Outcome:
    return project.build()


def test_every_static_url_in_the_pages_of_the_admin_is_in_the_release_and_served(
    project: Project, built: Outcome
) -> None:
    done = python(project, "-c", VISIT)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["build side"] == []
    assert set(told["pages"].values()) == {200}, told["pages"]
    assert all(len(links) >= 3 for links in told["links"].values()), told["links"]
    published = {f"/static/{entry['file']}" for entry in built.assets.values()}
    assert told["served"].keys() <= published
    assert set(told["served"].values()) == {200}
    for name in ("shop/form.css", "shop/form.js", "admin/js/SelectFilter2.js", "admin/css/forms.css"):
        assert f"/static/{built.file(name)}" in told["links"]["change"], name
