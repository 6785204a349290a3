"""Which devices may be asked, and how often."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from simulator import Cloud

if TYPE_CHECKING:
    from .conftest import Platform, Serve

SERIAL = "TEST0001"


QUERY_CALLS = [
    ("capture", {}),
    ("controlling", {"action": 0, "command": 8}),
    ("controlling", {"action": 1, "command": 8}),
    ("liveurl", {"protocol": "hls"}),
    ("talkurl", {}),
]


@pytest.mark.parametrize(
    ("serial", "code"),
    [
        ("UNKNOWN1", "20002"),
        ("test0001", "20014"),
        (" TEST0001", "20014"),
        ("TEST0001 ", "20014"),
        ("TEST0001\n", "20014"),
        ("ABC", "20014"),
        ("A" * 33, "20014"),
        ("苏打0001", "20014"),
        ("", "10001"),
        (None, "10001"),
        (5, "10001"),
    ],
)
async def test_serials(platform: Platform, serial: object, code: str) -> None:
    assert (await platform.call("capture", device_serial=serial)).error == code


async def test_somebody_elses_device(query: Platform) -> None:
    query.cloud.add_camera("FOREIGN1", foreign=True)
    assert (await query.call("capture", device_serial="FOREIGN1")).error == "10051"
    assert (await query.call("onlinestatus", device_serial="FOREIGN1")).error == "20018"
    assert query.cloud.violations == []


def test_cameras_are_checked_when_added() -> None:
    cloud = Cloud()
    cloud.add_camera("TEST0001")
    with pytest.raises(ValueError, match="already"):
        cloud.add_camera("TEST0001")
    with pytest.raises(ValueError, match="not a serial"):
        cloud.add_camera("test")


@pytest.mark.parametrize(("endpoint", "fields"), QUERY_CALLS)
async def test_an_offline_device_says_so(
    query: Platform, endpoint: str, fields: dict[str, object]
) -> None:
    query.cam.online = False
    assert (await query.call(endpoint, **fields)).error == "20007"
    assert (await query.later("onlinestatus")).json == {"online": 0}


async def test_a_device_wants_its_pause(platform: Platform) -> None:
    assert (await platform.call("capture")).error == ""
    platform.clock.advance(3.9)
    answer = await platform.call("capture")
    assert (answer.status, answer.error) == (429, "TOO_MANY_REQUESTS")
    assert platform.cloud.violations == [
        f"{SERIAL} capture arrived 3.90 s after an answer, 4 s are wanted",
    ]
    platform.clock.advance(0.1)  # the refusal has restarted nothing
    assert (await platform.call("capture")).error == ""


async def test_devices_do_not_wait_for_each_other(platform: Platform) -> None:
    platform.cloud.add_camera("TEST0002")
    assert (await platform.call("capture")).error == ""
    assert (await platform.call("capture", device_serial="TEST0002")).error == ""
    assert platform.cloud.violations == []


async def test_the_pause_counts_from_the_answer(serve: Serve) -> None:
    platform = await serve(capture_seconds=2)
    capture = asyncio.create_task(platform.call("capture"))
    await asyncio.sleep(0.05)
    assert (await platform.call("onlinestatus")).error == "TOO_MANY_REQUESTS"  # still unanswered
    platform.clock.advance(2)
    assert (await capture).error == ""
    platform.clock.advance(3.5)
    assert (await platform.call("onlinestatus")).error == "TOO_MANY_REQUESTS"
    assert len(platform.cloud.violations) == 2


async def test_calls_that_never_reached_the_device_cost_no_pause(query: Platform) -> None:
    token, query.token = query.token, "wrong"
    assert (await query.call("capture")).error == "10002"
    query.token = token
    assert (await query.call("liveurl", protocol="?")).error == "10001"
    assert (await query.call("capture")).error == ""
    assert query.cloud.violations == []


async def test_an_offline_answer_costs_the_pause(query: Platform) -> None:
    query.cam.online = False
    assert (await query.call("capture")).error == "20007"
    assert (await query.call("capture")).error == "TOO_MANY_REQUESTS"


async def test_the_pause_can_be_off(serve: Serve) -> None:
    platform = await serve(interval=0)
    answers = await asyncio.gather(*(platform.call("capture") for _ in range(3)))
    assert [answer.error for answer in answers] == ["", "", ""]
    assert platform.cam.photos == 3
    assert platform.cloud.violations == []


async def test_calls_are_written_down(query: Platform) -> None:
    start = query.clock.time()
    await query.call("liveurl", protocol="HLS")
    await query.later("controlling", action=0, command=8)
    live, move = query.cam.calls
    assert (live.endpoint, live.protocol, live.code, live.token_place) == (
        "liveurl",
        "hls",
        "",
        "query",
    )
    assert (live.arrived, live.answered) == (start, start)
    assert (move.action, move.command, move.arrived) == (0, 8, start + 4)
