"""The platform's two counters, however a request came: what is asked, and what meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .answers import failure, success
from .codes import PlatformError
from .faults import HARMLESS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from .calls import Ask, Call
    from .cloud import Cloud
    from .faults import Fault

    type Act = Callable[[], Awaitable[web.StreamResponse]]
    # Acts and answers, as far as the fault allows.
    type CarryOut = Callable[[Fault | None, Act], Awaitable[web.StreamResponse]]


async def serve_token(cloud: Cloud, body: object, carry_out: CarryOut) -> web.StreamResponse:
    """Hand out a token."""

    async def act() -> web.StreamResponse:
        try:
            return success(cloud.desk.fetch(body))
        except PlatformError as error:
            return failure(cloud, error)

    return await carry_out(cloud.faults.take("token"), act)


async def serve_call(
    cloud: Cloud, ask: Ask, arrived: float, carry_out: CarryOut
) -> web.StreamResponse:
    """Do what is asked of a camera."""
    fault = cloud.faults.take(ask.endpoint, ask.serial)
    call = cloud.open(ask, arrived)
    try:
        refusal = _admit(cloud, call, ask)

        async def act() -> web.StreamResponse:
            return await _perform(cloud, call, ask, refusal)

        return await carry_out(fault, act)
    finally:
        if fault and fault.kind not in HARMLESS:
            call.code = fault.label
        cloud.close(call)


def _admit(cloud: Cloud, call: Call, ask: Ask) -> PlatformError | None:
    """Return why the call is refused at the door, if it is."""
    try:
        cloud.admit(call, ask)
    except PlatformError as error:
        return error
    return None


async def _perform(
    cloud: Cloud, call: Call, ask: Ask, refusal: PlatformError | None
) -> web.StreamResponse:
    try:
        if refusal:
            raise refusal
        return success(await cloud.perform(call, ask))
    except PlatformError as error:
        call.code = error.code
        return failure(cloud, error)
