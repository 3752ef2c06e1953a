"""What the files of a Rails project call for, whichever of its packagers is in use."""

from __future__ import annotations

from collections.abc import Iterator

from assetbuild.importers.model import Setting
from assetbuild.importers.project import Project


def public_settings(project: Project, public: str) -> Iterator[Setting]:
    """The settings for a directory (POSIX, relative to the project) that a browser sees as "/"."""
    yield Setting(("base_url",), "/", None, "Rails serves its public directory at the root")
    lead = "" if public == "." else f"{public}/"
    pages = [file.removeprefix(lead) for file in project.files(lead.rstrip("/")) if file.endswith((".html", ".htm"))]
    if pages:
        kept = ["favicon.ico", "robots.txt", "sw.js", *pages]
        yield Setting(("unfingerprinted",), kept, None, "pages keep their names")
