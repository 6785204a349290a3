"""The seconds that are kept between two calls to a device."""

from __future__ import annotations

from .clock import Clock
from .errors import (
    InvalidClient,
    NotPermitted,
    NotSupported,
    QueueBusy,
    SodaError,
    TokenPaused,
    TokenRejected,
    VoiceDropped,
)

DEFAULT_INTERVAL = 4.0
MAX_INTERVAL = 60.0
# Without a code these come from ourselves: the device was not asked for anything.
_OUR_OWN = (
    InvalidClient,
    NotPermitted,
    NotSupported,
    QueueBusy,
    TokenPaused,
    TokenRejected,
    VoiceDropped,
)


def was_asked(err: BaseException | None) -> bool:
    """Tell whether the device was asked for something by a call that ended so."""
    return not (isinstance(err, _OUR_OWN) and not err.code)


class Pace:
    """As many seconds as the user wishes, and more while the platform asks for fewer calls."""

    def __init__(self, clock: Clock, base: float) -> None:
        """Take the user's wish."""
        self._clock = clock
        self._base = base
        self.interval = base
        self.ready_at = float("-inf")  # monotonic time of the next call

    def set_base(self, base: float) -> None:
        """Change the user's wish."""
        if base != self._base:
            self._base = self.interval = base
            self.ready_at = min(self.ready_at, self._clock.monotonic() + base)

    def answered(self) -> None:
        """Start the seconds anew: the device has answered."""
        self.ready_at = self._clock.monotonic() + self.interval

    def adapt(self, err: SodaError | None) -> None:
        """Let the seconds grow if an answer asks for that, and shrink again if it does not."""
        if err is None:
            self.interval = max(self._base, self.interval / 2)
        elif err.slow_down:
            wider = max(self.interval, DEFAULT_INTERVAL / 2) * 2
            self.interval = min(wider, max(MAX_INTERVAL, self._base))
