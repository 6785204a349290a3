"""What is done with a camera, as events for the logbook: each says who did it."""

from __future__ import annotations

from enum import StrEnum

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant, callback

from .api import Camera
from .const import DOMAIN
from .devices import camera_entity

ATTR_COMMAND = "command"


class Activity(StrEnum):
    """What happens."""

    PHOTO_TAKEN = "photo_taken"  # that somebody wanted; looks would fill the database
    SPOKE = "spoke"
    MOVED = "moved"
    WENT_OFFLINE = "went_offline"

    @property
    def event_type(self) -> str:
        """The type of the event."""
        return f"{DOMAIN}_{self}"


@callback
def note_activity(
    hass: HomeAssistant,
    camera: Camera,
    activity: Activity,
    context: Context | None = None,
    **details: str,
) -> None:
    """Fire the event of what has happened; the context tells who did it."""
    event_type = activity.event_type
    if (entity := camera_entity(hass, camera.serial)) is not None:
        about = {ATTR_ENTITY_ID: entity.entity_id, ATTR_DEVICE_ID: entity.device_id}
        hass.bus.async_fire(event_type, {**about, **details}, context=context)
