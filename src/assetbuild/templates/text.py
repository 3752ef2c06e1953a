"""The text of a template, and places in it."""

from __future__ import annotations

from bisect import bisect_right

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, Severity
from assetbuild.origins import line_and_column


@dataclass(frozen=True, slots=True)
class Text:
    """A template as its engine reads it: no byte order mark, every line end a LF. `file` is what messages call it."""

    file: str
    content: str
    lines: tuple[int, ...]

    def diagnostic(
        self, text: str, start: int, stop: int, hint: str | None = None, severity: Severity = "error"
    ) -> Diagnostic:
        """A diagnostic at these offsets in the content; what is marked ends with its line."""
        line = bisect_right(self.lines, start)
        begin = self.lines[line - 1]
        end = self.lines[line] - 1 if line < len(self.lines) else len(self.content)
        length = max(min(stop, end) - start, 1)
        source = self.content[begin:end]
        return Diagnostic(text, self.file, line, start - begin + 1, length, source, hint, severity)


def text_of(content: str, file: str) -> Text:
    """A template's text, which may still have its byte order mark and any line ends."""
    content = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    starts = [0]
    while at := content.find("\n", starts[-1]) + 1:
        starts.append(at)
    return Text(file, content, tuple(starts))


def read(path: str, file: str) -> Text | Diagnostic:
    """The text of the file at `path`, or the error why there is none."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        return Diagnostic(f"cannot be read: {error.strerror or error}", file=file)
    try:
        return text_of(data.decode(), file)
    except UnicodeDecodeError as error:
        line, column = line_and_column(data, error.start)
        return Diagnostic(f"not UTF-8: {error.reason}", file, line, column, hint="save it as UTF-8")
