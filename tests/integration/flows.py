"""What tests of the flows share: forms filled in, and trouble with cameras."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from simulator import Cloud, Fault
from tests.integration.common import (
    OTHER,
    STRANGER,
)

type Flow = Callable[..., Awaitable[dict[str, Any]]]
type Result = Mapping[str, Any]


async def fill_in(hass: HomeAssistant, result: Result, data: dict[str, Any]) -> dict[str, Any]:
    """Fill in a form of a flow and let everything that follows from it happen."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], data)
    await hass.async_block_till_done()
    return dict(result)


def a_code(code: str, **about: Any) -> Callable[[Cloud], None]:
    return lambda cloud: cloud.faults.add(Fault("code", serial=OTHER, code=code, **about))


def nothing(cloud: Cloud) -> None:
    pass


def freeze(cloud: Cloud) -> None:
    cloud.frozen = True


def give_away(cloud: Cloud) -> None:
    cloud.cameras[OTHER].foreign = True


def thaw(cloud: Cloud) -> None:
    cloud.faults.clear()
    cloud.frozen = cloud.cameras[OTHER].foreign = False


CAMERA_TROUBLE = {
    "unknown": (nothing, STRANGER, "device_not_found"),
    "20002": (a_code("20002"), OTHER, "device_not_found"),
    "foreign": (give_away, OTHER, "device_not_permitted"),
    "10051": (a_code("10051"), OTHER, "device_not_permitted"),
    "20014": (a_code("20014"), OTHER, "invalid_serial"),
    "10001": (a_code("10001"), OTHER, "invalid_serial"),
    "illegal": (nothing, "A B C D E", "invalid_serial"),
    "too short": (nothing, "abc", "invalid_serial"),
    "frozen": (freeze, OTHER, "not_permitted"),
    "no right": (a_code("UNAUTHORIZED_CLIENT"), OTHER, "not_permitted"),
    "busy": (a_code("TOO_MANY_REQUESTS"), OTHER, "rate_limited"),
    "new code": (a_code("87654"), OTHER, "unknown"),
    "new number": (a_code("87654", as_number=True, status=400), OTHER, "unknown"),
    "refused token": (a_code("10002"), OTHER, "cannot_connect"),
    "gateway": (lambda cloud: cloud.faults.add(Fault("html")), OTHER, "cannot_connect"),
    "shape": (lambda cloud: cloud.faults.add(Fault("json_other")), OTHER, "invalid_host"),
}
