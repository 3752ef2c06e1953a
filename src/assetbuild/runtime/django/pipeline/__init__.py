"""django-pipeline's tags, printing from a release: {% load pipeline %} stays as it is in templates.

INSTALLED_APPS = ["assetbuild.runtime.django", "assetbuild.runtime.django.pipeline", …]     # and no "pipeline"

docs/from-django-pipeline.md tells more.
"""
