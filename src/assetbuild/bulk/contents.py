"""Contents of plain files that need not be read again: kept in memory, or copied by the kernel."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from assetbuild.bulk.gathered import Texts
from assetbuild.cache.records import identity_of
from assetbuild.dataclass import dataclass
from assetbuild.model import Content, ContentChanged

_COPIED_AT_ONCE = 1 << 30
_NO_COPYING = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF})


@dataclass(frozen=True, slots=True)
class Held(Content):
    """A content whose bytes are kept with the text of this logical path; its `data` stays None."""

    texts: Texts | None = None
    path: str = ""

    def read(self) -> bytes:
        assert self.texts is not None
        return self.texts.data(self.path)

    def at_hand(self) -> bytes | None:
        return self.read()

    def chunks(self) -> Iterator[bytes]:
        yield self.read()


@dataclass(frozen=True, slots=True)
class Original(Content):
    """A content in a file that has had `identity` since before the build began: with another one it has changed.

    Then the kernel may copy it, or let two files share the blocks, and nobody has to read it again.
    """

    identity: bytes = b""

    def copy_to(self, descriptor: int) -> bool:
        if not hasattr(os, "copy_file_range"):
            return False
        assert self.file is not None
        source = os.open(self.file, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            self._check(source)
            left = self.size
            while left:
                try:
                    count = os.copy_file_range(source, descriptor, min(left, _COPIED_AT_ONCE))
                except OSError as error:
                    if left == self.size and error.errno in _NO_COPYING:
                        return False
                    raise
                if not count:
                    raise ContentChanged(self.file)
                left -= count
            self._check(source)
        finally:
            os.close(source)
        return True

    def _check(self, descriptor: int) -> None:
        """Raises ContentChanged."""
        assert self.file is not None
        if identity_of(os.fstat(descriptor)) != self.identity:
            raise ContentChanged(self.file)
