"""An environment of webassets as its configuration describes it, wherever that was read, in webassets' own terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assetbuild.dataclass import dataclass, field
from assetbuild.importers.model import Place, Value


@dataclass(frozen=True, slots=True)
class OldItem:
    """A file, glob or URL as it is written in a bundle's contents, or in another list of these."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class OldFilter:
    """A filter by webassets' name; `name` is "" for a function or a class without one, which `shown` describes."""

    name: str
    place: Place
    options: Mapping[str, Value] = field(default_factory=dict)
    shown: str = ""


@dataclass(frozen=True, slots=True)
class OldBundle:
    """A bundle; `name` is "" for one that nobody registered. `config` are settings of filters.

    Where a bundle is referred to by its name, it stands there itself.
    """

    name: str
    place: Place
    contents: tuple[OldItem | OldBundle, ...] = ()
    filters: tuple[OldFilter, ...] = ()
    output: str | None = None
    depends: tuple[OldItem, ...] = ()
    extra: Mapping[str, Value] = field(default_factory=dict)
    config: Mapping[str, Value] = field(default_factory=dict)
    merge: bool = True
    keeps_duplicates: bool = False

    @property
    def files(self) -> tuple[OldItem, ...]:
        """What it has besides other bundles."""
        return tuple(item for item in self.contents if isinstance(item, OldItem))

    @property
    def nested(self) -> tuple[OldBundle, ...]:
        return tuple(item for item in self.contents if isinstance(item, OldBundle))

    @property
    def is_container(self) -> bool:
        """Whether it only holds others, which are made one by one."""
        return not self.files and not self.output

    def all_extra(self) -> Mapping[str, Value]:
        """Its values for templates; without any, those of the bundles in it, if there is nothing else in it."""
        if self.extra or self.files:
            return self.extra
        found: dict[str, Value] = {}
        for bundle in self.nested:
            found.update(bundle.all_extra())
        return found

    def below(self) -> Iterator[OldBundle]:
        """The bundles within it, at any depth."""
        for bundle in self.nested:
            yield bundle
            yield from bundle.below()


@dataclass(frozen=True, slots=True)
class OldEnvironment:
    """Bundles in the order in which they are registered. Directories are relative to the project, POSIX.

    `directory` is where files are served from, None if nothing says so; `load_path` where sources are looked for, if
    anywhere else; `blueprints` are directories by the first part of a name (Flask-Assets). `url` is what `directory` is
    served under. `config` are settings of filters, with places. `own_filters`: it may register filters of its own.
    """

    bundles: tuple[OldBundle, ...]
    directory: OldItem | None = None
    load_path: tuple[OldItem, ...] = ()
    blueprints: Mapping[str, str] = field(default_factory=dict)
    url: OldItem | None = None
    config: Mapping[str, tuple[Value, Place]] = field(default_factory=dict)
    own_filters: bool = False
