"""Jinja2's sandbox, in which one expression cannot take all memory or time, either."""

from __future__ import annotations

from typing import Any

from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

LARGEST = 10_000_000
"""How many characters, items or bits a product or a power may have."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Refuses products and powers that are larger than any asset: `'a' * 10 ** 10` and `9 ** 9 ** 9`."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """The value of an intercepted operator. Raises OverflowError."""
        if _size(operator, left, right) > LARGEST:
            raise OverflowError(f"what '{operator}' gives would be too large (more than {LARGEST} characters or bits)")
        return super().call_binop(context, operator, left, right)


def _size(operator: str, left: Any, right: Any) -> int:
    """The size of the result, or more."""
    if operator == "**":
        whole = isinstance(left, int) and isinstance(right, int)
        return max(left.bit_length() * right, 0) if whole else 0
    if isinstance(left, int) and isinstance(right, int):
        return left.bit_length() + right.bit_length()
    for sequence, number in ((left, right), (right, left)):
        if isinstance(sequence, (str, bytes, list, tuple)) and isinstance(number, int):
            return len(sequence) * number
    return 0
