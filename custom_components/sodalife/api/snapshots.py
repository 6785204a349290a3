"""Snapshots from memory: one photo serves whoever and however many look."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from .budget import PhotoBudget
from .call_queue import MAX_WAIT, CallQueue, Priority
from .clock import Moment, timeout
from .day import seconds_to_midnight
from .device import Device
from .errors import AnswerTimeout, CaptureQuotaUsed, SodaError
from .gate import Gate
from .models import PhotoReason, Snapshot
from .signal import PacedSignal, Signal
from .single_flight import SharedCall

DEFAULT_INTERVAL = 30.0
PATIENCE = 8.0  # seconds; Home Assistant gives up on a picture after 10
# Seconds between two pieces of news of photos that nobody but a viewer has asked for: each becomes
# two rows in a database, and with what Home Assistant writes anyway these are 120 in an hour.
NEWS_PAUSE = 75.0
FAILURE_PAUSE = 10.0  # seconds without another try after a failed photo


@dataclass(eq=False, slots=True)
class _Exposure:
    """A photo that is being taken, and the best reason of those who want it."""

    call: SharedCall[Snapshot]
    reason: PhotoReason


class SnapshotCache:
    """The newest photo of one device.

    Attributes:
        interval: how many seconds old a photo may be before a look takes another.
        last: the newest photo.
        captures: how many were asked for.
        budget: how many there may be a day.
        photographed: a photo was taken, and why; each of them, at once.
        taken: there is a new one to show; at once if that was the wish, or if the camera has moved.

    """

    def __init__(self, device: Device, queue: CallQueue) -> None:
        """Start without a photo."""
        self._device = device
        self._clock = device.clock
        self._queue = queue
        self.interval = DEFAULT_INTERVAL
        self.last: Snapshot | None = None
        self.captures = 0
        self.budget = PhotoBudget(device.clock, device.photos)
        self.photographed: Signal[[Snapshot, PhotoReason]] = Signal()
        self.taken = PacedSignal(device.clock, NEWS_PAUSE)
        self.photographed.subscribe(self.taken.follow)
        self._moved_at = float("-inf")  # monotonic time of the last change of view
        self._failed: tuple[Moment, SodaError] | None = None
        self._capturing: _Exposure | None = None
        self._quota = Gate(device.clock)

    def recall(self, snapshot: Snapshot) -> None:
        """Go on from the newest photo of an earlier run; the next look takes another."""
        self.last = self.last or snapshot

    def expire(self) -> None:
        """Let the next look fetch a new photo: the camera has moved."""
        self._moved_at = self._clock.monotonic()

    def moved_within(self, seconds: float) -> bool:
        """Tell whether the camera has moved lately, or is moving."""
        return self._moving or self._clock.monotonic() - self._moved_at < seconds

    async def get(
        self, *, this_view: bool = False, reason: PhotoReason = PhotoReason.LOOK
    ) -> Snapshot:
        """Return a photo that is recent enough, or the last good one if none comes in 8 s.

        With `this_view`, one from before the last move is not good, nor is one from before the move
        that is under way. For a look, one that the budget has to make do with is recent enough.

        Raises:
            SodaError: if there is no photo that will do.

        """
        last = self.last
        if last is not None and not (this_view and self._moving) and self._is_recent(last, reason):
            return last
        try:
            self._check_failure()
            async with timeout(self._clock, PATIENCE):
                return await self._take(reason)
        except (SodaError, TimeoutError) as err:
            if (last := self.last) is not None and (not this_view or self._shows_this_view(last)):
                return last
            raise err if isinstance(err, SodaError) else AnswerTimeout from None

    async def capture(self, reason: PhotoReason = PhotoReason.COMMANDED) -> Snapshot:
        """Take a photo now, or share the one that is being taken; goes on without its caller.

        Raises:
            SodaError: if there is none.

        """
        snapshot = await self._take(reason)
        self.taken.hurry()
        return snapshot

    def close_for_today(self, why: CaptureQuotaUsed) -> None:
        """Take no photo until the platform's midnight."""
        self._quota.close(seconds_to_midnight(self._clock.time()), why)

    async def close(self) -> None:
        """End a capture under way."""
        self.taken.cancel()
        if (exposure := self._capturing) is not None:
            exposure.call.cancel()
            await exposure.call.wait()

    async def _take(self, reason: PhotoReason) -> Snapshot:
        deadline, moved_at = self._clock.monotonic() + MAX_WAIT, self._moved_at
        while True:
            call = self._expose(reason)
            snapshot = await call.join(max(0.0, deadline - self._clock.monotonic()))
            if snapshot.commanded.monotonic > moved_at:  # else it was under way before the move
                return snapshot

    def _expose(self, reason: PhotoReason) -> SharedCall[Snapshot]:
        """Return the photo that is being taken, for one reason more; else begin one."""
        exposure = self._capturing
        if exposure is None or not exposure.call.joinable:
            self.budget.check(reason)
            call = SharedCall(self._clock, self._photograph, wanted_anyway=True)
            exposure = self._capturing = _Exposure(call, reason)
        elif reason is PhotoReason.COMMANDED:
            exposure.reason = reason
        return exposure.call

    @property
    def _moving(self) -> bool:
        return self._queue.holder is Priority.PTZ

    def _shows_this_view(self, snapshot: Snapshot) -> bool:
        return not self._moving and snapshot.commanded.monotonic > self._moved_at

    def _is_recent(self, snapshot: Snapshot, reason: PhotoReason) -> bool:
        commanded = snapshot.commanded
        if commanded.monotonic <= self._moved_at:
            return False  # it shows what the camera saw before it moved
        pause = self.budget.pause if reason is PhotoReason.LOOK else 0.0
        return commanded.age(self._clock) < max(self.interval, pause)

    def _check_failure(self) -> None:
        """Raise the error of a photo that failed just now, rather than try again at once."""
        if self._failed is not None:
            at, err = self._failed
            if at.age(self._clock) < FAILURE_PAUSE:
                raise err.copy()

    async def _photograph(self, begun: asyncio.Event) -> Snapshot:
        """Have a photo taken, and fetch it when others may have their turns."""
        try:
            self._quota.check()
            async with self._queue.turn(Priority.CAPTURE):
                begun.set()
                self.captures += 1
                commanded = Moment.now(self._clock)  # the platform's time of the photo, too
                address = await self._device.capture()
            picture = await self._device.picture(address)
        except SodaError as err:
            if isinstance(err, CaptureQuotaUsed) and begun.is_set():
                self.close_for_today(err)
            self._failed = Moment.now(self._clock), err.copy()
            raise
        finally:
            exposure, self._capturing = (
                self._capturing,
                None,
            )  # or its traceback would keep a picture
        moved = self.last is None or self.last.commanded.monotonic <= self._moved_at
        self.last, self._failed = Snapshot(picture, commanded.time, address, commanded), None
        if moved:
            self.taken.release()
        self.photographed.emit(self.last, exposure.reason if exposure else PhotoReason.LOOK)
        return self.last
