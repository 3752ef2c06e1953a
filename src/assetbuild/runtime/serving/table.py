"""The table of what is served, by the path of the request, and the answer to a request."""

from __future__ import annotations

from assetbuild.runtime.serving.negotiation import choose_encoding
from assetbuild.runtime.serving.preconditions import matches_strongly, matches_weakly, range_still_fits
from assetbuild.runtime.serving.ranges import wanted_bytes
from assetbuild.runtime.serving.release import ServedRelease
from assetbuild.runtime.serving.responses import Interface, Resource, Response, text_response


class Table:
    """The resources of a release by the paths of their URLs, in the form in which the interface gives a path.

    A request is looked up in a dict and nowhere else: nothing is made of its path, least of all a file's. The
    headers of a file are composed when it is first asked for, since few processes serve all of a large release.
    """

    def __init__(self, release: ServedRelease, interface: Interface) -> None:
        self.interface = interface
        self.base_path = interface.path(release.base_path)
        self._public = release.public
        self._served = {interface.path(release.base_path + file): served for file, served in release.files.items()}
        self._resources: dict[str, Resource] = {}
        self.not_found = text_response(404, "Not found", interface)
        self.damaged = text_response(500, "The release on this server is damaged", interface)
        self._not_allowed = text_response(405, "Only GET and HEAD", interface, [("Allow", "GET, HEAD")])
        self._failed = text_response(412, "The file is another one", interface)

    def get(self, path: str) -> Resource | None:
        """The resource at the path of a URL, None if the release has none there."""
        resource = self._resources.get(path)
        if resource is None:
            served = self._served.get(path)
            if served is None:
                return None
            # Two threads may both make one; the first stays, and so does what is kept in it.
            resource = self._resources.setdefault(path, Resource(served, self._public, self.interface))
        return resource

    def is_below_base(self, path: str) -> bool:
        """Whether a path that is not in the table is ours to refuse. Under "/" it is the application's."""
        return self.base_path != "/" and path.startswith(self.base_path)

    def answer(
        self,
        resource: Resource,
        method: str,
        accept_encoding: str | None,
        if_none_match: str | None,
        if_match: str | None,
        byte_range: str | None,
        if_range: str | None,
    ) -> Response:
        """The response to a request with these headers (RFC 9110, section 13.2.2)."""
        if method != "GET" and method != "HEAD":
            return self._not_allowed
        chosen = resource.identity
        if accept_encoding and len(resource.offered) > 1:
            chosen = resource.by_encoding[choose_encoding(accept_encoding, resource.offered)]
        if if_match is not None and not matches_strongly(if_match, chosen.etag):
            return self._failed
        if if_none_match is not None and matches_weakly(if_none_match, chosen.etag):
            return chosen.not_modified
        if method == "HEAD":
            return chosen.head
        if byte_range is not None and range_still_fits(if_range, chosen.etag):
            wanted = wanted_bytes(byte_range, chosen.size)
            if wanted is not None:
                return chosen.part(wanted, self.interface)
        return chosen.whole


def hides_separators(raw_path: str) -> bool:
    """Whether a percent-encoded path, with or without its query, has a "/", a "\\" or a NUL in encoded form.

    Decoded it may be the path of a file all the same, but for caches and proxies on the way it is another one.
    """
    path = raw_path.partition("?")[0].lower()
    return "%2f" in path or "%5c" in path or "%00" in path
