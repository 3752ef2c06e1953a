"""Which files a script or style sheet with Sprockets' directives is made of, and which ones a manifest links.

The order is that of lib/sprockets/bundle.rb: what a file requires comes before the file, each once, depth first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from assetbuild import media
from assetbuild.config import Config
from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, Severity
from assetbuild.globs import matcher
from assetbuild.model import Origin, Part
from assetbuild.origins import diagnostic_at
from assetbuild.paths import shown_path
from assetbuild.planning.directives import Directive, directives_in
from assetbuild.planning.load_paths import KINDS, LoadPaths, Refused


@dataclass(slots=True)
class _Header:
    """What the directives of one file name, by the sources' logical paths."""

    required: list[str] = field(default_factory=list)
    stubbed: list[str] = field(default_factory=list)
    linked: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Directed:
    """`contents`: the parts of each entry that has others than itself, by the entry's source path.

    `linked` are the source paths of what links name; `consumed` says of a source path which entry has it as a part.
    `files` are the absolute paths of the other files that were looked at; None if that is not all there was.
    """

    contents: Mapping[str, tuple[Part, ...]]
    linked: frozenset[str]
    consumed: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]
    files: frozenset[str] | None = frozenset()


NO_DIRECTIVES = Directed({}, frozenset(), {}, ())


def follow_directives(
    config: Config, parts: Sequence[Part], partials: Sequence[Part], is_included: Callable[[Part], bool]
) -> Directed:
    """All that directives say. `is_included` tells whether a part is published though nothing links it.

    `partials` are Sass partials as the style sheets they could be: a directive may require them, as Sprockets lets it.
    """
    if config.sprockets is None:
        return NO_DIRECTIVES
    reader = _Reader(config, parts, partials)
    linked = [path for manifest in config.sprockets.manifests for path in reader.manifest(manifest)]
    groups = _Groups(reader)
    groups.add(linked)
    included = sorted(part.source.path for part in parts if is_included(part))
    if not config.publish_contents:
        required = {other for path in included for other in reader.header(path).required if other != path}
        groups.add(path for path in included if path not in required)
        # What is left requires itself by way of others, or is stubbed wherever it is required.
        for path in included:
            if path not in groups.consumed:
                groups.add((path,))
    groups.add(included if config.publish_contents else ())
    every_link = dict.fromkeys((*linked, *groups.linked))
    doubles = reader.doubles(every_link)
    bundles = {path: group for path, group in groups.contents.items() if [one.source.path for one in group] != [path]}
    diagnostics = tuple(dict.fromkeys(reader.diagnostics))
    linked_once = frozenset(every_link.keys() - doubles)
    return Directed(bundles, linked_once, groups.consumed, diagnostics, reader.files())


