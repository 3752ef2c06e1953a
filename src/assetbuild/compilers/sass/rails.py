"""The functions that Rails adds to Sass: `asset-url("x.png")`, `image-path(…)`, `asset-data-url(…)`.

They name an asset by its logical path, as Sprockets does, and give an `asset:` or `asset-data:` URL, which link
resolves: what the asset's own URL will be is not known while Sass runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assetbuild.dataclass import dataclass
from assetbuild.references.urls import ASSET_SCHEME, INLINE_SCHEME, encode

EXTENSIONS: Mapping[str, str] = {
    "asset": "",
    "image": "",
    "font": "",
    "video": "",
    "audio": "",
    "javascript": ".js",
    "stylesheet": ".css",
}
"""What Rails adds to a name that does not end so (AssetUrlHelper::ASSET_EXTENSIONS)."""

PARAMETERS = ("$path", "$options: null")
"""Rails 3.1 had a second parameter, the kind of the asset; it says nothing that the path does not."""

NOT_AN_ASSET = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\Z|[?#]")
"""What Rails leaves as it is: URLs, rooted paths, nothing at all."""


@dataclass(frozen=True, slots=True)
class Function:
    """`gives_url`: `url(…)` instead of the address alone. `scheme` stands before the logical path."""

    name: str
    extension: str
    gives_url: bool
    scheme: str = ASSET_SCHEME

    def text(self, path: str) -> str:
        """The address of what `path` names, as CSS text; it needs no quotes."""
        address = path if NOT_AN_ASSET.match(path) else self._address(path)
        return f"url({address})" if self.gives_url else address

    def _address(self, path: str) -> str:
        cut = min((at for at in (path.find("?"), path.find("#")) if at >= 0), default=len(path))
        name, suffix = path[:cut], path[cut:]
        if not name.endswith(self.extension):
            name += self.extension
        return self.scheme + encode(name) + suffix


FUNCTIONS: tuple[Function, ...] = (
    *(Function(f"{kind}-url", extension, True) for kind, extension in EXTENSIONS.items()),
    *(Function(f"{kind}-path", extension, False) for kind, extension in EXTENSIONS.items()),
    Function("asset-data-url", "", True, INLINE_SCHEME),
)


def not_a_path(function: Function) -> str:
    """What to say where the argument is no string."""
    return f"{function.name}() takes the logical path of an asset: a string"
