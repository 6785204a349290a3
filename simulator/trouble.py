"""Carries faults out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aiohttp import web

from .answers import failure, html, redirect, success
from .codes import PlatformError

if TYPE_CHECKING:
    from .cloud import Cloud
    from .faults import Fault
    from .service import Act

BIG_PICTURE_BYTES: Final = 30 * 1024 * 1024
CHUNK: Final = b"\x5a" * 64 * 1024
LOOK_AGAIN_SECONDS: Final = 0.02  # real ones
BAD_GATEWAY: Final = 502
HALF_A_BODY: Final = '{"access_token":"0123456789abcdef","data":"SUC'
WRONG_SHAPES: Final[dict[str, object]] = {
    "json_list": [],
    "json_other": {"code": "200", "msg": "ok"},
    "not_success": {"data": "FAILED"},
}


async def answer(
    cloud: Cloud, request: web.Request, fault: Fault | None, act: Act
) -> web.StreamResponse:
    """Act and answer, as far as the fault allows."""
    if fault is None:
        return await act()
    match fault.kind:
        case "slow":
            await asyncio.sleep(fault.seconds)
            response = await act()
        case "rival":
            response = await act()
            cloud.rival()
        case "reset_after":
            await act()
            response = _break_off(request)
        case "reset_before":
            response = _break_off(request)
        case "late":
            cloud.errands.after(fault.seconds, act)
            late = late_answer(cloud, fault)
            response = _break_off(request) if late is None else late
        case "hang":
            response = await _hang(request, fault.seconds)
        case "big_picture":
            response = await _big_picture(request)
        case "redirect_loop":
            response = redirect(request)
        case _:
            response = wrong_answer(cloud, fault)
    return response


def late_answer(cloud: Cloud, fault: Fault) -> web.Response | None:
    """Return how something is answered that is carried out late; None: it is broken off."""
    if fault.code is None and fault.status is None:
        return None
    kind = "code" if fault.code else "html"
    return wrong_answer(cloud, replace(fault, kind=kind, times=None))


def wrong_answer(cloud: Cloud, fault: Fault) -> web.Response:
    """Return an answer that comes in time but is no success."""
    match fault.kind:
        case "code":
            error = PlatformError(fault.code or "", fault.description)
            return failure(cloud, error, status=fault.status, as_number=fault.as_number)
        case "html":
            return html(fault.status or BAD_GATEWAY, "Bad Gateway")
        case "not_image":
            return html(fault.status or 200, "Welcome")
    response = success(WRONG_SHAPES.get(fault.kind))
    response.set_status(fault.status or 200)
    if fault.kind not in WRONG_SHAPES:
        response.text = HALF_A_BODY if fault.kind == "cut" else ""
    return response


def _break_off(request: web.Request) -> web.Response:
    """Close the connection; the response returned has nowhere to go."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _hang(request: web.Request, seconds: float) -> web.Response:
    """Say nothing, for so many real seconds or until the caller gives up."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    # aiohttp tells a handler nothing when its caller leaves, so it has to look.
    while loop.time() < deadline and request.transport and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return _break_off(request)


async def _big_picture(request: web.Request) -> web.StreamResponse:
    """Send what begins like a JPEG and does not end for 30 MB."""
    response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    await response.prepare(request)
    await response.write(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
    for _ in range(BIG_PICTURE_BYTES // len(CHUNK)):
        await response.write(CHUNK)
    await response.write_eof()
    return response