class _Groups:
    """The parts of each entry; what these link are entries too."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self.contents: dict[str, tuple[Part, ...]] = {}
        self.consumed: dict[str, str] = {}
        self.linked: dict[str, None] = {}

    def add(self, paths: Iterable[str]) -> None:
        waiting = list(paths)
        for path in waiting:
            if path in self.contents:
                continue
            self.contents[path] = tuple(self._reader.parts_of(path))
            for part in self.contents[path]:
                more = self._reader.header(part.source.path).linked
                self.linked.update(more)
                waiting += more
                if part.source.path != path:
                    self.consumed.setdefault(part.source.path, path)


class _Reader:
    """Reads each header once; what is wrong is in `diagnostics`."""

    def __init__(self, config: Config, parts: Sequence[Part], partials: Sequence[Part]) -> None:
        assert config.sprockets is not None
        self._root = config.root
        self._manifests = config.sprockets.manifests
        self._matches = matcher(config.sprockets.match)
        self._places = LoadPaths(config, (*parts, *partials))
        self._publishable = {part.source.path for part in parts}
        self._headers: dict[str, _Header] = {}
        self._linked_at: dict[str, tuple[str, Directive]] = {}
        self.diagnostics: list[Diagnostic] = []

    def manifest(self, file: str) -> list[str]:
        """What the directives of a manifest link, by source paths. `file` is absolute."""
        if file not in self._headers:
            try:
                with open(file, "rb") as stream:
                    data = stream.read()
            except OSError as error:
                shown = shown_path(file, self._root)
                self.diagnostics.append(Diagnostic(f"cannot be read: {error.strerror}", file=shown))
                data = b""
            self._headers[file] = _Header()
            self._follow(file, data, None, self._headers[file])
        return list(self._headers[file].linked)

    def files(self) -> frozenset[str] | None:
        """The files that were looked at besides the sources; None if a directory was that holds none."""
        manifests = self._manifests
        return None if self._places.empty else frozenset({*manifests, *self._places.files})

    def header(self, path: str) -> _Header:
        """What the directives of the source at a logical path name."""
        if path not in self._headers:
            part = self._places.part(path)
            header = self._headers[path] = _Header()
            if media.media_type(part.path) in KINDS and self._matches(path):
                self._follow(part.source.file, part.source.content.read(), part, header)
        return self._headers[path]

    def parts_of(self, path: str) -> list[Part]:
        """The parts of the bundle that a source is the entry of, in order: at least itself."""
        required = self._depth_first([path], lambda one: self.header(one).required)
        stubbed = self._depth_first(self.header(path).stubbed, lambda one: self.header(one).required)
        kept = [one for one in required if one not in stubbed]
        if not kept:
            file = shown_path(self._places.part(path).source.file, self._root)
            text = "its stubs take out all of it: they require the file itself"
            self.diagnostics.append(Diagnostic(text, file=file, hint="drop a `stub`"))
        return [self._places.part(one) for one in kept or [path]]

    def doubles(self, linked: Iterable[str]) -> set[str]:
        """Those of the linked sources that make the same asset as one before, with an error at the link."""
        found = set()
        first: dict[str, str] = {}
        for path in linked:
            output = self._places.part(path).path
            other = first.setdefault(output, path)
            if other != path and path in self._linked_at:
                file, directive = self._linked_at[path]
                text = f"two sources for one asset '{output}': '{other}' and '{path}' are both linked"
                self._say(file, directive, text, "rename or remove one of them")
                found.add(path)
        return found

    def _depth_first(self, start: Iterable[str], children: Callable[[str], Iterable[str]]) -> dict[str, None]:
        """Post-order, each once; one that is met while it is still open (`require_self`, a circle) comes there."""
        order: dict[str, None] = {}
        seen: set[str] = set()
        stack = list(start)[::-1]
        while stack:
            node = stack.pop()
            if node in seen:
                order.setdefault(node)
            else:
                seen.add(node)
                stack.append(node)
                stack += reversed(list(children(node)))
        return order

    def _follow(self, file: str, data: bytes, part: Part | None, header: _Header) -> None:
        for directive in directives_in(data):
            if directive.problem:
                self._say(file, directive, directive.problem, severity="warning" if directive.is_warning else "error")
                continue
            try:
                self._obey(file, directive, part, header)
            except Refused as refused:
                self._say(file, directive, refused.text, refused.hint)

    def _obey(self, file: str, directive: Directive, part: Part | None, header: _Header) -> None:
        name, arguments = directive.name, directive.arguments
        kind = media.media_type(part.path) if part else None
        if part is None and not name.startswith(("link", "depend_on")):
            raise Refused(
                f"a manifest links: '{name}' says nothing here", "write `link`, `link_directory` or `link_tree`"
            )
        if name == "require_self":
            assert part is not None
            if part.source.path in header.required:
                raise Refused("'require_self' can stand only once in a file")
            header.required.append(part.source.path)
        elif name in ("require", "stub"):
            target = self._places.locate(arguments[0], file, kind)
            self._tell_twins(file, directive, target.twins)
            (header.required if name == "require" else header.stubbed).append(target.part.source.path)
        elif name in ("require_directory", "require_tree"):
            found = self._places.below(name, arguments[0] if arguments else ".", file)
            header.required += self._fitting(file, directive, found, kind)
        elif name == "link":
            target = self._places.locate(arguments[0], file, None)
            if target.part.source.path not in self._publishable:
                raise Refused(f"'{target.part.source.path}' is a Sass partial, which is never published")
            self._tell_index(file, directive, target.part.path)
            self._link(file, directive, [target.part.source.path], header)
        elif name in ("link_directory", "link_tree"):
            found = self._places.below(name, arguments[0] if arguments else ".", file)
            accepted = _accepted(arguments[1]) if len(arguments) > 1 else None
            self._link(file, directive, self._fitting(file, directive, found, accepted), header)
        elif name == "depend_on_directory":
            self._places.below(name, arguments[0] if arguments else ".", file)
        elif not self._places.is_file(arguments[0], file):
            self._places.locate(arguments[0], file, None)

    def _link(self, file: str, directive: Directive, paths: Iterable[str], header: _Header) -> None:
        for path in paths:
            if path in self._publishable:
                header.linked.setdefault(path)
                self._linked_at.setdefault(path, (file, directive))

    def _tell_index(self, file: str, directive: Directive, path: str) -> None:
        written = directive.arguments[0].rpartition("/")[2]
        if path.endswith(("/index.js", "/index.css")) and not written.startswith("index"):
            text = f"published as '{path}' only: Sprockets knows it as '{path.replace('/index.', '.')}' as well"
            self._say(file, directive, text, severity="notice")

    def _fitting(self, file: str, directive: Directive, found: Iterable[Part], kind: str | None) -> list[str]:
        """Those of the files in a directory that are, or become, of a type; what could become it elsewhere is told."""
        paths = []
        for part in found:
            if part.source.file == file:
                continue
            if kind is None or media.media_type(part.path) == kind:
                paths.append(part.source.path)
            elif (tool := uncompiled(part.source.path, kind)) and not self._places.is_converted(part.source.path):
                text = f"'{part.source.path}' is in that directory, and nothing here compiles {tool}"
                self._say(file, directive, text, _ADVICE[tool])
        return paths

    def _tell_twins(self, file: str, directive: Directive, twins: Sequence[Part]) -> None:
        if len(twins) > 1:
            others = " and ".join(f"'{twin.source.path}'" for twin in twins[1:])
            text = f"'{twins[0].source.path}' is taken, and not {others}, which makes the same asset"
            self._say(file, directive, text, "rename one of them", "warning")

    def _say(
        self, file: str, directive: Directive, text: str, hint: str | None = None, severity: Severity = "error"
    ) -> None:
        origin = Origin(shown_path(file, self._root), directive.start, directive.length)
        self.diagnostics.append(diagnostic_at(self._root, origin, text, hint, severity))


_ADVICE: Mapping[str, str] = {
    "CoffeeScript": 'a rule with filters = ["webassets:coffeescript"] does',
    "ERB": "write it out; `assetbuild import sprockets --convert` converts tags that only name assets",
    "templates of this kind": "compile it before the build, or keep it elsewhere",
}
_UNCOMPILED: Sequence[tuple[str, str, str]] = (
    (".coffee", media.JAVASCRIPT, "CoffeeScript"),
    (".js.erb", media.JAVASCRIPT, "ERB"),
    (".css.erb", media.CSS, "ERB"),
    (".scss.erb", media.CSS, "ERB"),
    (".sass.erb", media.CSS, "ERB"),
    (".ejs", media.JAVASCRIPT, "templates of this kind"),
    (".eco", media.JAVASCRIPT, "templates of this kind"),
)


def uncompiled(path: str, kind: str | None) -> str | None:
    """What a source is written in that Sprockets makes a script or style sheet of, and nothing here does."""
    return next((tool for end, made, tool in _UNCOMPILED if path.endswith(end) and kind in (None, made)), None)


def _accepted(written: str) -> str:
    """The media type that `link_tree DIRECTORY TYPE` means: ".js", "js" or "application/javascript"."""
    if "/" in written:
        return media.JAVASCRIPT if written.endswith("/javascript") else written
    kind = media.TYPES.get(written.removeprefix("."))
    if kind is None:
        raise Refused(f"'{written}' is no type of file", "write its extension, such as .js")
    return kind
