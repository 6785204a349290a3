"""What follows from the end of a call, for its camera and for the whole account."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from homeassistant.core import callback

from .api import Camera, SodaError
from .api.errors import InvalidClient
from .const import DOMAIN
from .issues import Issues
from .reachability import Reachability, tell_all


class Outcomes:
    """Takes errors to those who draw conclusions from them, and states to Home Assistant.

    Successes are only reported while there is something that they would disprove.
    """

    def __init__(
        self,
        reachability: Reachability,
        issues: Issues,
        spawn: Callable[[Coroutine[Any, Any, None], str], object],
        *,
        on_wrong_credentials: Callable[[], object],
    ) -> None:
        """Take who wants to know, and how to work in the background."""
        self._reachability = reachability
        self._issues = issues
        self._spawn = spawn
        self._on_wrong_credentials = on_wrong_credentials
        self._cameras: dict[str, Camera] = {}  # by serial
        self._attentive = False
        reachability.changed.subscribe(self._reachability_changed)

    @callback
    def follow(self, camera: Camera) -> None:
        """Follow what becomes of a camera's calls."""
        self._cameras[camera.serial] = camera
        camera.reachable = self._reachability.available(camera.serial)
        camera.device.reports_success = self._attentive
        camera.device.outcome.subscribe(partial(self._note, camera.serial))

    @callback
    def forget(self, camera: Camera) -> None:
        """Follow a camera no more."""
        if self._cameras.get(camera.serial) is camera:
            del self._cameras[camera.serial]

    @callback
    def note_token(self, err: SodaError | None) -> None:
        """Learn from the outcome of a token's fetching."""
        self._reachability.note_token(err)
        self._pay_attention()

    @callback
    def _note(self, serial: str, err: SodaError | None) -> None:
        self._reachability.note(serial, err)
        self._issues.note_outcome(err)
        if isinstance(err, InvalidClient):
            self._on_wrong_credentials()
        self._pay_attention()

    @callback
    def _pay_attention(self) -> None:
        wanted = self._reachability.in_doubt or self._issues.frozen
        if wanted != self._attentive:
            self._attentive = wanted
            for camera in self._cameras.values():
                camera.device.reports_success = wanted

    @callback
    def _reachability_changed(self, serial: str | None) -> None:
        """Have a camera's states written, or all."""
        concerned = [cam for cam in self._cameras.values() if serial in (None, cam.serial)]
        for camera in concerned:
            camera.reachable = self._reachability.available(camera.serial)
        self._spawn(tell_all(concerned), f"{DOMAIN} reachability")
