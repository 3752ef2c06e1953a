"""Programs and packages that only some tests need: skipped without them, unless skipping is forbidden."""

from __future__ import annotations

import importlib.util
import os
import shutil
from typing import NoReturn

import pytest

INSTALL = {
    "chromium": "apt-get install chromium",
    "nginx": "apt-get install nginx-light",
    "nginx brotli": "apt-get install libnginx-mod-http-brotli-static",
    "node": "apt-get install nodejs",
    "npm": "apt-get install npm",
    "npm packages": "a connection to the npm registry, once",
    "ruby": "apt-get install ruby-sprockets",
    "Sprockets": "apt-get install ruby-sprockets",
    "setpriv": "apt-get install util-linux",
    "strace": "apt-get install strace",
    "packages of webassets' filters": "a connection to the Python package index, once",
    "tree_sitter": "pip install tree-sitter tree-sitter-javascript",
    "tree_sitter_javascript": "pip install tree-sitter tree-sitter-javascript",
}


def need(name: str) -> str:
    """The path of a program (or the name of an installed package); skips the test if there is none.

    With ASSETBUILD_NO_SKIP=1 in the environment the test fails instead.
    """
    found = shutil.which(name)
    if found is None and name.isidentifier() and importlib.util.find_spec(name) is not None:
        found = name
    if found is None:
        do_without(name)
    return found


def do_without(name: str) -> NoReturn:
    """Skips the test for want of `name`, or fails it as `need` does."""
    reason = f"{name} is missing: {INSTALL.get(name, f'install {name}')}"
    if os.environ.get("ASSETBUILD_NO_SKIP") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
