"""Whether the names that a configuration gives to assets for templates lead to assets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from assetbuild.config import Config
from assetbuild.errors import Diagnostic
from assetbuild.nearest import Nearest


def check_names(config: Config, paths: Collection[str], absent: Mapping[str, str]) -> Iterator[Diagnostic]:
    """A diagnostic at each name that stands for what is no published asset.

    `paths` are the logical paths of these, `absent` says of others why they are none.
    """
    for name, named in config.names.items():
        for path in named.assets:
            if path not in paths:
                hint = absent[path] if path in absent else Nearest(paths).hint(path)
                text = f"'{name}' stands for '{path}', which is no asset"
                yield config.diagnostic(("names", name, "assets"), text, hint)
