"""Streams by name: each has one source for all its viewers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from .reader import Portion, SourceError
from .source import Source


class Viewer(Protocol):
    """Who is handed all that comes."""

    def put(self, portion: Portion) -> None:
        """Take a packet."""


class Stream:
    """One camera's stream."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Open nothing yet. Of several sources the first is read; sound is made anyway."""
        self.urls = urls
        self.viewers: list[Viewer] = []
        self._source: Source | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> Source:
        """Return the source, which is open; raise SourceError if it cannot be read.

        Whoever opens it joins, or it stays open.
        """
        async with self._opening:
            if self._source is None:
                source = Source(self.urls[0], self._hand_on)
                await source.open()
                self._source = source
            return self._source

    def join(self, viewer: Viewer) -> None:
        """Hand a viewer what comes from now on."""
        self.viewers.append(viewer)

    def leave(self, viewer: Viewer) -> None:
        """Hand a viewer nothing more; close the source if that was the last."""
        if viewer in self.viewers:
            self.viewers.remove(viewer)
        if not self.viewers and self._source is not None:
            self._source.close()
            self._source = None

    def _hand_on(self, portion: Portion) -> None:
        for viewer in self.viewers:
            viewer.put(portion)


class Streams:
    """All streams."""

    def __init__(self) -> None:
        """Know none yet."""
        self.by_name: dict[str, Stream] = {}

    def add(self, name: str, urls: Sequence[str]) -> None:
        """Give a name a new stream. Who watches the old one goes on watching that."""
        self.by_name[name] = Stream(urls)

    def get(self, name: str) -> Stream:
        """Return a stream; raise SourceError if there is none."""
        stream = self.by_name.get(name)
        if stream is None or not stream.urls:
            raise SourceError("stream not found")
        return stream
