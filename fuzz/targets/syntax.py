"""Syntax errors in scripts and style sheets: whatever the bytes, faults with places that are there."""

from __future__ import annotations

from assetbuild import media
from assetbuild.compilers.syntax import faults
from targets import css_finder, javascript_finder

KINDS = (media.CSS, media.JAVASCRIPT)
SEEDS = (
    *(b"0" + seed for seed in css_finder.SEEDS),
    *(b"1" + seed for seed in javascript_finder.SEEDS),
    b"1class A { #a = 1; static { } get b() { return this.#a ** 2 } } let {c = 1, ...d} = e?.f ?? g, h = i => ({})",
)
WORDS = (*css_finder.WORDS, *javascript_finder.WORDS)


def target(data: bytes) -> None:
    kind, text = KINDS[data[0] % 2] if data else media.CSS, data[1:]
    found = faults(kind, text)
    assert found == faults(kind, text)
    for one in found:
        assert one.text
        assert 0 <= one.start <= one.start + one.length <= len(text)
    if kind == media.JAVASCRIPT:
        faults(kind, text, parsed=True)
