"""Stills from what is watched live: they cost no call."""

from __future__ import annotations

import asyncio

from homeassistant.components.camera import Camera, CameraWebRTCProvider
from homeassistant.components.stream import Stream

from ..const import LOGGER

PATIENCE = 2.0  # seconds that a provider may take; a capture after that must still be in time


async def frame_of_stream(stream: Stream, width: int | None, height: int | None) -> bytes | None:
    """Return a stream's newest picture as JPEG, None if it has none that can be decoded."""
    try:
        return await stream.async_get_image(width=width, height=height)
    except Exception as err:  # noqa: BLE001 - whatever a decoder says of what it was sent
        LOGGER.debug("No picture from a stream: %s", type(err).__name__)
        return None


async def frame_of_provider(
    provider: CameraWebRTCProvider | None, camera: Camera, width: int | None, height: int | None
) -> bytes | None:
    """Return a picture of what is handed on by WebRTC, None if there is none.

    Home Assistant 2025.4 cannot ask for one.
    """
    if (get_image := getattr(provider, "async_get_image", None)) is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            frame: bytes | None = await get_image(camera, width=width, height=height)
    except Exception as err:  # noqa: BLE001 - whatever a provider of others says
        LOGGER.debug("No picture from WebRTC: %s", type(err).__name__)
        return None
    return frame or None
