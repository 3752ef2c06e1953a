"""The app that brings the tag library `compress`."""

from __future__ import annotations

from django.apps import AppConfig


class CompressorConfig(AppConfig):
    """INSTALLED_APPS = [… "assetbuild.runtime.django.compressor"]"""

    name = "assetbuild.runtime.django.compressor"
    label = "assetbuild_compressor"
    verbose_name = "assetbuild for templates of django-compressor"
