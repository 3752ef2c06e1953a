"""A script inside another text: django-pipeline puts each of its packages into a function that is called at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assetbuild.compilers.base import Result, Tools
from assetbuild.dataclass import replace
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content
from assetbuild.references import javascript_lexer

BEFORE: Final = "(function() {\n"
AFTER: Final = "\n}).call(this);\n"


def wrap(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """The script between two texts. Options: `before`, `after`; by default those of a function called at once.

    Refused: ES modules, whose imports cannot stand in a function.
    """
    asset = assets[0]
    data = asset.content.read()
    if javascript_lexer.is_module(data):
        hint = 'leave it out of the bundle and load it with type="module"'
        return Result((), (Diagnostic("an ES module cannot be wrapped in a function", asset.file, hint=hint),))
    before, after = options.get("before", BEFORE), options.get("after", AFTER)
    return Result((replace(asset, content=Content.of(before.encode() + data + after.encode())),))
