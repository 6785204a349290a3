"""How soon Home Assistant's stream goes on after a failure.

It waits 10 s before it tries again, and 10 s longer with each failure. Seen in Home Assistant
2025.4.4 and 2026.10.4.
"""

from __future__ import annotations

import threading
from typing import override

from homeassistant.components.stream import Stream


class _Wait(threading.Event):
    """What a stream's thread waits for between two tries: the end, or `hurry`."""

    def __init__(self) -> None:
        super().__init__()
        self._go_on = threading.Event()

    def hurry(self) -> None:
        """End the wait before its time, the next one if there is none just now."""
        self._go_on.set()

    @override
    def set(self) -> None:
        super().set()
        self._go_on.set()

    @override
    def clear(self) -> None:
        super().clear()
        self._go_on.clear()

    @override
    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self._go_on.wait(timeout)
        self._go_on.clear()
        return self.is_set()


def may_go_on(stream: Stream) -> None:
    """Have a stream that has not begun yet try again when `go_on` tells it to."""
    if not stream.outputs():  # else its thread waits for something else
        vars(stream)["_thread_quit"] = _Wait()


def go_on(stream: Stream) -> None:
    """Have a stream try again at once, if it waits after a failure."""
    wait = vars(stream).get("_thread_quit")
    if isinstance(wait, _Wait):
        wait.hurry()
