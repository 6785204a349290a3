"""The simulated platform in this process: a transport without a network, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from functools import partial
import random
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from custom_components.sodalife.api.errors import PictureUnusable
from custom_components.sodalife.api.fetch import Unfetchable
from custom_components.sodalife.api.live_content import LiveContent
from custom_components.sodalife.api.models import Picture
from custom_components.sodalife.api.transport import Answer, Post
from simulator import Cloud, Fault
from simulator.answers import html
from simulator.calls import Ask, Upload
from simulator.codes import PlatformError
from simulator.revision import STOP
from simulator.scene import jpeg
from simulator.service import serve_call, serve_token
from simulator.trouble import late_answer, wrong_answer
from simulator.workshop import Workshop

from .exchange import TOKEN, Exchange
from .verdict import END_STOPS

if TYPE_CHECKING:
    from simulator.service import Act

EPOCH = 1_767_225_600.0  # 2026-01-01 00:00 UTC
HOST = "platform.test"
PHOTO = b"\xff\xd8\xff\xe0 a picture"
FASTEST, SLOWEST = 0.002, 0.05  # seconds that something is on its way, there or back
PICTURE_PATIENCE = 15.0  # seconds


class PlatformClock:
    """The platform's own clock: nobody sets it."""

    def time(self) -> float:
        """Tell the seconds since the epoch."""
        return EPOCH + asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class NoWorkshop(Workshop):
    """Does no slow work: photos are not drawn, and a sound is listened to once."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._known: dict[Any, object] = {}

    async def run[**P, R](self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what the work would, or has, come to."""
        if work is jpeg:
            return cast("R", PHOTO)
        key = (work.func, work.args) if isinstance(work, partial) else (work, args)
        if key not in self._known:
            self._known[key] = work(*args, **kwargs)
        return cast("R", self._known[key])


