"""Asking again for what only the user could mend: perhaps that has happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from homeassistant.core import callback

from .api import Camera, Clock, Endpoint, PhotoReason, SodaError
from .const import DOMAIN, LOGGER
from .issues import Issues

RECHECK = 900.0  # seconds between tries


class Rechecker:
    """Tries cameras that have an issue again, now and then or when the user asks for it."""

    def __init__(
        self,
        issues: Issues,
        spawn: Callable[[Coroutine[Any, Any, None], str], object],
        clock: Clock,
    ) -> None:
        """Take the issues, and how to work in the background."""
        self._issues = issues
        self._spawn = spawn
        self._clock = clock
        self._tried_at: dict[str, float] = {}

    @callback
    def visit(self, camera: Camera) -> None:
        """Look after a camera; its turn comes once per online check."""
        if not self._issues.open_failures(camera):
            self._tried_at.pop(camera.serial, None)
            self._issues.check_camera(camera)  # a quota ends by itself
            return
        now = self._clock.monotonic()
        if now > self._tried_at.setdefault(camera.serial, now) + RECHECK:
            self._tried_at[camera.serial] = now
            self._spawn(self.async_recheck(camera), f"{DOMAIN} recheck {camera.serial}")

    async def async_recheck(self, camera: Camera) -> None:
        """Ask again for what went wrong with a camera."""
        endpoints = {failure.endpoint for failure in self._issues.open_failures(camera)}
        camera.live.drop()
        again: dict[Endpoint, Callable[[], Awaitable[object]]] = {
            Endpoint.CAPTURE: lambda: camera.snapshots.capture(PhotoReason.CHECK),
            Endpoint.LIVE: camera.live_protocol.address,
        }
        for endpoint in sorted(endpoints) or [Endpoint.ONLINE]:
            try:
                await again.get(endpoint, camera.check_online)()
            except SodaError as err:
                LOGGER.debug("Still wrong with %s: %s", camera.serial, err)
