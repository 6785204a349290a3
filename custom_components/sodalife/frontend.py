"""Hands the dashboard card to browsers, so that nobody has to add a resource."""

from __future__ import annotations

from pathlib import Path

from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

FOLDER = Path(__file__).parent / "www"
CARD = "sodalife-camera-card.js"


def folder_url(version: object) -> str:
    """Return where the card's modules are.

    Browsers keep them for a month. The version is in the path, so that the modules, which name each
    other by their place in the folder, are always of the same one.
    """
    return f"/{DOMAIN}_static/{version}"


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Have every dashboard load the card, where there is a frontend."""
    integration = await async_get_integration(hass, DOMAIN)
    url = folder_url(integration.version)
    await hass.http.async_register_static_paths([StaticPathConfig(url, str(FOLDER), True)])  # noqa: FBT003
    if "frontend" not in hass.config.components:
        return
    from homeassistant.components.frontend import add_extra_js_url  # noqa: PLC0415

    add_extra_js_url(hass, f"{url}/{CARD}")
