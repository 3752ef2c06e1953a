"""django-compressor's tag, printing from a release: {% load compress %} stays as it is in templates.

INSTALLED_APPS = ["assetbuild.runtime.django", "assetbuild.runtime.django.compressor", …]     # and no "compressor"

docs/from-django-compressor.md tells more.
"""
