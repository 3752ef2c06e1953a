"""What every finder of references promises."""

from __future__ import annotations

from types import ModuleType

from assetbuild.references.found import Found


def check_finder(language: ModuleType, data: bytes) -> list[Found]:
    """The references found: in order, apart from one another, and there again when each is written as it stands."""
    found: list[Found] = language.find(data)
    assert found == language.find(data)
    assert language.may_refer(data) or not found
    written = [one for one in found if one.kind != "computed"]
    stop = 0
    for one in written:
        assert stop <= one.start <= one.stop <= len(data)
        stop = one.stop
    again = language.find(rewritten(language, data, [(one, one.written) for one in written]))
    assert [one.written for one in again if one.kind != "computed"] == [one.written for one in written]
    return written


def check_renaming(language: ModuleType, data: bytes, found: list[Found]) -> None:
    """Another name in the place of each is found there again."""
    renamed = [(one, f"to/{number}-0123456789abcdef.bin") for number, one in enumerate(found)]
    after = language.find(rewritten(language, data, renamed))
    again = [one.written for one in after if one.kind != "computed"]
    assert again == [url for _, url in renamed], (again, renamed)


def rewritten(language: ModuleType, data: bytes, urls: list[tuple[Found, str]]) -> bytes:
    for one, url in reversed(urls):
        data = data[: one.start] + language.write(data, one.start, one.stop, url) + data[one.stop :]
    return data
