"""The integration's lines in Home Assistant's system information."""

from __future__ import annotations

from typing import Any

from homeassistant.components import system_health
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from .const import DEFAULT_HOST, DOMAIN
from .coordinator import SodaConfigEntry


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Say what to ask for the lines."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    entries: list[SodaConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    hosts = sorted({entry.data[CONF_HOST] for entry in entries}) or [DEFAULT_HOST]
    coordinators = [entry.runtime_data for entry in entries]
    cameras = [camera for coordinator in coordinators for camera in coordinator.cameras.values()]
    ages = [coordinator.client.tokens.age for coordinator in coordinators]
    dialects = [coordinator.client.probe.dialect for coordinator in coordinators]
    return {
        "can_reach_host": system_health.async_check_can_reach_url(hass, hosts[0]),
        "revision": ", ".join(dialect.revision if dialect else "?" for dialect in dialects),
        "token_age": ", ".join(f"{age:.0f} s" if age is not None else "?" for age in ages),
        "cameras_online": f"{sum(cam.device.online is True for cam in cameras)}/{len(cameras)}",
    }
