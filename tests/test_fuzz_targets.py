"""The targets of `make fuzz` hold for what they begin with, cut off anywhere, and for what was once found."""

from __future__ import annotations

from pathlib import Path

import pytest

from targets import NAMES, load

CORPUS = Path(__file__).parent.parent / "fuzz" / "corpus"


@pytest.mark.parametrize("name", NAMES)
def test_a_target_holds_for_its_seeds_cut_off_anywhere(name: str) -> None:
    module = load(name)
    for seed in module.SEEDS:
        for stop in range(0, len(seed) + 1, max(1, len(seed) // 40)):
            module.target(seed[:stop])
        module.target(seed)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_once_found_is_found_no_more(name: str) -> None:
    for file in sorted((CORPUS / name).glob("*")):
        load(name).target(file.read_bytes())
