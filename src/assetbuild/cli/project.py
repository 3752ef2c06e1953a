"""Which project and which release a command is about."""

from __future__ import annotations

import argparse
import importlib.util
import os
from typing import TYPE_CHECKING

from assetbuild.cli.options import filled
from assetbuild.config import Config, find_config, load_config, source_directories
from assetbuild.errors import Diagnostic, ReleaseError, UsageError
from assetbuild.paths import shown_path

if TYPE_CHECKING:
    from assetbuild.runtime import Manifest

BUILD_STAGE = ("brotli", "deflate", "jinja2", "rcssmin", "rjsmin", "sass", "webassets", "webencodings", "zstandard")
MANIFEST_VARIABLE = "ASSETBUILD_MANIFEST"


def add_config_argument(parser: argparse.ArgumentParser) -> None:
    """`--config F`: else the nearest configuration at or above the current directory."""
    parser.add_argument(
        "--config", type=filled, metavar="F", help="the configuration (default: the nearest one, upwards from here)"
    )


def configuration(arguments: argparse.Namespace) -> Config:
    """The configuration a command is about. Raises UsageError if there is none, or it is wrong."""
    file = arguments.config or find_config(os.getcwd())
    if file is None:
        hint = "write one with `assetbuild init`, or name one with --config"
        raise UsageError(
            Diagnostic("no assetbuild.toml, and no pyproject.toml with [tool.assetbuild], here or above", hint=hint)
        )
    arguments.config = file
    return load_config(file)


def refuse_inside(file: str, config: Config, what: str) -> None:
    """Raises UsageError if a file or directory that a command would write lies among the sources or in the release."""
    place = os.path.join(os.path.realpath(file), "")
    for directory, kind in [(source, "source") for source in source_directories(config)] + [(config.output, "release")]:
        if place.startswith(os.path.join(os.path.realpath(directory), "")):
            raise UsageError(Diagnostic(f"{what} cannot be inside the {kind} '{shown_path(directory, config.root)}'"))


def manifest_file(arguments: argparse.Namespace) -> str:
    """The manifest to look up in: of --config, else ASSETBUILD_MANIFEST, else of the nearest configuration."""
    if not arguments.config and (named := os.environ.get(MANIFEST_VARIABLE)):
        return named
    return os.path.join(configuration(arguments).output, "manifest.json")


def load_manifest(arguments: argparse.Namespace) -> Manifest:
    """The manifest a look-up command reads. Raises ReleaseError if it cannot be used."""
    from assetbuild.runtime import Manifest, ManifestError

    try:
        manifest = Manifest.load(manifest_file(arguments))
        manifest.check()
        return manifest
    except ManifestError as error:
        raise ReleaseError(Diagnostic(str(error))) from None


def require_build_stage() -> None:
    """Raises UsageError, with what to install, where the libraries of the build stage are not there."""
    missing = [name for name in BUILD_STAGE if importlib.util.find_spec(name) is None]
    if missing:
        text = f'the build stage is not installed ({", ".join(missing)}): pip install "assetbuild[build]"'
        raise UsageError(Diagnostic(text))
