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
    """Counts what happens on one day of the platform."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock
        self._day: date | None = None
        self._count = 0

    @property
    def value(self) -> int:
        """What was counted today."""
        return self._count if self._day == platform_day(self._clock.time()) else 0

    def add(self, number: int) -> None:
        """Count."""
        self._count = self.value + number
        self._day = platform_day(self._clock.time())
