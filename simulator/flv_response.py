"""Sends a camera's live pictures as HTTP-FLV."""

from __future__ import annotations

import asyncio
from contextlib import suppress
import time
from typing import TYPE_CHECKING, Final

from aiohttp import web

from .answers import html

if TYPE_CHECKING:
    from .cloud import Cloud
    from .flv import FlvViewer
    from .store import LiveAddress

LOOK_AGAIN_SECONDS: Final = 0.2  # real ones, for an end while no picture comes


async def send_flv(cloud: Cloud, request: web.Request, address: LiveAddress) -> web.StreamResponse:
    """Send until the viewer leaves, or what the camera is set to ends it."""
    if not cloud.cameras[address.serial].online:
        return html(404, "Not Found")
    response = web.StreamResponse(
        headers={"Content-Type": "video/x-flv", "Cache-Control": "no-store"}
    )
    response.enable_chunked_encoding()
    await response.prepare(request)
    stream = cloud.streams.of(cloud.cameras[address.serial])
    with stream.connected() as viewer:
        await _Connection(cloud, request, address).run(viewer, response)
    if request.transport is not None:
        request.transport.abort()  # broken off, as CDNs do; it has no end of its own
    return response


class _Connection:
    """One viewer, and when it is over."""

    def __init__(self, cloud: Cloud, request: web.Request, address: LiveAddress) -> None:
        self._cloud = cloud
        self._camera = cloud.cameras[address.serial]
        self._request = request
        self._address = address
        self._began = time.monotonic()

    async def run(self, viewer: FlvViewer, response: web.StreamResponse) -> None:
        """Hand on what comes."""
        while not self._over:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    data = await viewer.get()
                if not data:
                    return
                await response.write(data)

    @property
    def _over(self) -> bool:
        camera, transport = self._camera, self._request.transport
        ended = self._cloud.live.get(self._address.target) is None and not camera.live_outlasts
        cut = camera.live_cut and time.monotonic() - self._began >= camera.live_cut
        left = transport is None or transport.is_closing()
        return bool(ended or cut or left or not camera.online)
