"""What django-compressor itself makes of pages: `python compressor_itself.py URL…` in a project.

Prints JSON: for each URL the page, and of each group of its blocks, in order, the kind, the files (null for what stands
in the template), and the text. Run with DJANGO_SETTINGS_MODULE set, after `collectstatic`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django
from django.conf import settings

settings.COMPRESS_OFFLINE = False
# The URLs as they are, without the hash that it puts behind them.
settings.COMPRESS_CSS_HASHING_METHOD = None
settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
settings.COMPRESSORS = {"css": "compressor_itself.RecordingCss", "js": "compressor_itself.RecordingJs"}
if __name__ == "__main__":
    # The compressors below are looked up by the module's name.
    sys.modules["compressor_itself"] = sys.modules["__main__"]
    django.setup()

from compressor.css import CssCompressor  # noqa: E402
from compressor.js import JsCompressor  # noqa: E402
from django.test import Client  # noqa: E402

groups: list[dict[str, Any]] = []


class _Recording:
    def handle_output(self, mode: str, content: str, forced: bool, basename: str | None = None) -> Any:
        files = [name for _, _, name, _ in self.split_content]  # type: ignore[attr-defined]
        groups.append({"kind": self.resource_kind, "mode": mode, "files": files, "text": content})  # type: ignore[attr-defined]
        return super().handle_output(mode, content, forced, basename)  # type: ignore[misc]


class RecordingCss(_Recording, CssCompressor):  # type: ignore[misc]
    pass


class RecordingJs(_Recording, JsCompressor):  # type: ignore[misc]
    pass


def main() -> None:
    found = {}
    for url in sys.argv[1:]:
        groups.clear()
        page = Client().get(url).content.decode()
        found[url] = {"page": page, "groups": list(groups)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
