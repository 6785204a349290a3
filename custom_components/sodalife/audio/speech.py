"""Speech: who speaks a text, and the bytes of what Home Assistant's TTS has made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import FileIO
from typing import Any

from homeassistant.components import tts
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from yarl import URL

from ..errors import failed
from .media import async_spooled

SOURCE = "media-source://tts/"
PROXY = "/api/tts_proxy/"
TIMEOUT = 60.0  # for an engine on a small machine, and a long text


@dataclass(frozen=True, slots=True)
class _Voice:
    """An engine, and how it is to speak; None: as it is used to."""

    engine: str
    language: str | None = None
    options: dict[str, Any] | None = None


@callback
def async_speech_id(hass: HomeAssistant, text: str, engine: str | None) -> str:
    """Return the media id of a spoken text.

    Args:
        hass: Home Assistant.
        text: what to say.
        engine: the entity that the user chose; None: Home Assistant's preferred voice.

    Raises:
        HomeAssistantError: if there is no such engine, or none at all.

    """
    if engine is not None and tts.async_resolve_engine(hass, engine) is None:
        raise failed("tts_engine_gone", engine=engine)
    voice = _Voice(engine) if engine is not None else _preferred(hass)
    try:
        return tts.generate_media_source_id(hass, text, voice.engine, voice.language, voice.options)
    except HomeAssistantError as err:
        raise failed("tts_failed", reason=str(err)) from err


def _preferred(hass: HomeAssistant) -> _Voice:
    """Return the voice of the preferred assistant, else of the engine that TTS prefers."""
    if (voice := _assistant_voice(hass)) is not None:
        return voice
    if (engine := tts.async_default_engine(hass)) is None:
        raise failed("tts_no_engine")
    return _Voice(engine)


def _assistant_voice(hass: HomeAssistant) -> _Voice | None:
    if "assist_pipeline" not in hass.config.components:
        return None
    # Only where Home Assistant has loaded it: it needs packages that we do not ask for.
    from homeassistant.components.assist_pipeline import async_get_pipeline  # noqa: PLC0415

    try:
        assistant = async_get_pipeline(hass)
    except HomeAssistantError:
        return None
    engine = assistant.tts_engine
    if engine is None or tts.async_resolve_engine(hass, engine) is None:
        return None
    options = {tts.ATTR_VOICE: assistant.tts_voice} if assistant.tts_voice else None
    return _Voice(engine, assistant.tts_language, options)


async def async_read_speech(hass: HomeAssistant, media_id: str) -> FileIO:
    """Return a file with the speech of a `media-source://tts/…` id, made or from TTS's memory.

    Raises:
        HomeAssistantError: if it cannot be made.

    """
    # Without the prefix, for Home Assistant 2026 takes "-stream-" ids in this form only.
    what = media_id.removeprefix(SOURCE)

    async def read() -> bytes:
        _, content = await tts.async_get_media_source_audio(hass, what)
        return content

    return await _made(hass, read)


def proxied(hass: HomeAssistant, own: URL) -> tts.ResultStream | None:
    """Return the speech behind a path of Home Assistant's own; None: it is no such."""
    return tts.async_get_stream(hass, own.name) if own.path.startswith(PROXY) else None


async def async_read_proxied(hass: HomeAssistant, stream: tts.ResultStream) -> FileIO:
    """Return a file with such a speech.

    Raises:
        HomeAssistantError: if it cannot be made.

    """

    async def read() -> bytes:
        return b"".join([chunk async for chunk in stream.async_stream_result()])

    return await _made(hass, read)


def title_of(media_id: str) -> str | None:
    """Return the text that a `media-source://tts/…` id speaks, if it carries one."""
    return URL(media_id).query.get("message")


async def _made(hass: HomeAssistant, read: Callable[[], Awaitable[bytes]]) -> FileIO:
    try:
        async with asyncio.timeout(TIMEOUT):
            return await async_spooled(hass, await read())
    except TimeoutError:
        raise failed("tts_failed", reason="timeout") from None
    except HomeAssistantError as err:
        raise failed("tts_failed", reason=str(err)) from err
    except Exception as err:  # whatever an engine raises
        # Its type only: the text of an HTTP client's error can hold an address and a key.
        raise failed("tts_failed", reason=type(err).__name__) from err
