"""Flask's command without those of other packages: Flask-Assets, where it is installed, has an `assets` as well."""

from __future__ import annotations

import sys

_PROGRAM = """
from importlib import metadata
every = metadata.entry_points
metadata.entry_points = lambda **which: () if which.get("group") == "flask.commands" else every(**which)
from flask.cli import main
main()
"""
FLASK_COMMAND = (sys.executable, "-c", _PROGRAM)
