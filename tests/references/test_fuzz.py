"""Pieces of real files, shuffled and mixed with noise: no finder fails, takes too long, or alters what it keeps."""

from __future__ import annotations

import importlib.util
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetbuild.references import css, javascript
from references.css_soups import soups
from references.test_javascript import SOUP

LANGUAGES = {".css": css, ".js": javascript}
NOISE = {".css": soups, ".js": SOUP}


@cache
def samples(suffix: str) -> list[bytes]:
    """Files of Django's admin, and a line with every kind of reference."""
    spec = importlib.util.find_spec("django.contrib.admin")
    assert spec is not None
    assert spec.origin is not None
    found = [file.read_bytes() for file in sorted((Path(spec.origin).parent / "static").rglob(f"*{suffix}"))]
    every = {
        ".css": b"@import 'a.css';@import url(b.css) x;c{d:url(e.png);f:image-set('g' 1x)}/*# sourceMappingURL=h */",
        ".js": b"import a from './b.js';import('c.js');new URL('d',import.meta.url);'asset:f'\n//# sourceMappingURL=g",
    }
    return [*found, every[suffix]]


@st.composite
def mixtures(draw: st.DrawFn, suffix: str) -> bytes:
    """Some slices of sample files with noise between them."""
    parts: list[bytes] = []
    for _ in range(draw(st.integers(1, 4))):
        sample = draw(st.sampled_from(samples(suffix)))
        start = draw(st.integers(0, len(sample)))
        parts += [sample[start : start + draw(st.integers(0, 2000))], draw(NOISE[suffix])]
    return b"".join(parts)


@pytest.mark.long
@pytest.mark.parametrize("suffix", sorted(LANGUAGES))
def test_a_finder_reads_any_mixture_in_time_and_rewriting_what_it_found_changes_no_byte(suffix: str) -> None:
    language = LANGUAGES[suffix]

    @settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mixtures(suffix))
    def holds(data: bytes) -> None:
        before = time.process_time()
        # The word of a computed import is told, and never written.
        references = [each for each in language.find(data) if each.kind != "computed"]
        assert time.process_time() - before < 1
        assert language.may_refer(data) or not references
        text, stop = b"", 0
        for found in references:
            assert stop <= found.start <= found.stop <= len(data)
            text += data[stop : found.start] + language.write(data, found.start, found.stop, found.written)
            stop = found.stop
        assert text + data[stop:] == data

    holds()
