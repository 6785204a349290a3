"""SodaLife cameras in Home Assistant."""

from __future__ import annotations

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .api import Camera, SystemClock
from .archive.slugs import async_setup_slugs
from .archive.thumbnails import ThumbnailView
from .const import (
    DOMAIN,
    ENTRY_MINOR_VERSION,
    ENTRY_VERSION,
    LOGGER,
    OPT_POLL_INTERVAL,
    POLL_INTERVAL_BEFORE,
)
from .coordinator import SodaConfigEntry, SodaCoordinator
from .frontend import async_setup_frontend
from .happenings import Happenings
from .memory import HomeMemory
from .move_record import HomeMoveRecord
from .photos import async_remove_photos
from .services import async_setup_services
from .store import token_store
from .talk import async_setup_talk
from .watching import async_setup_watching
from .websocket import async_setup_websocket

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CAMERA,
    Platform.IMAGE,
    Platform.MEDIA_PLAYER,
    Platform.NOTIFY,
    Platform.SENSOR,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions and the dashboard card."""
    async_setup_services(hass)
    async_setup_websocket(hass)
    async_setup_watching(hass)
    await async_setup_slugs(hass)
    hass.http.register_view(ThumbnailView())
    async_setup_talk(hass)
    await async_setup_frontend(hass)
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: SodaConfigEntry) -> bool:
    """Keep, for an entry made before, what was the default then."""
    if entry.version > ENTRY_VERSION:
        LOGGER.error(
            "The entry %s was made by a newer version: update the integration", entry.title
        )
        return False
    if entry.minor_version < ENTRY_MINOR_VERSION:
        options = {OPT_POLL_INTERVAL: POLL_INTERVAL_BEFORE, **entry.options}
        hass.config_entries.async_update_entry(
            entry, options=options, minor_version=ENTRY_MINOR_VERSION
        )
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SodaConfigEntry) -> bool:
    """Take up an application and its cameras."""
    coordinator = SodaCoordinator(hass, entry)
    await coordinator.async_start()
    entry.runtime_data = coordinator

    def follow(camera: Camera, subentry: ConfigSubentry) -> None:
        Happenings(coordinator, camera)

    await coordinator.async_for_each_camera(follow)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)

    async def updated(hass: HomeAssistant, entry: SodaConfigEntry) -> None:
        await coordinator.async_entry_updated()

    async def stopping(event: Event) -> None:
        await coordinator.async_stop_moves()

    entry.async_on_unload(entry.add_update_listener(updated))
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stopping))
    await coordinator.async_entry_updated()  # somebody may have changed it meanwhile
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SodaConfigEntry) -> bool:
    """Stop every move and let the application go."""
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Forget the token, what was written down of moves and of cameras, and the newest photos."""
    await token_store(hass, entry.data).remove()
    await HomeMoveRecord(hass, entry.entry_id, SystemClock()).remove()
    await HomeMemory(hass, entry.entry_id, SystemClock()).remove()
    await async_remove_photos(hass, entry, SystemClock())
