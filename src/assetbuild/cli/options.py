"""Checks of what is written after an option, in words that argparse shows."""

from __future__ import annotations

from argparse import ArgumentTypeError


def at_least_one(text: str) -> int:
    """A whole number from 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        from assetbuild.paths import escaped

        raise ArgumentTypeError(f"must be a whole number of at least 1, not '{escaped(text)}'")
    return number


def filled(text: str) -> str:
    """Any text but none: an empty variable in a script is a mistake, not the current directory."""
    if not text:
        raise ArgumentTypeError("must not be empty")
    return text
