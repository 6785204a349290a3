"""The gong: what is heard before a voice, in the same clip."""

from __future__ import annotations

from pathlib import Path

from homeassistant.core import HomeAssistant

from .find import async_find
from .media import Media, async_file

NO_GONG = "none"
BUNDLED = ("two_tones", "bell")  # made by script/sounds
FOLDER = Path(__file__).parent / "sounds"


async def async_gong(hass: HomeAssistant, wish: str, entity_id: str | None) -> Media | None:
    """Return the gong that somebody wants: one of ours, any media id, or none.

    Raises:
        HomeAssistantError: if there is no such sound.

    """
    if wish in {"", NO_GONG}:
        return None
    if wish in BUNDLED:
        return await async_file(hass, FOLDER / f"{wish}.wav")
    return await async_find(hass, wish, entity_id)
