"""`url_for("static", filename=…)` as the URL that the asset has in the release."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode, urljoin, urlsplit

from flask import Flask, has_request_context, request

from assetbuild.runtime.manifest import Manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def rewrite_static(app: Flask, manifest: Manifest) -> None:
    """Makes `url_for` of an application look its static files up in the manifest, in templates and in Python.

    The file `a.css` of the application is the asset `a.css`, that of a blueprint `shop` the asset `shop/a.css`. One
    that is not there raises AssetNotFound.
    """
    plain: Callable[..., str] = app.url_for

    def url_for(endpoint: str, **values: Any) -> str:
        name = _asset(endpoint, values)
        return plain(endpoint, **values) if name is None else _url(manifest.url(name), values)

    app.url_for = url_for  # type: ignore[method-assign]  # flask.url_for and the templates' own both call it
    app.jinja_env.globals["url_for"] = url_for


def _asset(endpoint: str, values: dict[str, Any]) -> str | None:
    """The logical path that is asked for; None where it is no static file."""
    filename = values.get("filename")
    if not isinstance(filename, str) or endpoint.rpartition(".")[2] != "static":
        return None
    blueprint = endpoint.rpartition(".")[0]
    if endpoint.startswith("."):
        blueprint = (request.blueprint if has_request_context() else None) or ""
    return f"{blueprint}/{filename}" if blueprint else filename


def _url(url: str, values: dict[str, Any]) -> str:
    """With what `Flask.url_for` would make of the other values: they become the query."""
    known = ("filename", "_anchor", "_external", "_method", "_scheme")
    query = {key: value for key, value in values.items() if key not in known and value is not None}
    if query:
        url += "?" + urlencode(query, doseq=True)
    if values.get("_anchor"):
        url += "#" + quote(str(values["_anchor"]), safe="%!#$&'()*+,/:;=?@")
    if values.get("_external") or values.get("_scheme"):
        url = _external(url, values.get("_scheme"))
    return url


def _external(url: str, scheme: str | None) -> str:
    """With scheme and host: its own, else those of the request."""
    if not urlsplit(url).netloc and has_request_context():
        url = urljoin(request.host_url, url)
    return urlsplit(url)._replace(scheme=scheme).geturl() if scheme and urlsplit(url).netloc else url
