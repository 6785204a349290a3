"""The voice itself: a program that turns text into a WAV file."""

from __future__ import annotations

import asyncio
from typing import Any, override

from homeassistant.components.tts import TextToSpeechEntity, TtsAudioType
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

PROGRAM = "espeak-ng"
VOICES = {"en": "en", "zh": "cmn"}  # Home Assistant's language, espeak-ng's voice


async def async_setup_entry(
    hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the voice."""
    async_add_entities([EspeakEntity()])


class EspeakEntity(TextToSpeechEntity):
    """Speaks English, and Chinese after a fashion."""

    _attr_name = "eSpeak"
    _attr_unique_id = "espeak"
    _attr_default_language = "en"
    _attr_supported_languages: list[str] = list(VOICES)  # noqa: RUF012 - Home Assistant's way

    @override
    async def async_get_tts_audio(
        self, message: str, language: str, options: dict[str, Any]
    ) -> TtsAudioType:
        """Return the speech as a WAV file."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *(PROGRAM, "-v", VOICES[language], "-b", "1", "--stdin", "--stdout"),
            stdin=pipe,
            stdout=pipe,
        )
        speech, _ = await process.communicate(message.encode())
        if process.returncode:
            message = f"{PROGRAM} failed with {process.returncode}"
            raise HomeAssistantError(message)
        return "wav", speech
