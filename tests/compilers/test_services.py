"""Programs that serve one build."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from assetbuild.compilers.services import Services, ServicesClosed


class Program:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_service_is_started_once_however_many_workers_ask() -> None:
    services = Services()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda number: services.get("sass", Program), range(100)))
    assert len({id(program) for program in got}) == 1


def test_keys_are_told_apart() -> None:
    services = Services()
    assert services.get("one", Program) is not services.get("other", Program)


def test_a_dropped_service_is_ended_once_and_the_next_who_asks_gets_a_new_one() -> None:
    services = Services()
    former = services.get("sass", Program)
    services.drop("sass", former)
    services.drop("sass", former)
    assert former.closed == 1
    new = services.get("sass", Program)
    services.drop("sass", former)
    assert new is services.get("sass", Program)
    assert new.closed == 0


def test_closing_ends_all_of_them() -> None:
    services = Services()
    programs = [services.get(name, Program) for name in ("one", "other")]
    services.close()
    services.close()
    assert [program.closed for program in programs] == [1, 1]


def test_after_the_end_nothing_is_started_any_more() -> None:
    services = Services()
    services.close()
    with pytest.raises(ServicesClosed):
        services.get("sass", Program)


def test_a_service_that_cannot_start_leaves_its_key_free() -> None:
    services = Services()

    def fail() -> Program:
        raise OSError("no such program")

    with pytest.raises(OSError):
        services.get("sass", fail)
    assert services.get("sass", Program).closed == 0
