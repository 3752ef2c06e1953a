"""Propshaft: Rails' load paths, as `config/initializers/assets.rb` changes them."""

from __future__ import annotations

from assetbuild.importers import importmap
from assetbuild.importers.erb import erb_files
from assetbuild.importers.model import Imported, Setting
from assetbuild.importers.project import Project
from assetbuild.importers.rails_assets import IMPORTMAP, files_in, load_paths, read_initializer, settings


def read(project: Project) -> Imported:
    """The configuration of a project with Propshaft; with that of importmap-rails, if it is there."""
    assets = read_initializer(project, project.file)
    diagnostics = assets.diagnostics
    for value in assets.precompile:
        text = "nothing to carry over: Propshaft publishes whatever is in a load path"
        diagnostics.append(value.place.diagnostic(text, severity="notice"))
    sources = load_paths(project, assets)
    files = files_in(project, sources)
    why = "RAILS_ASSET_URL() in scripts, and rooted URLs in style sheets, name assets from the load paths"
    found = [*settings(assets), Setting(("propshaft",), True, why=why)]
    if project.is_file(IMPORTMAP):
        pinned = importmap.pins(project, IMPORTMAP, files)
        found += pinned.settings
        diagnostics += pinned.diagnostics
    erb = erb_files(project, files.values(), "Propshaft publishes it as it is, and so does assetbuild")
    return Imported(sources, tuple(found), diagnostics=(*diagnostics, *erb.diagnostics))
