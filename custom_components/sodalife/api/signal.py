"""Telling others that something has happened."""

from __future__ import annotations

from collections.abc import Callable

from .clock import Clock, Timer


class Signal[**P]:
    """Something that happens now and then, and those who want to know."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._listeners: list[Callable[P, object]] = []

    def subscribe(self, listener: Callable[P, object]) -> Callable[[], None]:
        """Have `listener` called each time; the function returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call everybody who listens, in the order in which they came."""
        for listener in tuple(self._listeners):
            listener(*args, **kwargs)


class PacedSignal(Signal[[]]):
    """A signal that waits until a time has passed since it was heard last, unless it is urgent."""

    def __init__(self, clock: Clock, pause: float) -> None:
        """Take the seconds between two times, at least."""
        super().__init__()
        self._clock = clock
        self._pause = pause
        self._heard_at = float("-inf")
        self._timer: Timer | None = None

    def announce(self, *, urgent: bool = False) -> None:
        """Have it emitted: now, or when it is time."""
        rest = self._heard_at + self._pause - self._clock.monotonic()
        if urgent or rest <= 0:
            self._emit_now()
        elif self._timer is None:
            self._timer = self._clock.call_later(rest, self._emit_now)

    def follow(self, *_: object) -> None:
        """Announce it whenever another signal is emitted, to which this is subscribed."""
        self.announce()

    def release(self) -> None:
        """Let the next announcement be emitted at once."""
        self._heard_at = float("-inf")

    def hurry(self) -> None:
        """Wait no longer with what is to be emitted."""
        if self._timer is not None:
            self._emit_now()

    def cancel(self) -> None:
        """Emit nothing any more that was announced."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _emit_now(self) -> None:
        self.cancel()
        self._heard_at = self._clock.monotonic()
        self.emit()
