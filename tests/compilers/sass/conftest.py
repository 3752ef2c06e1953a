"""Both Sass compilers on the same small projects; one Dart Sass serves all tests of a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from assetbuild.compilers.services import Services
from compilers.sass.test_sass import Project

Make = Callable[..., Project]


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    running = Services()
    yield running
    running.close()


def _maker(root: Path, services: Services, implementation: str) -> Make:
    def make(files: Mapping[str, str | bytes], roots: Sequence[str] | None = None) -> Project:
        return Project(root, files, roots, services, implementation)

    return make


@pytest.fixture
def dart(tmp_path: Path, services: Services) -> Make:
    """Makes projects that Dart Sass compiles."""
    return _maker(tmp_path, services, "dart-sass")


@pytest.fixture(params=["libsass", "dart-sass"])
def either(request: pytest.FixtureRequest, tmp_path: Path, services: Services) -> Make:
    """Makes projects that the one and the other compile."""
    return _maker(tmp_path, services, request.param)


@pytest.fixture
def both(tmp_path: Path, services: Services) -> tuple[Make, Make]:
    """Makes projects that the one compiles, and such that the other does."""
    return _maker(tmp_path, services, "libsass"), _maker(tmp_path, services, "dart-sass")
