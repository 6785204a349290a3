"""Small pictures of photos, made when somebody wants to see them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from aiohttp import web
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant, callback
from PIL import Image

from ..const import DOMAIN
from .gallery import albums, photo_path

WIDTH = 320  # pixels
MOST = 1000  # kept in memory: about 12 MB
AT_A_TIME = 2  # that are made: a folder of them is asked for at once
VALID = timedelta(days=1)
_ADDRESS = f"/api/{DOMAIN}/thumbnail"


@callback
def thumbnail_address(hass: HomeAssistant, camera: str, day: str, name: str) -> str:
    """Return a signed URL of a photo's thumbnail, good for a day."""
    return async_sign_path(hass, f"{_ADDRESS}/{camera}/{day}/{name}", VALID)


class ThumbnailView(HomeAssistantView):
    """Serves thumbnails to those who may see the camera."""

    url = _ADDRESS + "/{camera}/{day}/{name}"
    name = f"api:{DOMAIN}:thumbnail"

    def __init__(self) -> None:
        """Start with nothing to do."""
        self._room = asyncio.Semaphore(AT_A_TIME)

    async def get(self, request: web.Request, camera: str, day: str, name: str) -> web.Response:
        """Return a thumbnail as JPEG."""
        hass, user = request.app[KEY_HASS], request[KEY_HASS_USER]
        path = photo_path(hass, camera, day, name)
        if path is None or camera not in {album.camera for album in albums(hass, user)}:
            raise web.HTTPNotFound
        async with self._room:
            thumbnail = await hass.async_add_executor_job(_thumbnail, path)
        if thumbnail is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        headers = {"Cache-Control": f"private, max-age={VALID.total_seconds():.0f}"}
        return web.Response(body=thumbnail, content_type="image/jpeg", headers=headers)


def _thumbnail(path: Path) -> bytes | None:
    """Return the thumbnail of a photo; None if there is no photo, or none that can be read."""
    try:
        found = path.stat()
        return _scaled(path, found.st_mtime_ns, found.st_size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # Pillow raises any of these if it is no picture


@lru_cache(maxsize=MOST)
def _scaled(path: Path, changed_at: int, size: int) -> bytes:
    """Scale the photo that was there then."""
    with Image.open(path) as image:
        image.draft("RGB", (WIDTH, WIDTH))  # JPEG is quicker if it need not become large first
        image.thumbnail((WIDTH, WIDTH))
        scaled = BytesIO()
        image.convert("RGB").save(scaled, "JPEG", quality=75)
    return scaled.getvalue()
