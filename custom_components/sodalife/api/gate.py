"""What is closed for a while, and why."""

from __future__ import annotations

from .clock import Clock, Moment
from .errors import SodaError


class Gate:
    """Keeps calls of one kind from going out until a time has passed."""

    def __init__(self, clock: Clock) -> None:
        """Start open."""
        self._clock = clock
        self._closed: tuple[Moment, float, SodaError] | None = None

    def close(self, seconds: float, why: SodaError) -> None:
        """Let nothing through for so many seconds."""
        self._closed = Moment.now(self._clock), seconds, why.copy()

    def check(self) -> None:
        """Return if the gate is open.

        Raises:
            SodaError: why it is not.

        """
        if self._closed is None:
            return
        since, seconds, why = self._closed
        if since.age(self._clock) < seconds:
            raise why.copy()
        self._closed = None
