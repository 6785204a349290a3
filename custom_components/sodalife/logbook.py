"""The lines of the logbook, in the language of this Home Assistant."""

from __future__ import annotations

from collections.abc import Callable

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .activity import ATTR_COMMAND, Activity
from .const import DOMAIN

ICONS = {
    Activity.PHOTO_TAKEN: "mdi:camera",
    Activity.SPOKE: "mdi:bullhorn",
    Activity.MOVED: "mdi:cursor-move",
    Activity.WENT_OFFLINE: "mdi:lan-disconnect",
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Say how each of our events is described."""

    def describe(activity: Activity) -> Callable[[Event], dict[str, str]]:
        @callback
        def of_event(event: Event) -> dict[str, str]:
            entity_id = event.data[ATTR_ENTITY_ID]
            state = hass.states.get(entity_id)
            return {
                LOGBOOK_ENTRY_NAME: state.name if state is not None else entity_id,
                LOGBOOK_ENTRY_MESSAGE: _message(hass, activity, event.data.get(ATTR_COMMAND, "")),
                LOGBOOK_ENTRY_ENTITY_ID: entity_id,
                LOGBOOK_ENTRY_ICON: ICONS[activity],
            }

        return of_event

    for activity in Activity:
        async_describe_event(DOMAIN, activity.event_type, describe(activity))


def _message(hass: HomeAssistant, activity: Activity, command: str) -> str:
    """Say what was done; a move by the name of its button."""
    said = _text(hass, "selector", f"activity.options.{activity}") or activity.replace("_", " ")
    button = _text(hass, "entity", f"button.{command}.name")
    return said.replace("{command}", button or command)


def _text(hass: HomeAssistant, category: str, key: str) -> str | None:
    texts = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
    return texts.get(f"component.{DOMAIN}.{category}.{key}")
