"""Other programs at the same work, each in a process of its own: `peers.py NAME SOURCES TARGET`."""

from __future__ import annotations

import os
import sys


def django(source: str, target: str) -> None:
    """collectstatic with ManifestStaticFilesStorage, lenient as to what it does not find."""
    _collect(source, target, "django.contrib.staticfiles.storage", "ManifestStaticFilesStorage")


def whitenoise(source: str, target: str) -> None:
    """collectstatic with WhiteNoise's storage: fingerprints, gzip and brotli."""
    _collect(source, target, "whitenoise.storage", "CompressedManifestStaticFilesStorage")


def webassets(source: str, target: str) -> None:
    """Each sheet and each script as a bundle of its own, minified, but those that are minified already; no others."""
    from webassets import Bundle, Environment

    environment = Environment(source, "/static/", cache=False, manifest=f"json:{target}/manifest.json", debug=False)
    environment.append_path(source)
    for folder, _, names in os.walk(source):
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), source)
            stem, extension = os.path.splitext(path)
            minifier = {".css": "rcssmin", ".js": "rjsmin"}.get(extension)
            if minifier and not stem.endswith(".min"):
                output = os.path.join(target, f"{stem}-%(version)s{extension}")
                environment.register(path, Bundle(path, filters=minifier, output=output))
    for bundle in environment:
        bundle.build(force=not os.path.exists(f"{target}/manifest.json"))


def _collect(source: str, target: str, module: str, storage: str) -> None:
    import django as framework
    from django.conf import settings
    from django.core.management import call_command

    lenient = type("Storage", (getattr(__import__(module, fromlist=[storage]), storage),), {"manifest_strict": False})
    sys.modules["bench_storage"] = module_of = type(sys)("bench_storage")
    module_of.Storage = lenient  # type: ignore[attr-defined]
    settings.configure(
        INSTALLED_APPS=["django.contrib.staticfiles"],
        STATIC_URL="/static/",
        STATIC_ROOT=target,
        STATICFILES_DIRS=[source],
        STORAGES={"staticfiles": {"BACKEND": "bench_storage.Storage"}},
    )
    framework.setup()
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    globals()[sys.argv[1]](os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3]))
