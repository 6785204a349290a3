"""Who begins to watch live, for the triggers: that is a state of the camera's entity."""

from __future__ import annotations

from homeassistant.components.camera import CameraState
from homeassistant.const import EVENT_STATE_CHANGED, Platform
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_send

from .const import DOMAIN
from .happenings import HAPPENED, WATCHED, Happening


@callback
def async_setup_watching(hass: HomeAssistant) -> None:
    """Follow all cameras."""

    @callback
    def watched(event: Event[EventStateChangedData]) -> None:
        entity = er.async_get(hass).async_get(event.data["entity_id"])
        if entity is not None and entity.platform == DOMAIN:
            happening = Happening(what=WATCHED, entity=entity, context=event.context)
            async_dispatcher_send(hass, HAPPENED, happening)

    hass.bus.async_listen(EVENT_STATE_CHANGED, watched, event_filter=_is_first_look)


@callback
def _is_first_look(data: EventStateChangedData) -> bool:
    """Tell whether a camera, whosesoever, has begun to be watched."""
    old, new = data["old_state"], data["new_state"]
    if new is None or new.domain != Platform.CAMERA or new.state != CameraState.STREAMING:
        return False
    return old is not None and old.state != CameraState.STREAMING
