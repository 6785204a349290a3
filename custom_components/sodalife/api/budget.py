"""How many photos may be taken on a day, so that there is one when it is wanted."""

from __future__ import annotations

import math

from .clock import Clock
from .day import DailyCount, seconds_to_midnight
from .errors import SodaError
from .models import PhotoReason

KEPT = 5  # one in so many is kept for what is commanded


class PhotoBudgetUsed(SodaError):
    """The user's own limit of photos a day is reached."""

    key = "photo_budget"


class PhotoBudget:
    """The photos of one device on one day of the platform, and the user's limit for them.

    Attributes:
        limit: how many there may be a day; 0: as many as anybody wants.

    """

    def __init__(self, clock: Clock, count: DailyCount) -> None:
        """Take what counts the device's photos; start without a limit."""
        self._clock = clock
        self._count = count
        self.limit = 0

    @property
    def taken(self) -> int:
        """How many photos were taken today."""
        return self._count.value

    @property
    def counted_from(self) -> float:
        """When the counting began (epoch), on the day that is counted."""
        return self._count.began_at

    @property
    def left(self) -> int | None:
        """How many there may be until midnight; None: as many as anybody wants."""
        return max(0, self.limit - self.taken) if self.limit else None

    @property
    def pause(self) -> float:
        """Seconds that a photo has to do for those who only look.

        So what is left to them lasts until midnight. Infinite if nothing is left.
        """
        if not self.limit:
            return 0.0
        left = self._left_to(PhotoReason.LOOK)
        return seconds_to_midnight(self._clock.time()) / left if left > 0 else math.inf

    def check(self, reason: PhotoReason) -> None:
        """Return if there may be another photo.

        Raises:
            PhotoBudgetUsed: if not, or only for better reasons.

        """
        if self.limit and self._left_to(reason) <= 0:
            raise PhotoBudgetUsed

    def resume(self, taken: int, counted_from: float) -> None:
        """Go on from what was counted in an earlier run."""
        self._count.resume(taken, counted_from)

    @property
    def _kept(self) -> int:
        """How many are kept: a fifth, one at least, but not the only one."""
        return min(max(1, self.limit // KEPT), self.limit - 1)

    def _left_to(self, reason: PhotoReason) -> int:
        kept = 0 if reason is PhotoReason.COMMANDED else self._kept
        return self.limit - kept - self.taken
