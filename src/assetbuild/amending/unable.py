"""The way back from anywhere to the whole build."""

from __future__ import annotations


class UnableToAmendError(Exception):
    """More may follow from an edit than can be told from what the latest build left: all has to be built."""
