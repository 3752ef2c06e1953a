"""Templates in, what `check_templates` says of them out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from assetbuild.cli.diagnostics import as_text
from assetbuild.templates import Checked, check_templates

NAMES = ("css/app.css", "css/print.css", "img/logo.png", "js/app.js", "js/vendor.js")


def check(
    folder: Path, templates: Mapping[str, str | bytes], names: Collection[str] = NAMES, **options: Any
) -> Checked:
    """The templates, written below `folder` and checked in the order given."""
    for name, content in templates.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return check_templates([str(folder / name) for name in templates], names, str(folder), **options)


def errors(checked: Checked) -> list[str]:
    """The errors as a person reads them."""
    return [as_text(one) for one in checked.diagnostics if one.severity == "error"]


def marked(checked: Checked, severity: str = "error") -> list[str]:
    """What the carets stand under."""
    found = []
    for one in checked.diagnostics:
        if one.severity == severity:
            assert one.source is not None
            assert one.column is not None
            found.append(one.source[one.column - 1 : one.column - 1 + one.length])
    return found
