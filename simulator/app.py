"""The platform over HTTP: decode the request, ask the cloud, encode the answer."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from aiohttp import web

from .answers import html, redirect
from .control import add_control
from .decode import decode_call, read_json
from .flv_response import send_flv
from .page import add_page
from .service import serve_call, serve_token
from .trouble import answer

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from .cloud import Cloud
    from .store import LiveAddress

MAX_REQUEST_BYTES: Final = 25 * 1024 * 1024


def create_app(cloud: Cloud) -> web.Application:
    """Return the platform as a web application; nothing runs before it starts."""
    running: set[asyncio.Task[web.StreamResponse]] = set()

    async def finish(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except ConnectionError:  # nobody is there to read the answer
            return web.Response()

    @web.middleware
    async def outlive_caller(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Finish what was begun, even if the caller leaves: the camera moves all the same."""
        task = asyncio.create_task(finish(request, handler))
        running.add(task)
        task.add_done_callback(running.discard)
        return await asyncio.shield(task)

    async def break_off(_app: web.Application) -> None:
        """End calls that hang or wait for a clock; else the server waits for them."""
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def clean_up(_app: web.Application) -> None:
        await cloud.shut_down()

    app = web.Application(middlewares=[outlive_caller], client_max_size=MAX_REQUEST_BYTES)
    _Routes(cloud).add_to(app)
    add_control(app, cloud)
    add_page(app)
    app.on_shutdown.append(break_off)
    app.on_cleanup.append(clean_up)
    return app


class _Routes:
    """The platform's own addresses."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def add_to(self, app: web.Application) -> None:
        """Add all routes."""
        # Any method: a redirect loop turns a POST into a GET of the same address.
        app.router.add_route("*", "/oauth2/access_token", self.token)
        app.router.add_route("*", "/iot/cameras/{endpoint}", self.call)
        app.router.add_get("/pic", self.picture)
        app.router.add_get(r"/{folder:(v3/)?openlive}/{name:[^/]+\.m3u8}", self.playlist)
        app.router.add_get(r"/{folder:(v3/)?openlive}/{key:\w+}/{name:\d+\.ts}", self.segment)
        app.router.add_get(r"/{folder:(v3/)?openlive}/{name:[^/]+\.flv}", self.flv)

    async def token(self, request: web.Request) -> web.StreamResponse:
        """Hand out a token."""
        if request.method != "POST":
            return self._not_post(request, "token")
        body = await read_json(request)
        return await serve_token(self._cloud, body, partial(answer, self._cloud, request))

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Do what is asked of a camera."""
        endpoint = request.match_info["endpoint"]
        if request.method != "POST":
            return self._not_post(request, endpoint)
        arrived = self._cloud.clock.time()
        ask = await decode_call(request, endpoint)
        return await serve_call(self._cloud, ask, arrived, partial(answer, self._cloud, request))

    def _not_post(self, request: web.Request, endpoint: str) -> web.StreamResponse:
        """Refuse other methods, but keep turning in a loop that a POST fell into."""
        if self._cloud.faults.loops(endpoint):
            return redirect(request)
        raise web.HTTPMethodNotAllowed(request.method, ["POST"])

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """Return the photo at an address, if it is asked for byte for byte."""
        picture = self._cloud.pictures.get(request.raw_path)
        if "Authorization" in request.headers or "access_token" in request.query:
            self._cloud.report(f"a picture was fetched with credentials: {request.path}")

        async def act() -> web.StreamResponse:
            if picture is None:
                return html(404, "Not Found")
            return web.Response(body=picture.jpeg, content_type="image/jpeg")

        fault = self._cloud.faults.take("picture", picture.serial if picture else "")
        return await answer(self._cloud, request, fault, act)

    async def playlist(self, request: web.Request) -> web.StreamResponse:
        """Return a live playlist while its address lives and its camera is there."""
        address = self._cloud.live.get(request.raw_path)

        async def act() -> web.StreamResponse:
            return await self._playlist(address) if address else html(404, "Not Found")

        fault = self._cloud.faults.take("playlist", address.serial if address else "")
        return await answer(self._cloud, request, fault, act)

    async def _playlist(self, address: LiveAddress) -> web.StreamResponse:
        camera = self._cloud.cameras[address.serial]
        if not camera.online:
            return html(404, "Not Found")
        text = await self._cloud.streams.of(camera).playlist(f"{address.key}/")
        if text is None:
            return html(503, "Service Unavailable")
        headers = {"Cache-Control": "no-store"}
        return web.Response(
            text=text, content_type="application/vnd.apple.mpegurl", headers=headers
        )

    async def flv(self, request: web.Request) -> web.StreamResponse:
        """Send live pictures without end, while the address lives and its camera is there."""
        address = self._cloud.live.get(request.raw_path)

        async def act() -> web.StreamResponse:
            if address is None:
                return html(403, "Forbidden")
            return await send_flv(self._cloud, request, address)

        fault = self._cloud.faults.take("flv", address.serial if address else "")
        return await answer(self._cloud, request, fault, act)

    async def segment(self, request: web.Request) -> web.StreamResponse:
        """Return a second of live pictures."""
        address = self._cloud.live.by_key(request.match_info["key"])
        camera = self._cloud.cameras.get(address.serial) if address else None
        if camera is None:
            return html(404, "Not Found")
        stream = self._cloud.streams.of(camera)
        data = await self._cloud.workshop.run(stream.segment, request.match_info["name"])
        if not data:
            return html(404, "Not Found")
        return web.Response(body=data, content_type="video/mp2t")
