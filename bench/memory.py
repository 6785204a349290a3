"""How much memory a process takes above what it had, while something is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import gc
import threading

import psutil

EVERY = 0.005  # seconds
MB = 1_000_000


class MemoryWatch:
    """The largest growth, in MB, of this process, and of the programs that it runs."""

    def __init__(self) -> None:
        """Take what there is now as idle."""
        self._process = psutil.Process()
        self._idle = self._process.memory_info().rss
        self.largest = 0.0
        self.largest_children = 0.0

    def look(self) -> None:
        """See how much it is by now."""
        self.largest = max(self.largest, (self._process.memory_info().rss - self._idle) / MB)
        children = 0
        for child in self._process.children():
            with suppress(psutil.Error):  # it has just ended
                if child.name() == "ffmpeg":
                    children += child.memory_info().rss
        self.largest_children = max(self.largest_children, children / MB)


@contextmanager
def watched_memory() -> Iterator[MemoryWatch]:
    """Look at the memory all the time, from a thread of its own."""
    gc.collect()
    watch, over = MemoryWatch(), threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            watch.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()
