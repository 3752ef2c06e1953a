"""Django is configured once in a process: here, when the first of these tests runs."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def _configured() -> None:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=["assetbuild.runtime.django", "django.contrib.staticfiles"],
            STATIC_URL="/static/",
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
            SECRET_KEY="of the tests",
            ROOT_URLCONF="runtime.django.site",
        )
        django.setup()
