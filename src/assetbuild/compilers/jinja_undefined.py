"""What a template says of a name that stands for nothing; imported only where Jinja2 is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateRuntimeError, UndefinedError
from jinja2.utils import missing


class UndeclaredVariable(UndefinedError):
    """A template uses an environment variable that the configuration does not declare."""


def undefined_type(variables: Mapping[str, str], declared: Collection[str]) -> type[StrictUndefined]:
    """Jinja2's strict undefined value, which knows of `variables`, the template's `env`, why a name is not in it."""

    class Undefined(StrictUndefined):
        __slots__ = ()

        def __init__(
            self,
            hint: str | None = None,
            obj: Any = missing,
            name: str | None = None,
            exc: type[TemplateRuntimeError] = UndefinedError,
        ) -> None:
            if hint is None and obj is variables and isinstance(name, str):
                if name in declared:
                    hint = f"the environment variable '{name}' is not set"
                else:
                    hint, exc = f"no environment variable '{name}' is declared", UndeclaredVariable
            super().__init__(hint, obj, name, exc)

    return Undefined
