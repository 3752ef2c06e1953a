"""One target under atheris: `one.py NAME`, then libFuzzer's own options and directories."""

from __future__ import annotations

import sys

import atheris

# What is fuzzed tells the fuzzer where it goes; the oracles do not.
with atheris.instrument_imports(include=["assetbuild"]):
    from targets import load

    target = load(sys.argv[1]).target

atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
atheris.Fuzz()
