"""Asks the cameras whether they are online, with as few calls as will do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
import math
from typing import Any

from .api import Camera, Clock, Endpoint, SodaError
from .api.backoff import Backoff
from .api.signal import Signal
from .const import DOMAIN, LOGGER
from .reachability import Reachability

SUSPICION_GAP = 5.0  # seconds between checks while it is found out who can be reached ...
SUSPECTS = 2  # of those who failed that are asked each time: as many as make the platform doubtful
MAX_DOWN_GAP = 60.0  # ... growing up to this once the platform is known to be down
FIRST_ROUND_GAP = 1.0  # seconds between checks after the start, at most
OPENED = 60.0  # seconds without a look after which who looks has just come; see `look`
# Seconds for what somebody has come for, live or a move: a check would make that wait for as long
# as calls to one camera are apart, and afterwards there may be nothing to ask.
FIRST = 5.0
OFFLINE_PROBE = 120.0  # seconds, at least, between probes where there is no online endpoint


class Poller:
    """Asks every camera once per interval, evenly spread, and those in doubt at once.

    Attributes:
        visited: the turn of a camera has come, whether it had to be asked or not.

    """

    def __init__(
        self,
        cameras: Callable[[], Sequence[Camera]],
        interval: Callable[[], float],
        reachability: Reachability,
        spawn: Callable[[Coroutine[Any, Any, None], str], object],
        clock: Clock,
    ) -> None:
        """Take whom to ask, how often, and how to work in the background.

        Args:
            cameras: gives the cameras there are now.
            interval: gives the seconds between two checks of a camera; 0: none are made.
            reachability: what is known of who can be reached.
            spawn: has something done in the background, under a name.
            clock: the time.

        """
        self._cameras = cameras
        self._interval = interval
        self._reachability = reachability
        self._spawn = spawn
        self._clock = clock
        self.visited: Signal[[Camera]] = Signal()
        self._asked_at: dict[str, float] = {}
        self._looked_at: dict[str, float] = {}
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
        """Have a camera asked soon, unless it is the user's wish that none is asked."""
        if self._interval() > 0:
            self._ask(camera)

    def look(self, camera: Camera, shows_live: Callable[[], bool]) -> None:
        """Have a camera asked that somebody has just come to see, if the last word is old.

        Whoever comes goes first; and a live picture that is there by then says enough.
        """
        now = self._clock.monotonic()
        opened = now - self._looked_at.get(camera.serial, float("-inf")) > OPENED
        self._looked_at[camera.serial] = now
        if opened and self._is_unheard_of(camera):
            self._spawn(self._ask_after(camera, shows_live), f"{DOMAIN} look {camera.serial}")

    def forget(self, serial: str) -> None:
        """Forget a camera that is gone."""
        self._asked_at.pop(serial, None)
        self._looked_at.pop(serial, None)

    async def _ask_after(self, camera: Camera, shows_live: Callable[[], bool]) -> None:
        await self._clock.sleep(FIRST)
        if camera.serial in self._looked_at and self._is_unheard_of(camera) and not shows_live():
            self._ask(camera)

    def _is_unheard_of(self, camera: Camera) -> bool:
        """Tell whether the last word of a camera is old, and it may be asked for another."""
        silent = self._clock.monotonic() - camera.device.seen_at
        return (
            min(silent, self._unasked_for(camera)) > OPENED
            and self._would_tell(camera)
            and self._may_ask(camera)
        )

    def _ask(self, camera: Camera) -> None:
        self._asked_at[camera.serial] = self._clock.monotonic()
        self._spawn(_check(camera), f"{DOMAIN} online check {camera.serial}")

    def _visit(self, camera: Camera) -> None:
        if self._is_due(camera):
            self.ask(camera)
        try:
            self.visited.emit(camera)
        except Exception:  # noqa: BLE001 - the others want their checks whatever it is
            LOGGER.exception("What follows a check of %s", camera.serial)

    def _is_due(self, camera: Camera) -> bool:
        """Tell whether a check would tell anything that is not known."""
        interval = self._interval()
        if self._reachability.down:
            return self._may_ask(camera)
        if camera.device.client.knows(Endpoint.ONLINE):
            return self._clock.monotonic() - camera.device.seen_at > interval / 2
        return self._would_tell(camera) and self._unasked_for(camera) >= max(
            interval, OFFLINE_PROBE
        )

    def _would_tell(self, camera: Camera) -> bool:
        """Tell whether a check is good for something, whenever it is made.

        Without an online endpoint it is a live address: only for cameras that are out of reach, now
        and then, until they answer.
        """
        reached = self._reachability.available(camera.serial) and camera.device.online is not False
        return camera.device.client.knows(Endpoint.ONLINE) or not reached

    def _may_ask(self, camera: Camera) -> bool:
        """Tell whether a camera may be asked out of its turn: an offline one costs a probe."""
        return (
            camera.device.online is not False
            or camera.device.client.knows(Endpoint.ONLINE)
            or self._unasked_for(camera) >= OFFLINE_PROBE
        )

    def _unasked_for(self, camera: Camera) -> float:
        return self._clock.monotonic() - self._asked_at.get(camera.serial, float("-inf"))

    async def _rest(self, longest: float) -> None:
        """Wait until it is time for the next camera; that may come sooner than it seemed."""
        began = self._clock.monotonic()
        gap = self._down.grow() if self._reachability.down else 0.0
        while (rest := began + max(gap, min(self._gap(), longest)) - self._clock.monotonic()) > 0:
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
        """Ask those who have failed, and one who is thought healthy if that would help."""
        reach, now = self._reachability, self._clock.monotonic()
        if reach.down:
            return
        self._down.reset()
        in_doubt = reach.suspects or reach.wants_witness
        if not in_doubt or now < self._investigated_at + SUSPICION_GAP:
            return
        self._investigated_at = now
        cameras = [camera for camera in self._cameras() if self._may_ask(camera)]
        for camera in self._suspects(cameras) + self._witnesses(cameras):
            self.ask(camera)

    def _suspects(self, cameras: list[Camera]) -> list[Camera]:
        known = {camera.serial: camera for camera in cameras}
        return [known[who] for who in self._reachability.suspects if who in known][:SUSPECTS]

    def _witnesses(self, cameras: list[Camera]) -> list[Camera]:
        """Return the healthy camera that was asked the longest time ago."""
        if not self._reachability.wants_witness:
            return []
        healthy = [camera for camera in cameras if self._reachability.is_healthy(camera.serial)]
        return sorted(healthy, key=self._unasked_for, reverse=True)[:1]


async def _check(camera: Camera) -> None:
    try:
        await camera.check_online()
    except SodaError as err:
        LOGGER.debug("Online check of %s: %s", camera.serial, err)
    except Exception:  # noqa: BLE001 - nobody else would say so before it is long over
        LOGGER.exception("Online check of %s", camera.serial)
