"""go2rtc's API, as far as Home Assistant uses it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
import json
import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from .codecs import offer_all_profiles
from .picture import picture
from .reader import Portion, SourceError
from .session import Session
from .streams import Stream, Streams

LOGGER = logging.getLogger(__package__)

VERSION = "1.9.14"  # of the go2rtc that it stands in for: Home Assistant looks
SCHEMES = ["http", "https"]


class Preload:
    """A viewer that keeps a stream open for others."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def put(self, portion: Portion) -> None:
        """Look at nothing."""


class Api:
    """Handlers of the API."""

    def __init__(self) -> None:
        self._streams = Streams()
        self._preloads: dict[str, Preload] = {}

    def add_to(self, app: web.Application) -> None:
        """Add all routes."""
        app.router.add_get("/api", self.about)
        app.router.add_get("/api/schemes", self.schemes)
        app.router.add_get("/api/streams", self.streams)
        app.router.add_put("/api/streams", self.add_stream)
        app.router.add_get("/api/preload", self.preloads)
        app.router.add_put("/api/preload", self.add_preload)
        app.router.add_delete("/api/preload", self.delete_preload)
        app.router.add_get("/api/frame.jpeg", self.frame)
        app.router.add_get("/api/ws", self.socket)

    async def about(self, request: web.Request) -> web.Response:
        """Tell a version."""
        return web.json_response({"version": VERSION, "stand_in": True, "host": request.host})

    async def schemes(self, request: web.Request) -> web.Response:
        """Tell which addresses can be read."""
        return web.json_response(SCHEMES)

    async def streams(self, request: web.Request) -> web.Response:
        """Tell what there is, and how many watch."""
        return web.json_response(
            {
                name: {
                    "producers": [{"url": url} for url in stream.urls],
                    "consumers": [{} for _ in stream.viewers],
                }
                for name, stream in self._streams.by_name.items()
            }
        )

    async def add_stream(self, request: web.Request) -> web.Response:
        """Give a name a stream."""
        self._streams.add(request.query["name"], request.query.getall("src"))
        return web.Response()

    async def preloads(self, request: web.Request) -> web.Response:
        """Tell what is kept open."""
        return web.json_response({name: {"query": "audio&video"} for name in self._preloads})

    async def add_preload(self, request: web.Request) -> web.Response:
        """Keep a stream open."""
        name = request.query["src"]
        self._leave(name)
        stream = self._streams.get(name)
        await stream.open()
        self._preloads[name] = Preload(stream)
        stream.join(self._preloads[name])
        return web.Response()

    async def delete_preload(self, request: web.Request) -> web.Response:
        """Keep a stream open no longer."""
        if not self._leave(request.query["src"]):
            raise SourceError("preload not found")
        return web.Response()

    async def frame(self, request: web.Request) -> web.Response:
        """Return a picture as JPEG."""
        width, height = (int(request.query.get(side, 0)) for side in ("width", "height"))
        stream = self._streams.get(request.query["src"])
        jpeg = await picture(stream, width or None, height or None)
        return web.Response(body=jpeg, content_type="image/jpeg")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """Show a stream by WebRTC."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        session = Session(socket, self._streams, request.query.get("src", ""))
        running: list[asyncio.Task[None]] = []
        try:
            async for message in socket:
                # Candidates come while the offer is being answered.
                handling = _handle(session, socket, json.loads(message.data))
                running.append(asyncio.create_task(handling))
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await session.close()
        return socket

    def _leave(self, name: str) -> bool:
        preload = self._preloads.pop(name, None)
        if preload is not None:
            preload.stream.leave(preload)
        return preload is not None


async def _handle(
    session: Session, socket: web.WebSocketResponse, message: dict[str, object]
) -> None:
    kind = str(message.get("type"))
    try:
        await session.handle(kind, message.get("value"))
    except SourceError as error:
        LOGGER.warning("%s: %s", kind, error)
        with suppress(ConnectionError):
            await socket.send_json({"type": "error", "value": f"{kind}: {error}"})


@web.middleware
async def _tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except SourceError as error:
        return web.Response(status=500, text=f"streams: {error}")


def create_app() -> web.Application:
    """Return the API as a web application."""
    offer_all_profiles()
    app = web.Application(middlewares=[_tell_errors])
    Api().add_to(app)
    return app
