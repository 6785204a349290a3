"""Repair issues: what only the user can mend. Each goes when its cause is gone."""

from __future__ import annotations

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .api import Camera, Clock, SodaError
from .api.day import platform_day
from .api.errors import (
    ApplicationFrozen,
    CaptureQuotaUsed,
    DeviceNotFound,
    DeviceNotPermitted,
    VideoEncrypted,
)
from .api.failure import Failure
from .api.foreign import clean
from .const import DOMAIN

CAMERA_ISSUES = (CaptureQuotaUsed, DeviceNotFound, DeviceNotPermitted, VideoEncrypted)
TOKEN_CONTENTION = "token_contention"  # noqa: S105 - the name of an issue
# Here the user can do nothing but wait, or the cause shows by itself.
NOT_FIXABLE = (CaptureQuotaUsed.key, TOKEN_CONTENTION)


def is_over(failure: Failure, now: float) -> bool:
    """Tell whether a failure ended by itself: the quota is new every day."""
    used_up = isinstance(failure.error, CaptureQuotaUsed)
    return used_up and platform_day(failure.at) != platform_day(now)


class Issues:
    """Raises and clears the repair issues of one application."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, name_of: Callable[[str], str], clock: Clock
    ) -> None:
        """Take the entry, and what tells a camera's name by its serial."""
        self._hass = hass
        self._entry = entry
        self._name_of = name_of
        self._clock = clock
        self._open: set[str] = set()
        self._cameras: dict[str, Camera] = {}  # by serial
        self._following: dict[str, Callable[[], None]] = {}
        self._subentries: dict[str, str] = {}  # their ids, by serial

    @callback
    def follow(self, camera: Camera, subentry_id: str) -> None:
        """Follow a camera."""
        self._cameras[camera.serial] = camera
        self._subentries[camera.serial] = subentry_id
        self._following[camera.serial] = camera.device.changed.subscribe(
            lambda: self.check_camera(camera)
        )

    @callback
    def forget(self, camera: Camera) -> None:
        """Follow a camera no more, and clear its issues."""
        self._following.pop(camera.serial)()
        for kind in CAMERA_ISSUES:
            self._set(kind.key, camera, wanted=False)
        del self._subentries[camera.serial], self._cameras[camera.serial]

    @callback
    def close(self) -> None:
        """Clear everything."""
        for issue_id in self._open:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        self._open.clear()

    @callback
    def note_outcome(self, err: SodaError | None) -> None:
        """Learn from the outcome of a call whether the application is frozen."""
        frozen = isinstance(err, ApplicationFrozen)
        if frozen or err is None or err.code.isdigit():  # it has looked at the application
            self._set(ApplicationFrozen.key, None, wanted=frozen)

    @property
    def frozen(self) -> bool:
        """Whether the application is said to be frozen."""
        return self.is_open(self._id(ApplicationFrozen.key, None))

    @callback
    def note_token(self, *, shared: bool) -> None:
        """Say whether somebody else uses the application."""
        self._set(TOKEN_CONTENTION, None, wanted=shared)

    @callback
    def check_camera(self, camera: Camera) -> None:
        """Look at what concerns one camera."""
        kinds = {type(failure.error) for failure in self.open_failures(camera)}
        for kind in CAMERA_ISSUES:
            self._set(kind.key, camera, wanted=kind in kinds)

    @callback
    def renamed(self, serial: str) -> None:
        """Let open issues of a camera say its new name."""
        if (camera := self._cameras.get(serial)) is None:
            return
        for failure in self.open_failures(camera):
            self._open.discard(self._id(failure.error.key, camera))
        self.check_camera(camera)

    def open_failures(self, camera: Camera) -> list[Failure]:
        """Return the failures of a camera that are an issue."""
        now = self._clock.time()
        return [
            failure
            for failure in camera.device.failures.values()
            if isinstance(failure.error, CAMERA_ISSUES) and not is_over(failure, now)
        ]

    def is_open(self, issue_id: str) -> bool:
        """Tell whether there is such an issue now."""
        return issue_id in self._open

    def _id(self, key: str, camera: Camera | None) -> str:
        # It is in diagnostics downloads, where serials have no place.
        about = self._subentries[camera.serial] if camera else self._entry.entry_id
        return f"{key}_{about}"

    def _set(self, key: str, camera: Camera | None, *, wanted: bool) -> None:
        issue_id = self._id(key, camera)
        if wanted == (issue_id in self._open):
            return
        if not wanted:
            self._open.discard(issue_id)
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        self._open.add(issue_id)
        serial = camera.serial if camera else ""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data={"entry_id": self._entry.entry_id, "serial": serial},
            is_fixable=key not in NOT_FIXABLE,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={
                "camera": clean(self._name_of(serial)),
                "serial": serial,
                "client_id": str(self._entry.data[CONF_CLIENT_ID]),
            },
        )
