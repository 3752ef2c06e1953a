"""Numbers of things, as people say them."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """ "1 file", "2 files", "0 files": the number and the noun, which has its plural in "s"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
