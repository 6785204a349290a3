"""The page at /: what the cameras see, were asked and were told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FOLDER: Final = Path(__file__).parent / "static"
FILES: Final = {
    "/": ("page.html", "text/html"),
    "/_sim/page.css": ("page.css", "text/css"),
    "/_sim/page.js": ("page.js", "text/javascript"),
    "/_sim/camera.js": ("camera.js", "text/javascript"),
    "/_sim/lists.js": ("lists.js", "text/javascript"),
    "/_sim/live.js": ("live.js", "text/javascript"),
}


def add_page(app: web.Application) -> None:
    """Add the routes of the page; its few files are kept in memory."""
    for path, (name, content_type) in FILES.items():
        app.router.add_get(path, _serve((FOLDER / name).read_bytes(), content_type))


def _serve(body: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(_request: web.Request) -> web.Response:
        headers = {"Cache-Control": "no-cache"}
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)

    return serve
