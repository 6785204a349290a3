"""What one browser gets of a stream."""

from __future__ import annotations

import asyncio
from typing import Any

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
import av

from .reader import Portion


class PacketTrack(MediaStreamTrack):
    """A track of packets that are encoded already."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.queue: asyncio.Queue[av.Packet[Any]] = asyncio.Queue()

    async def recv(self) -> av.Packet[Any]:
        """Return the next packet."""
        if self.readyState != "live":
            raise MediaStreamError
        return await self.queue.get()

    def clear(self) -> None:
        """Forget what has not been sent."""
        while not self.queue.empty():
            self.queue.get_nowait()


class Feed:
    """The tracks of one viewer. They begin with a key frame."""

    def __init__(self, *, sound: bool) -> None:
        """Have a track for pictures and, where there is sound, one for that."""
        self.tracks = {kind: PacketTrack(kind) for kind in ("video", *(["audio"] * sound))}
        self.is_connected = False
        self._has_begun = False

    def put(self, portion: Portion) -> None:
        """Take a packet; until the browser is there, only those from the newest key frame on."""
        if portion.is_key and not self.is_connected:
            self._has_begun = True
            for track in self.tracks.values():
                track.clear()
        self._has_begun |= portion.is_key
        wanted = self.tracks.get(portion.kind) if self._has_begun else None
        if wanted is not None and wanted.readyState == "live":
            wanted.queue.put_nowait(portion.packet)
