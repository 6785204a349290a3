"""How soon Home Assistant's stream shows something, at its start and after a failure.

It waits 10 s before it tries again, and 10 s longer with each failure; and it looks for 5 s into
what is FLV inside before it begins. Seen in Home Assistant 2025.4.4 and 2026.10.4.
"""

from __future__ import annotations

import threading
from typing import override

from homeassistant.components.stream import Stream

FLV = ("flv", "rtmp")  # how names of protocols begin that are FLV inside
# Microseconds of the picture to look into. FLV does not say what is in it, so all of them pass; by
# then sound has come, if there is any.
LOOK = "1000000"


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


def hasten(stream: Stream, protocol: str) -> None:
    """Have a stream that has not begun yet show its first picture soon, and `go_on` when told."""
    if stream.outputs():
        return  # its thread waits for something else
    # Until it was mended, PyAV crashed on FLV with any option at all (its issue 2010). Where Home
    # Assistant itself gives it some, whatever it reads, that is over; 2025.4 gives none.
    if stream.pyav_options and protocol.startswith(FLV):
        stream.pyav_options["analyzeduration"] = LOOK
    vars(stream)["_thread_quit"] = _Wait()


def go_on(stream: Stream) -> None:
    """Have a stream try again at once, if it waits after a failure."""
    wait = vars(stream).get("_thread_quit")
    if isinstance(wait, _Wait):
        wait.hurry()
