"""The page that a template context is for."""

from __future__ import annotations

from assetbuild.runtime.django.current import release_manifest
from assetbuild.runtime.page import Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KEY = "page of assetbuild"


def page_of(context: Any) -> Page:
    """The page that is rendered with a django.template.Context. Raises ManifestError, ImproperlyConfigured.

    A render context has a dict for each template being rendered, the outermost one's at the bottom, above one
    of constants. Those of includes and inclusion tags hold the same bottom, and it is gone when the page is done.
    """
    dicts = context.render_context.dicts
    if len(dicts) < 2:
        return Page(release_manifest())  # a node rendered alone
    page: Page | None = dicts[1].get(_KEY)
    if page is None:
        page = dicts[1][_KEY] = Page(release_manifest())
    return page