class InProcess:
    """What stands between the clients' transports and the cloud.

    Attributes:
        on_fault: called when a fault meets an exchange.
        on_move: called when a start has made a motor turn.

    """

    def __init__(self, cloud: Cloud, chance: random.Random) -> None:
        """Serve a cloud whose clock is the loop's."""
        self.cloud = cloud
        self.on_fault: Callable[[Exchange, Fault], object] = lambda *_: None
        self.on_move: Callable[[Exchange], object] = lambda _: None
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._context = Context()  # nothing here belongs to a client, or dies with it
        self._tasks: dict[asyncio.Task[None], None] = {}

    @property
    def busy(self) -> int:
        """How many exchanges are being served."""
        return len(self._tasks)

    def send(self, exchange: Exchange) -> None:
        """Take something that is on its way; its answer is found in the exchange."""
        self._loop.call_later(self._way(), self._arrive, exchange, context=self._context)

    async def picture(self, address: str) -> Picture:
        """Look behind the address of a photo.

        Raises:
            PictureUnusable: if there is none, or a fault met it.

        """
        await asyncio.sleep(self._way())
        found = self.cloud.pictures.get(address.removeprefix(f"http://{HOST}"))
        fault = self.cloud.faults.take("picture", found.serial if found else "")
        if fault is not None and fault.kind in {"hang", "slow"}:
            await asyncio.sleep(min(fault.seconds, PICTURE_PATIENCE))
        if found is None or (fault is not None and fault.kind not in {"slow", "rival"}):
            raise PictureUnusable("", "no picture")
        await asyncio.sleep(self._way())
        return Picture(found.jpeg, "image/jpeg")

    async def live_content(self, address: str) -> LiveContent:
        """Look behind a live address.

        Raises:
            Unfetchable: if it is dead, or a fault met it.

        """
        await asyncio.sleep(self._way())
        found = self.cloud.live.get(address.removeprefix(f"http://{HOST}"))
        if found is None or not self.cloud.cameras[found.serial].online:
            raise Unfetchable("HTTP 404")
        playlist = ".m3u8" in address
        fault = self.cloud.faults.take("playlist" if playlist else "flv", found.serial)
        if fault is not None and fault.kind in {"hang", "slow"}:
            await asyncio.sleep(fault.seconds)
        elif fault is not None and fault.kind != "rival":
            raise Unfetchable("no live picture")
        await asyncio.sleep(self._way())
        return LiveContent.PLAYLIST if playlist else LiveContent.H264

    def _way(self) -> float:
        return self._chance.uniform(FASTEST, SLOWEST)

    def _arrive(self, exchange: Exchange) -> None:
        task = self._loop.create_task(self._serve(exchange))
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)

    async def _serve(self, exchange: Exchange) -> None:
        carry_out = partial(self._carry_out, exchange)
        if exchange.endpoint == TOKEN:
            response = await serve_token(self.cloud, dict(exchange.post.fields), carry_out)
        else:
            ask, arrived = ask_of(exchange.post), self.cloud.clock.time()
            response = await serve_call(self.cloud, ask, arrived, carry_out)
        self._loop.call_later(self._way(), exchange.deliver, answer_of(response))

    async def _carry_out(
        self, exchange: Exchange, fault: Fault | None, act: Act
    ) -> web.StreamResponse:
        """Act and answer, as far as the fault allows."""
        if exchange.starts:
            act = partial(self._start, exchange, act)
        if fault is None:
            return await act()
        if fault.code is not None and not self._knows_token(exchange):
            return await act()  # what a device says is said only to those who may ask
        self.on_fault(exchange, fault)
        if exchange.stops and fault.kind == "code" and fault.code in END_STOPS:
            with suppress(PlatformError):  # it says that nothing moves, so that has to be true
                self.cloud.cameras[exchange.serial].control(STOP, exchange.command)
        return await self._meet(exchange, fault, act)

    async def _meet(self, exchange: Exchange, fault: Fault, act: Act) -> web.StreamResponse:
        match fault.kind:
            case "slow":
                await exchange.pause(fault.seconds)
                response = await act()
            case "rival":
                response = await act()
                self.cloud.rival()
            case "reset_after":
                await act()
                response = exchange.break_off()
            case "reset_before":
                response = exchange.break_off()
            case "hang":
                await exchange.wait_until_left(fault.seconds)
                response = exchange.break_off()
            case "late":
                self.cloud.errands.after(fault.seconds, act)
                late = late_answer(self.cloud, fault)
                response = exchange.break_off() if late is None else late
            case "redirect_loop":
                response = html(302, "Found")
            case _:
                response = wrong_answer(self.cloud, fault)
        return response

    def _knows_token(self, exchange: Exchange) -> bool:
        """Tell whether something comes with the token that is valid, where that belongs."""
        if exchange.endpoint == TOKEN:
            return True
        tokens = ask_of(exchange.post).tokens
        in_query = self.cloud.rules.token_in_query
        place = "query" if in_query else self.cloud.body_place(exchange.endpoint)
        return self.cloud.desk.accepts(tokens.get(place))

    async def _start(self, exchange: Exchange, act: Act) -> web.StreamResponse:
        """Act, and tell whether that made the motor turn."""
        response = await act()
        if b"SUCCESS" in (answer_of(response).body or b""):
            self.on_move(exchange)
        return response


def ask_of(post: Post) -> Ask:
    """Read a request of the camera API, as the platform's web server would."""
    fields: dict[str, object] = dict(post.fields)
    place, upload = "body", None
    if post.sound is not None:  # in a form, all is text
        fields = {name: str(value) for name, value in fields.items()}
        place, upload = "form", Upload("voice", post.sound.content)
    tokens = {"query": post.query["access_token"]} if post.query else {}
    if isinstance(token := fields.pop("access_token", None), str):
        tokens[place] = token
    return Ask(post.path.rpartition("/")[2], HOST, tokens, fields, upload)


def answer_of(response: web.StreamResponse) -> Answer:
    """Return what of a response goes over the wire."""
    body = response.body if isinstance(response, web.Response) else b""
    return Answer(response.status, body if isinstance(body, bytes) else b"")
