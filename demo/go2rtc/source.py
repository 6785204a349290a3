"""A source that is read as long as anybody wants it, whatever becomes of its address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging
from threading import Event, Thread
import time

from .reader import Portion, Reader, SourceError

LOGGER = logging.getLogger(__package__)


def pause(tries: int) -> float:
    """Return the seconds after so many tries in vain: go2rtc's own."""
    return 1 if tries < 5 else 5 if tries < 10 else 10


class Source:
    """One address, read by a thread of its own."""

    def __init__(self, url: str, hand_on: Callable[[Portion], None]) -> None:
        """`hand_on` is called in the event loop that opens it."""
        self.url = url
        self.has_sound = False
        self.profile = ""
        self._hand_on = hand_on
        self._ended = Event()
        self._began = time.monotonic()

    async def open(self) -> None:
        """Open it for the first time and go on by itself; raise SourceError if that fails."""
        reader = await asyncio.to_thread(Reader, self.url)
        self.has_sound, self.profile = reader.has_sound, reader.profile
        took = time.monotonic() - self._began
        LOGGER.info("%s opened in %.2f s, profile %s", reader.format, took, self.profile or "?")
        loop = asyncio.get_running_loop()
        Thread(target=self._run, args=(reader, loop), name="source", daemon=True).start()

    def close(self) -> None:
        """Read no more: the thread ends with the next packet."""
        self._ended.set()

    def _run(self, first: Reader, loop: asyncio.AbstractEventLoop) -> None:
        reader: Reader | None = first
        with suppress(RuntimeError):  # the loop is closed: the program ends
            while reader is not None:
                self._read(reader, loop)
                reader = self._open_again()
        LOGGER.info("closed")

    def _read(self, reader: Reader, loop: asyncio.AbstractEventLoop) -> None:
        try:
            for portion in reader.read(self._ended):
                loop.call_soon_threadsafe(self._hand_on, portion)
        except SourceError as error:
            LOGGER.info("ended: %s", error)
        finally:
            reader.close()

    def _open_again(self) -> Reader | None:
        """Try until it opens, or nobody wants it any more. Viewers' time has gone on meanwhile."""
        tries = 0
        while not self._ended.is_set():
            try:
                return Reader(self.url, time.monotonic() - self._began)
            except SourceError as error:
                LOGGER.info("cannot be opened, try %s: %s", tries + 1, error)
            self._ended.wait(pause(tries))
            tries += 1
        return None
