"""What django-pipeline itself makes of the packages of a project: `python pipeline_itself.py`, after `collectstatic`.

Prints JSON: for each output file its sources, templates behind the others, and its text. Run with
DJANGO_SETTINGS_MODULE set.
"""

from __future__ import annotations

import json
import os
import sys

import django
from django.conf import settings


def main() -> None:
    django.setup()
    from pipeline.packager import Packager

    found = {}
    for packages in Packager().packages.values():
        for package in packages.values():
            with open(os.path.join(settings.STATIC_ROOT, package.output_filename), encoding="utf-8") as stream:
                text = stream.read()
            found[package.output_filename] = {"files": [*package.paths, *package.templates], "text": text}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
