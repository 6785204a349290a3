"""The gong: what is heard before a voice, in the same clip."""

from __future__ import annotations

from pathlib import Path

from homeassistant.core import HomeAssistant

from ..api.errors import VoiceTooLong
from .clips import clips
from .find import async_find
from .media import Media, async_file

NO_GONG = "none"
BUNDLED = ("two_tones", "bell")  # made by script/sounds
MAX_GONG = 5.0  # seconds; nobody wants to wait longer for what is said
FOLDER = Path(__file__).parent / "sounds"


async def async_gong(hass: HomeAssistant, wish: str, entity_id: str | None) -> Media | None:
    """Return the gong that somebody wants: one of ours, any media id, or none.

    Raises:
        HomeAssistantError: if there is no such sound.

    """
    wish = wish.strip()
    if wish in {"", NO_GONG}:
        return None
    if wish in BUNDLED:
        return await async_file(hass, FOLDER / f"{wish}.wav")
    return await async_find(hass, wish, entity_id)


async def async_require_gong(hass: HomeAssistant, wish: str) -> None:
    """Try a gong before it is to be heard with all that is said, which would fail with it.

    Raises:
        SodaError, HomeAssistantError: if there is no such sound, or it is none.
        VoiceTooLong: if it is longer than 5 s.

    """
    if (gong := await async_gong(hass, wish, None)) is None:
        return
    async with clips(hass).clip_of(gong) as clip:
        if clip.seconds > MAX_GONG:
            raise VoiceTooLong("", f"{clip.seconds:.0f} s")
