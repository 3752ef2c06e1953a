"""Integrity as the manifest has it (W3C Subresource Integrity)."""

from __future__ import annotations

from binascii import b2a_base64


def integrity_of(digest: bytes) -> str:
    """What a SHA-384 digest is written as: "sha384-" and base64."""
    return f"sha384-{b2a_base64(digest, newline=False).decode()}"
