"""Hands the dashboard card to browsers, so that nobody has to add a resource."""

from __future__ import annotations

from pathlib import Path

from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

CARD = "sodalife-camera-card.js"
CARD_URL = f"/{DOMAIN}_static/{CARD}"


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Have every dashboard load the card, where there is a frontend.

    Browsers keep the card for a month: its address tells one version from the next.
    """
    card = Path(__file__).parent / "www" / CARD
    await hass.http.async_register_static_paths([StaticPathConfig(CARD_URL, str(card), True)])  # noqa: FBT003
    if "frontend" not in hass.config.components:
        return
    from homeassistant.components.frontend import add_extra_js_url  # noqa: PLC0415

    integration = await async_get_integration(hass, DOMAIN)
    add_extra_js_url(hass, f"{CARD_URL}?v={integration.version}")
