"""HTTP-FLV: what one muxer writes, handed on to all who are connected."""

from __future__ import annotations

import asyncio
import threading
from typing import Final

FILE_HEADER: Final = 9 + 4  # bytes; with the size of the tag before the first one
TAG_HEADER: Final = 11
TAG_TRAILER: Final = 4
AUDIO: Final = 8
VIDEO: Final = 9
EXTENDED: Final = 0x80  # in a video tag's first byte: the form that H.265 has
KEY_FRAME: Final = 1  # in the three bits below
MAX_WAITING: Final = 500  # tags; who is that far behind is cut off


class FlvViewer:
    """One connection: the tags that it has not been sent yet."""

    def __init__(self) -> None:
        """Open for the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()

    def put(self, data: bytes) -> None:
        """Hand something on, from any thread; nothing (b"") is the end."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._waiting.put_nowait, data)

    async def get(self) -> bytes:
        """Return what comes next, b"" at the end."""
        return b"" if self._waiting.qsize() > MAX_WAITING else await self._waiting.get()


class FlvFeed:
    """Takes a file as it is written, and gives it to viewers, who may come in the middle.

    Like a CDN, it begins with the header and the running group of pictures.
    """

    def __init__(self) -> None:
        """Start without a viewer."""
        self._lock = threading.Lock()
        self._rest = bytearray()  # of a tag that is not complete
        self._header = b""  # of the file, with what describes the tracks
        self._group: list[bytes] = []  # tags since the last key frame
        self._coming: list[FlvViewer] = []
        self._viewers: list[FlvViewer] = []
        self._closed = False

    @property
    def watched(self) -> bool:
        """Whether anybody is connected."""
        return bool(self._viewers or self._coming)

    def join(self, viewer: FlvViewer) -> bool:
        """Connect a viewer; False if it is too late for that."""
        with self._lock:
            if not self._closed:
                self._coming.append(viewer)
            return not self._closed

    def leave(self, viewer: FlvViewer) -> None:
        """Let a viewer go."""
        with self._lock:
            for viewers in (self._coming, self._viewers):
                if viewer in viewers:
                    viewers.remove(viewer)

    def admit(self) -> None:
        """Let those begin who came meanwhile; from here on time runs as it does for all."""
        with self._lock:
            if not self._group:
                return
            for viewer in self._coming:
                viewer.put(self._header + b"".join(self._group))
            self._viewers += self._coming
            self._coming.clear()

    def close(self) -> None:
        """End it for all."""
        with self._lock:
            self._closed = True
            for viewer in (*self._coming, *self._viewers):
                viewer.put(b"")

    def write(self, data: bytes) -> int:
        """Take more of the file, as a muxer writes it."""
        self._rest += data
        if not self._header and len(self._rest) >= FILE_HEADER:
            self._header = self._take(FILE_HEADER)
        while len(self._rest) >= TAG_HEADER:
            size = TAG_HEADER + int.from_bytes(self._rest[1:4], "big") + TAG_TRAILER
            if len(self._rest) < size:
                break
            self._hand_on(self._take(size))
        return len(data)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        return taken

    def _hand_on(self, tag: bytes) -> None:
        with self._lock:
            if self._describes(tag):
                self._header += tag
                return
            if tag[0] == VIDEO and tag[TAG_HEADER] >> 4 & 7 == KEY_FRAME:
                self._group = []
            elif not self._group:
                return  # sound before the first picture
            self._group.append(tag)
            for viewer in self._viewers:
                viewer.put(tag)

    @staticmethod
    def _describes(tag: bytes) -> bool:
        """Tell whether it is no picture and no sound, but what a decoder must know before."""
        kind, first, second = tag[0], tag[TAG_HEADER], tag[TAG_HEADER + 1]
        if kind == VIDEO and first & EXTENDED:
            return first & 0xF == 0
        return kind not in (AUDIO, VIDEO) or second == 0
