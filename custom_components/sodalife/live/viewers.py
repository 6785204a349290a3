"""Who watches a stream of Home Assistant's: players, as long as they ask for more.

Home Assistant tells when a stream ends, which is up to five minutes after the last player has gone
(300 s in 2025.4, 30 s in 2026.10), but not when that was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
import time
from typing import TYPE_CHECKING

from homeassistant.components.stream import HLS_PROVIDER, Stream
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

if TYPE_CHECKING:
    from homeassistant.components.stream.core import Segment, StreamOutput

GONE = 9.0  # seconds without a request after which a player has left


class Viewers:
    """Tells whether anybody watches."""

    def __init__(self, hass: HomeAssistant, changed: Callable[[], None]) -> None:
        """Take whom to tell when the first one comes and when the last one has left."""
        self._hass = hass
        self._changed = changed
        self._seen_at = float("-inf")
        self._cancel_timer: CALLBACK_TYPE | None = None

    @property
    def players(self) -> bool:
        """Whether a player has asked for something just now."""
        return time.monotonic() < self._seen_at + GONE

    @callback
    def seen(self) -> None:
        """Note that a player asks for something."""
        new = not self.players
        self._seen_at = time.monotonic()
        if self._cancel_timer is None:
            self._look_again(GONE)
        if new:
            self._changed()

    @callback
    def close(self) -> None:
        """Look no more."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _look_again(self, seconds: float) -> None:
        self._cancel_timer = async_call_later(self._hass, seconds, self._look)

    @callback
    def _look(self, now: datetime) -> None:
        self._cancel_timer = None
        if (left := self._seen_at + GONE - time.monotonic()) > 0:
            self._look_again(left)
        else:
            self._changed()


@callback
def follow(stream: Stream, seen: Callable[[], None], ended: Callable[[], None]) -> None:
    """Have it told when a player asks for something, and when an output is not wanted any more."""
    for name, output in stream.outputs().items():
        if "cleanup" not in vars(output):
            _tell_end(output, ended)
            if name == HLS_PROVIDER:
                _tell_requests(output, seen)


def _tell_end(output: StreamOutput, ended: Callable[[], None]) -> None:
    cleanup = output.cleanup

    def end() -> None:
        cleanup()
        ended()

    vars(output)["cleanup"] = end


def _tell_requests(output: StreamOutput, seen: Callable[[], None]) -> None:
    awake, segments = output.idle_timer.awake, output.get_segments

    def piece_wanted() -> None:
        awake()
        seen()

    def playlist_wanted() -> deque[Segment]:
        seen()
        return segments()

    vars(output.idle_timer)["awake"] = piece_wanted
    vars(output)["get_segments"] = playlist_wanted
