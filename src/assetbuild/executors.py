"""Who does the work: executors of the standard library's interface."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class SerialExecutor(Executor):
    """Each call at once, in the caller's thread."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  the future hands it to whoever asks for the result
            future.set_exception(error)
        return future


def executor(jobs: int) -> Executor:
    """One that runs up to `jobs` calls at a time: compressors, minifiers and hashes release the interpreter lock."""
    return SerialExecutor() if jobs <= 1 else ThreadPoolExecutor(jobs, "assetbuild")
