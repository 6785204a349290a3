"""Asks the cameras whether they are online, with as few calls as will do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
import math

from .api import Camera, Clock, Endpoint
from .api.backoff import Backoff
from .api.signal import Signal
from .const import LOGGER
from .reachability import Reachability

SUSPICION_GAP = 5.0  # seconds between checks while it is found out who can be reached ...
MAX_DOWN_GAP = 60.0  # ... growing up to this once the platform is known to be down
FIRST_ROUND_GAP = 1.0  # seconds between checks after the start, at most
OFFLINE_PROBE = 120.0  # seconds, at least, between probes where there is no online endpoint


class Poller:
    """Asks every camera once per interval, evenly spread, and those in doubt at once.

    Attributes:
        visited: the turn of a camera has come, whether it had to be asked or not.

    """

    def __init__(
        self,
        cameras: Callable[[], Sequence[Camera]],
        check: Callable[[Camera], None],
        interval: Callable[[], float],
        reachability: Reachability,
        clock: Clock,
    ) -> None:
        """Take whom to ask, how, and how often.

        Args:
            cameras: gives the cameras there are now.
            check: has a camera asked soon, in the background.
            interval: gives the seconds between two checks of a camera; 0: none are made.
            reachability: what is known of who can be reached.
            clock: the time.

        """
        self._cameras = cameras
        self._check = check
        self._interval = interval
        self._reachability = reachability
        self._clock = clock
        self.visited: Signal[[Camera]] = Signal()
        self._asked_at: dict[str, float] = {}
        self._investigated_at = float("-inf")
        self._down = Backoff(SUSPICION_GAP, MAX_DOWN_GAP)

    async def run(self, pause: float) -> None:
        """Check the cameras in turn for ever.

        Begins after a pause, in seconds: checks that have to wait would all come at its end.
        """
        if pause > 0:
            await self._clock.sleep(pause)
        longest = FIRST_ROUND_GAP
        while True:
            for camera in tuple(self._cameras()) or (None,):
                if camera is not None and camera in self._cameras():
                    self._visit(camera)
                await self._rest(longest)
            longest = math.inf

    def ask(self, camera: Camera) -> None:
        """Have a camera asked now."""
        self._asked_at[camera.serial] = self._clock.monotonic()
        try:
            self._check(camera)
        except Exception:  # noqa: BLE001 - one camera's trouble must not end the others' checks
            LOGGER.exception("The check of %s could not be begun", camera.serial)

    def forget(self, serial: str) -> None:
        """Forget a camera that is gone."""
        self._asked_at.pop(serial, None)

    def _visit(self, camera: Camera) -> None:
        if self._interval() > 0 and self._is_due(camera):
            self.ask(camera)
        self.visited.emit(camera)

    def _is_due(self, camera: Camera) -> bool:
        """Tell whether a check would tell anything that is not known."""
        interval, now = self._interval(), self._clock.monotonic()
        if self._reachability.down:
            return True
        if camera.device.client.knows(Endpoint.ONLINE):
            return now - camera.device.seen_at > interval / 2
        # Without an online endpoint a check is a live address: only for cameras that
        # were offline, now and then, until they answer.
        asked_at = self._asked_at.get(camera.serial, float("-inf"))
        return camera.device.online is False and now - asked_at >= max(interval, OFFLINE_PROBE)

    async def _rest(self, longest: float) -> None:
        """Wait until it is time for the next camera; that may come sooner than it seemed."""
        began = self._clock.monotonic()
        gap = self._down.grow() if self._reachability.down else 0.0
        while (rest := began + min(max(gap, self._gap()), longest) - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(rest, SUSPICION_GAP))
            self._investigate()

    def _gap(self) -> float:
        interval = self._interval()
        if interval <= 0:
            return math.inf
        if self._reachability.down:
            return 0.0
        return interval / max(1, len(self._cameras()))

    def _investigate(self) -> None:
        """Ask one camera that has failed, and one that is thought healthy."""
        reach, now = self._reachability, self._clock.monotonic()
        if not reach.down:
            self._down.reset()
        if not reach.in_doubt or reach.down or now < self._investigated_at + SUSPICION_GAP:
            return
        self._investigated_at = now
        cameras = [camera for camera in self._cameras() if camera.device.online is not False]
        for is_wanted in (reach.is_suspect, reach.is_untried):
            wanted = (camera for camera in cameras if is_wanted(camera.serial))
            if (camera := next(wanted, None)) is not None:
                self.ask(camera)
