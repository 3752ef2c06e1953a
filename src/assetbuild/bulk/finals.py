"""Final texts of plain files that refer to others, made once more, or for the first time where nothing was staged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property

from assetbuild import media
from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.contents import Held, Original
from assetbuild.bulk.gathered import Texts
from assetbuild.bulk.texts import NOT_STAGED, fingerprinted, is_spelled_as_it_is
from assetbuild.bulk.writing import final_text
from assetbuild.model import Content
from assetbuild.named_tuple import NamedTuple


class Text(NamedTuple):
    """A final text: SHA-256, SHA-384, size, and the identity of the staged file."""

    digest: bytes
    integrity: bytes
    size: int
    staged: bytes


class Finals:
    """Final texts of plain files; `files` are the names of those that are linked by now.

    A content that is made once more when it is needed holds this, and so not what holds the content.
    """

    def __init__(self, texts: Texts, files: Mapping[str, str]) -> None:
        self._texts = texts
        self._files = files

    @cached_property
    def _are_spelled(self) -> bool:
        """Whether a URL spells all names as they are."""
        return is_spelled_as_it_is("".join(self._texts)) is not None

    def content(self, path: str) -> Content:
        """The content of a file as it was read."""
        texts = self._texts
        digest, size, file = texts.digest(path).hex(), texts.size(path), texts.file(path)
        if texts.is_kept(path):
            return Held(digest, size, None, file, None, texts, path)
        identity = texts.settled_identity(path)
        return Original(digest, size, None, file, None, identity) if identity else Content(digest, size, None, file)

    def text(self, path: str) -> bytes:
        """The file with the names of the release in it. Raises OSError and ContentChanged as Content.read."""
        data = self._texts.data(path) if self._texts.is_kept(path) else self.content(path).read()
        references = self._texts.references[path]
        files = [self._files[one[3]] for one in references]
        return final_text(path, media.media_type(path), data, references, files, self._are_spelled)

    def made(self, path: str, ahead: Ahead) -> Text:
        """The final text, staged. Raises as `text`, and OSError as `Ahead.write`."""
        data = self.text(path)
        digest = hashlib.sha256(data).digest()
        staged = ahead.write(fingerprinted(path, digest.hex()), data) if ahead.works else NOT_STAGED
        return Text(digest, hashlib.sha384(data).digest(), len(data), staged)
