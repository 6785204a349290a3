"""Keeping an eye on the cameras and on the platform, with as few calls as will do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
import math
from typing import TYPE_CHECKING

from homeassistant.core import callback

from .api import Camera, Endpoint, SodaError
from .api.errors import TokenPaused
from .const import DOMAIN, LOGGER, OPT_LIVE_PROTOCOL, OPT_POLL_INTERVAL

if TYPE_CHECKING:
    from .coordinator import SodaCoordinator

DOWN_AFTER = 3  # failures in a row, of whichever cameras, that make the platform "down"
SUSPICION_GAP = 5.0  # seconds between checks while that is being found out
FIRST_ROUND_GAP = 1.0  # seconds between checks after the start, at most
RECHECK = 900.0  # seconds between tries of what only the user can mend
OFFLINE_PROBE = 120.0  # seconds, at least, between probes where there is no online endpoint


class Poller:
    """Checks every camera once per poll interval and notices when the platform is down."""

    def __init__(self, coordinator: SodaCoordinator) -> None:
        """Take the coordinator."""
        self._coordinator = coordinator
        self._failures = 0
        self._rechecked: dict[str, float] = {}
        self.reachable = True

    @callback
    def outcome(self, err: SodaError | None) -> None:
        """Learn from the outcome of a call, of whichever camera."""
        if isinstance(err, TokenPaused):
            return  # nobody was asked
        in_doubt = err is not None and err.platform_trouble
        self._failures = self._failures + 1 if in_doubt else 0
        reachable = self._failures < DOWN_AFTER and (self.reachable or not self._failures)
        if reachable == self.reachable:
            return
        self.reachable = reachable
        if reachable:
            LOGGER.info("The SodaLife platform can be reached again")
        else:
            LOGGER.warning("The SodaLife platform cannot be reached: %s", err)
        for camera in self._coordinator.cameras.values():
            camera.device.changed()

    async def run(self, pause: float) -> None:
        """Check the cameras in turn, evenly spread over the poll interval, for ever.

        Begins after a pause, in seconds: checks that have to wait would all come at its end.
        """
        if pause > 0:
            await self._coordinator.clock.sleep(pause)
        longest_gap = FIRST_ROUND_GAP
        while True:
            for camera in tuple(self._coordinator.cameras.values()) or (None,):
                if camera is not None:
                    self._look_after(camera)
                await self._rest(longest_gap)
            longest_gap = math.inf

    async def _rest(self, longest: float) -> None:
        """Wait until it is time for the next camera; that may come sooner than it seemed."""
        clock = self._coordinator.clock
        began = clock.monotonic()
        while (rest := began + min(self._gap(), longest) - clock.monotonic()) > 0:
            await clock.sleep(min(rest, SUSPICION_GAP))

    def _look_after(self, camera: Camera) -> None:
        if self._due(camera):
            self.check(camera)
        now = self._coordinator.clock.monotonic()
        if self._coordinator.issues.open_failures(camera):
            if now > self._rechecked.setdefault(camera.serial, now) + RECHECK:
                self._rechecked[camera.serial] = now
                self._coordinator.entry.async_create_background_task(
                    self._coordinator.hass,
                    self.recheck(camera),
                    f"{DOMAIN} recheck {camera.serial}",
                )
        else:
            self._rechecked.pop(camera.serial, None)
            self._coordinator.issues.check_camera(camera)  # a quota ends by itself

    @callback
    def check(self, camera: Camera) -> None:
        """Ask a camera soon, in the background, whether it is online."""

        async def check() -> None:
            try:
                await camera.check_online()
            except SodaError as err:
                LOGGER.debug("Online check of %s: %s", camera.serial, err)

        coordinator = self._coordinator
        coordinator.entry.async_create_background_task(
            coordinator.hass, check(), f"{DOMAIN} online check {camera.serial}"
        )

    async def recheck(self, camera: Camera) -> None:
        """Ask again for what only the user could mend: perhaps that has happened."""
        endpoints = {failure.endpoint for failure in self._coordinator.issues.open_failures(camera)}
        camera.live.drop()
        again: dict[Endpoint, Callable[[], Awaitable[object]]] = {
            Endpoint.CAPTURE: camera.snapshots.capture,
            Endpoint.LIVE: lambda: camera.live.get(self._coordinator.options[OPT_LIVE_PROTOCOL]),
        }
        for endpoint in endpoints or {Endpoint.ONLINE}:
            try:
                await again.get(endpoint, camera.check_online)()
            except SodaError as err:
                LOGGER.debug("Still wrong with %s: %s", camera.serial, err)

    @property
    def _interval(self) -> float:
        return float(self._coordinator.options[OPT_POLL_INTERVAL])

    def _gap(self) -> float:
        gap = self._interval / max(1, len(self._coordinator.cameras))
        return min(gap, SUSPICION_GAP) if self._failures else gap

    def _due(self, camera: Camera) -> bool:
        """Tell whether a check would tell anything that is not known."""
        silent = self._coordinator.clock.monotonic() - camera.device.seen_at
        if self._failures or self._coordinator.client.knows(Endpoint.ONLINE):
            return silent > self._interval / 2
        # Without an online endpoint a check is a live address: only for cameras that
        # were offline, now and then, until they answer.
        return camera.device.online is False and silent > max(self._interval, OFFLINE_PROBE)
