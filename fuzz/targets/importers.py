"""Other systems' configurations: what comes of any file is a configuration in TOML, or a list of what is wrong."""

from __future__ import annotations

import os
import tempfile
import tomllib

from assetbuild.errors import UsageError
from assetbuild.importers import SYSTEMS, load
from assetbuild.importers.project import Project
from assetbuild.importers.writer import write
from importers.old_projects import FIXTURES
from targets.telling import check_told

ORDER = sorted(SYSTEMS)
HOME = tempfile.TemporaryDirectory(prefix="assetbuild-fuzz-")


def _seed(system: str, name: str, file: str) -> bytes:
    with open(os.path.join(FIXTURES, name, file), "rb") as stream:
        return bytes([ORDER.index(system)]) + stream.read()


SEEDS = (
    _seed("jammit", "jammit", "config/assets.yml"),
    _seed("asset_packager", "asset_packager", "config/asset_packages.yml"),
    _seed("django-assetpackager", "django-assetpackager", "dumpdata.json"),
    bytes([ORDER.index("sprockets")])
    + b"//= link_tree ../images\n//= link_directory ../javascripts .js\n//= require a\n",
    bytes([ORDER.index("propshaft")])
    + b'Rails.application.config.assets.paths << Rails.root.join("x")\nconfig.x = %w[a b]\n',
    bytes([ORDER.index("importmap")]) + b'pin "a", to: "b.js", preload: true\npin_all_from "app/x", under: "y"\n',
)
WORDS = tuple(
    b"- |: |&a |*a|<<: |!!set |!ruby/object:X |\n  |{|}|[|]|'|\"|%|~|null|true|../|/|**|*.js|{a,b}|<%= |%>|#|pin |"
    b"to: |pin_all_from |under: |"
    b'//= require |//= link |do |end\n|if |"#{|}"|%w[|=>|model|pk|fields|\\u0000|\x85|\xe2\x80\xa8'.split(b"|")
)


def target(data: bytes) -> None:
    system = ORDER[data[0] % len(ORDER)] if data else ORDER[0]
    with open(os.path.join(HOME.name, "old"), "wb") as stream:
        stream.write(data[1:])
    try:
        imported = load(system)(Project(HOME.name, "old", "production"))
    except UsageError as error:
        told = error.diagnostics
    else:
        told = imported.diagnostics
        tomllib.loads(write(imported, "Made from this.").text)
    check_told(told)
