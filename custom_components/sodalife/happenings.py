"""What happens to cameras, told to whoever waits for it: the triggers of automations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from homeassistant.core import Context, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from .activity import Activity, note_activity
from .api import Camera
from .api.models import PhotoReason, Snapshot
from .const import DOMAIN
from .coordinator import SodaCoordinator
from .devices import camera_entity
from .errors import sentence_of

PHOTO_TAKEN = "photo_taken"
WENT_OFFLINE = "went_offline"
CAME_ONLINE = "came_online"
TROUBLE = "trouble"
WATCHED = "watched"


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happened to a camera.

    Attributes:
        what: the trigger's key.
        entity: the camera's entity, as it is registered.
        about: what else an automation may want to know.
        context: who caused it, if that is known.

    """

    what: str
    entity: er.RegistryEntry
    about: Mapping[str, Any] = field(default_factory=dict)
    context: Context | None = None


HAPPENED: SignalType[Happening] = SignalType(f"{DOMAIN}_happened")


class Happenings:
    """Tells what happens to one camera, for as long as there is the camera.

    What was so when Home Assistant started has not happened.
    """

    def __init__(self, coordinator: SodaCoordinator, camera: Camera) -> None:
        """Follow a camera."""
        self._coordinator = coordinator
        self._camera = camera
        self._online = camera.device.online
        self._failure = camera.device.news.latest
        camera.device.changed.subscribe(self._changed)
        camera.snapshots.photographed.subscribe(self._photographed)

    @callback
    def tell(self, what: str, **about: Any) -> None:
        """Tell the triggers."""
        hass = self._coordinator.hass
        if (entity := camera_entity(hass, self._camera.serial)) is not None:
            happening = Happening(what=what, entity=entity, about=about)
            async_dispatcher_send(hass, HAPPENED, happening)

    @callback
    def _photographed(self, snapshot: Snapshot, reason: PhotoReason) -> None:
        captured_at = datetime.fromtimestamp(snapshot.captured_at, UTC)
        self.tell(PHOTO_TAKEN, reason=reason.value, captured_at=captured_at.isoformat())

    @callback
    def _changed(self) -> None:
        device = self._camera.device
        if device.online is not None and device.online is not self._online:
            known, self._online = self._online is not None, device.online
            if known:
                self.tell(CAME_ONLINE if device.online else WENT_OFFLINE)
            if known and not device.online:
                note_activity(self._coordinator.hass, self._camera, Activity.WENT_OFFLINE)
        if (failure := device.news.latest) is not None and failure is not self._failure:
            self._failure = failure
            name = self._coordinator.name_of(self._camera.serial)
            self.tell(
                TROUBLE,
                key=failure.error.key,
                code=failure.error.code,
                message=sentence_of(self._coordinator.hass, failure.error, name),
            )
