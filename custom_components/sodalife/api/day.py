"""The platform's day: its quotas and counts end at midnight in Shanghai."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from .clock import Clock

PLATFORM_ZONE = timezone(timedelta(hours=8))


def platform_day(at: float) -> date:
    """Return the platform's day of a moment (epoch)."""
    return datetime.fromtimestamp(at, PLATFORM_ZONE).date()


def seconds_to_midnight(now: float) -> float:
    """Return the seconds from `now` (epoch) until the platform's next midnight."""
    tomorrow = platform_day(now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PLATFORM_ZONE).timestamp() - now


class DailyCount:
    """Counts what happens on one day of the platform.

    Attributes:
        count: what was counted on the day that ...
        began_at: ... began then and ...
        ends_at: ... ends then (epoch).

    """

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock
        self.count = 0
        self.began_at = self.ends_at = 0.0

    @property
    def value(self) -> int:
        """What was counted today."""
        return self.count if self.began_at <= self._clock.time() < self.ends_at else 0

    def add(self) -> None:
        """Count one more."""
        if not self.began_at <= self._clock.time() < self.ends_at:
            self.begin_day()
        self.count += 1

    def resume(self, count: int, began_at: float) -> None:
        """Go on from what was counted in an earlier run."""
        self.count, self.began_at = count, began_at
        self.ends_at = began_at + seconds_to_midnight(began_at)

    def begin_day(self) -> None:
        """Begin to count anew, until the next midnight."""
        now = self._clock.time()
        self.count, self.began_at, self.ends_at = 0, now, now + seconds_to_midnight(now)
