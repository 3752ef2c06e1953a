"""The app that brings the tag library `pipeline`."""

from __future__ import annotations

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """INSTALLED_APPS = [… "assetbuild.runtime.django.pipeline"]"""

    name = "assetbuild.runtime.django.pipeline"
    label = "assetbuild_pipeline"
    verbose_name = "assetbuild for templates of django-pipeline"
