"""The build stage as the command line sets it up: cache, workers, listener, environment."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assetbuild.cache import Cache, NoCache
from assetbuild.cache.index import file_system_moment
from assetbuild.cache.local import LocalCache
from assetbuild.cli.options import at_least_one, filled
from assetbuild.cli.project import refuse_inside
from assetbuild.cli.report import Report
from assetbuild.config import Config
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.paths import CACHE_DIRECTORY
from assetbuild.stage import Stage

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from assetbuild.compilers.services import Services


def add_stage_arguments(parser: argparse.ArgumentParser) -> None:
    """How to work: --jobs, --cache, --no-cache."""
    parser.add_argument("--jobs", type=at_least_one, metavar="N", help="how many workers (default: one a processor)")
    caching = parser.add_mutually_exclusive_group()
    caching.add_argument(
        "--cache",
        type=filled,
        metavar="URL",
        help="a directory, or file:// URL (default: .assetbuild beside the configuration)",
    )
    caching.add_argument("--no-cache", action="store_true", help="remember nothing, and use nothing remembered")


class Programs:
    """What runs for one build after another, once it is started; `close` it in the end.

    `changed` are files that have changed since the latest of these builds, as far as somebody knows them.
    """

    def __init__(self) -> None:
        self._services: Services | None = None
        self.changed: Sequence[str] = ()

    def services(self) -> Services:
        if self._services is None:
            from assetbuild.compilers.services import Services

            self._services = Services()
        return self._services

    def close(self) -> None:
        """Ends all of them, and what waits for one with ServicesClosed; who asks for services then gets new ones."""
        services, self._services = self._services, None
        if services is not None:
            services.close()


@contextmanager
def build_stage(
    arguments: argparse.Namespace, config: Config, report: Report, programs: Programs | None = None
) -> Iterator[Stage]:
    """A stage that is there for one build; its cache is written at the end, whatever comes of the build.

    `programs` are left running after a build that went well.
    """
    own = programs or Programs()
    directory = None if arguments.no_cache else _cache_directory(arguments.cache, config)
    if directory and arguments.cache:
        refuse_inside(directory, config, "the cache")
    cache: Cache = LocalCache(directory, report.warn) if directory else NoCache()
    environment = {name: os.environ[name] for name in config.env if name in os.environ}
    began = file_system_moment(directory) if directory else None
    # One worker without a memory takes the long way, that of each file alone, for whoever wants to compare.
    jobs = 0 if arguments.no_cache and arguments.jobs == 1 else arguments.jobs or _processors()
    started: list[Executor] = []

    def workers() -> Executor:
        if not started:
            from assetbuild.executors import executor

            started.append(executor(jobs))
        return started[0]

    try:
        yield Stage(
            cache,
            workers,
            own.services,
            report.listen,
            environment,
            began,
            dict(os.environ),
            jobs,
            getattr(arguments, "durable", False),
        )
    except BaseException:
        own.close()
        raise
    finally:
        if own is not programs:
            own.close()
        # After an error or an interruption nobody waits for work that has not begun.
        for one in started:
            one.shutdown(cancel_futures=True)
        cache.close()


def _cache_directory(url: str | None, config: Config) -> str:
    if url is None:
        return os.path.join(config.root, CACHE_DIRECTORY)
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return unquote(parts.path)
    if "://" in url:
        raise UsageError(Diagnostic(f"no cache of kind '{parts.scheme}'", hint="name a directory or a file:// URL"))
    return os.path.abspath(url)


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
