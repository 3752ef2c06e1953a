"""Where {% static %} may name what is no asset: in a block of {% compress %}, which looks it up itself."""

from __future__ import annotations

from contextvars import ContextVar

within_block: ContextVar[bool] = ContextVar("within a block of {% compress %}", default=False)
