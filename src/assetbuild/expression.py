"""Regular expressions that are compiled when they are first used.

To compile one takes up to some milliseconds, and most builds use few of those that their modules have. Where a module
is imported only by whoever uses its expressions at once, `re.compile` does as well.
"""

from __future__ import annotations

import re
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["expression", "prepare"]

_ATTRIBUTES = tuple(name for name in dir(re.Pattern) if not name.startswith("_"))


class _Expression:
    """It becomes what it stands for: what is looked up once is an attribute of its own from then on."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self._written: Any = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        if name not in _ATTRIBUTES:
            raise AttributeError(name)
        compiled = re.compile(*self._written)
        for attribute in _ATTRIBUTES:
            setattr(self, attribute, getattr(compiled, attribute))
        return getattr(compiled, name)


def prepare(*modules: ModuleType) -> None:
    """Compiles the expressions of modules, for whoever has the time now and needs them soon."""
    for module in modules:
        for value in vars(module).values():
            if type(value) is _Expression:
                value.pattern  # noqa: B018


if TYPE_CHECKING:
    from re import compile as expression
else:
    expression = _Expression
