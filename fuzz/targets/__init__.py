"""The targets, by name. Each is a module with

target(data: bytes) -> None    raises if what is fuzzed breaks its word; the oracle is in it
SEEDS: tuple[bytes, ...]       where to begin
WORDS: tuple[bytes, ...]       what to put in, besides bytes
"""

from __future__ import annotations

import importlib
from types import ModuleType

NAMES = (
    "config",
    "css_finder",
    "javascript_finder",
    "markup_finder",
    "syntax",
    "css_check",
    "javascript_check",
    "manifest",
    "importers",
    "requests",
)


def load(name: str) -> ModuleType:
    """The module of a target."""
    return importlib.import_module(f"targets.{name}")
