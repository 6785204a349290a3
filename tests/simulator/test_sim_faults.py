"""Trouble on demand."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from simulator import Fault
from simulator.codes import CODES

if TYPE_CHECKING:
    from .conftest import Platform, Serve


async def test_any_code(serve: Serve) -> None:
    platform = await serve(interval=0)
    for code, text in CODES.items():
        platform.cloud.faults.add(Fault("code", endpoint="onlinestatus", code=code, times=1))
        answer = await platform.call("onlinestatus")
        assert answer.json == {"error": code, "error_description": text, "error_uri": ""}
        assert platform.cam.calls[-1].code == code


async def test_a_code_as_a_number_with_status_and_text(body: Platform) -> None:
    fault = Fault("code", code="10028", as_number=True, status=401, description="enough")
    body.cloud.faults.add(fault)
    answer = await body.call("capture")
    assert answer.status == 401
    assert answer.json == {"error": 10028, "error_description": "enough"}
    assert body.cam.calls[-1].code == "10028"


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("html", 502, "<html>"),
        ("empty", 200, ""),
        ("cut", 200, '{"access_token":'),
        ("json_list", 200, "[]"),
        ("json_other", 200, '{"code": "200", "msg": "ok"}'),
        ("not_success", 200, '{"data": "FAILED"}'),
        ("not_image", 200, "<html>"),
    ],
)
@pytest.mark.parametrize("endpoint", ["capture", "controlling", "token"])
async def test_wrong_answers(
    query: Platform, endpoint: str, kind: str, status: int, text: str
) -> None:
    query.cloud.faults.add(Fault(kind, endpoint=endpoint, times=1))

    async def ask() -> tuple[int, str]:
        query.clock.advance(4)
        if endpoint == "token":
            answer = await query.fetch()
        else:
            answer = await query.call(endpoint, action=1, command=8)
        return answer.status, answer.text

    got = await ask()
    assert got[0] == status
    assert got[1].startswith(text)
    if not text:
        assert got[1] == ""
    assert query.cam.photos == 0
    assert (await ask())[1] != got[1]  # only once


async def test_the_status_can_be_set(query: Platform) -> None:
    query.cloud.faults.add(Fault("html", status=503, times=1))
    query.cloud.faults.add(Fault("json_other", status=500, times=1))
    assert (await query.call("capture")).status == 503
    assert (await query.later("capture")).status == 500


async def test_faults_choose_their_calls(query: Platform) -> None:
    query.cloud.add_camera("TEST0002")
    query.cloud.faults.add(Fault("html", endpoint="capture", serial="TEST0001", times=2))
    query.cloud.faults.add(Fault("empty", endpoint="capture"))
    assert (await query.call("onlinestatus")).status == 200
    assert (await query.call("capture", device_serial="TEST0002")).text == ""
    statuses = [(await query.later("capture")).status for _ in range(3)]
    assert statuses == [502, 502, 200]
    query.cloud.faults.clear()
    assert "picUrl" in (await query.later("capture")).json


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gremlin"},
        {"kind": "html", "endpoint": "everything"},
        {"kind": "code"},
        {"kind": "code", "code": "LOCKED", "as_number": True},
        {"kind": "html", "times": 0},
    ],
)
def test_impossible_faults(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Fault(**wrong)


async def test_broken_off_before_or_after_acting(query: Platform) -> None:
    query.cloud.faults.add(Fault("reset_before", times=1))
    query.cloud.faults.add(Fault("reset_after", times=1))
    for moving in (None, 8):
        with pytest.raises(aiohttp.ClientError):
            await query.move(0, 8)
        assert query.cam.moving == moving
        query.clock.advance(4)
    assert [call.code for call in query.cam.calls] == ["reset_before", "reset_after"]
    assert (await query.move(1, 8)).error == ""
    assert query.cloud.violations == []


async def test_hanging_ends_when_the_caller_leaves(query: Platform) -> None:
    query.cloud.faults.add(Fault("hang", times=1))
    timeout = aiohttp.ClientTimeout(total=0.1)
    path = f"/iot/cameras/capture?access_token={query.token}"
    body = {"device_serial": "TEST0001"}
    with pytest.raises(TimeoutError):
        await query.client.post(path, json=body, timeout=timeout)
    await asyncio.sleep(0.1)
    (call,) = query.cam.calls
    assert (call.code, call.answered) == ("hang", query.clock.time())
    assert (await query.later("capture")).error == ""


async def test_a_call_goes_on_when_the_caller_has_left(query: Platform) -> None:
    query.cloud.faults.add(Fault("slow", seconds=0.2, times=1))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await query.move(0, 8)
    assert query.cam.moving is None
    await asyncio.sleep(0.2)
    assert query.cam.moving == 8


async def test_a_stop_gets_through_while_a_capture_hangs(query: Platform) -> None:
    query.cloud.faults.add(Fault("hang", endpoint="capture", seconds=0.3))
    capture = asyncio.create_task(query.call("capture"))
    await asyncio.sleep(0.05)
    assert query.cam.calls[0].answered is None
    assert (await query.move(1, 8)).error == ""
    with pytest.raises(aiohttp.ClientError):
        await capture


async def test_hanging_ends_with_the_platform(serve: Serve) -> None:
    platform = await serve(capture_seconds=100)
    platform.cloud.add_camera("TEST0002")
    platform.cloud.faults.add(Fault("hang", serial="TEST0002"))
    tasks = [
        asyncio.create_task(platform.call("capture")),
        asyncio.create_task(platform.call("capture", device_serial="TEST0002")),
    ]
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await platform.client.server.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, aiohttp.ClientError) for result in results)
    assert time.monotonic() - started < 1


async def test_slow_acts_all_the_same(query: Platform) -> None:
    query.cloud.faults.add(Fault("slow", seconds=0.2))
    started = time.monotonic()
    assert (await query.call("capture")).error == ""
    assert time.monotonic() - started >= 0.2
    assert query.cam.calls[-1].code == ""


@pytest.mark.parametrize(
    ("answered", "status", "error", "noted"),
    [
        ({"code": "20008"}, 200, "20008", "20008"),
        ({"code": "20008", "as_number": True, "status": 500}, 500, 20008, "20008"),
        ({"status": 504}, 504, None, "late"),
    ],
)
async def test_late_answers_at_once_and_acts_later(
    query: Platform, answered: dict[str, Any], status: int, error: object, noted: str
) -> None:
    query.cloud.faults.add(Fault("late", "controlling", seconds=8, times=1, **answered))
    answer = await query.move(0, 8)
    assert answer.status == status
    assert answer.text.startswith("<html>") if error is None else answer.error == error
    (call,) = query.cam.calls
    assert (call.code, call.answered) == (noted, query.clock.time())
    query.clock.advance(7.9)
    await asyncio.sleep(0.01)
    assert query.cam.moving is None
    query.clock.advance(0.1)
    await asyncio.sleep(0.01)
    assert query.cam.moving == 8
    assert call.code == noted
    assert (await query.move(1, 8)).error == ""
    assert query.cloud.violations == []


async def test_late_can_break_off_and_may_come_too_late(query: Platform) -> None:
    query.cloud.faults.add(Fault("late", "controlling", seconds=8, times=1))
    with pytest.raises(aiohttp.ClientError):
        await query.move(0, 8)
    assert [call.code for call in query.cam.calls] == ["late"]
    query.cam.online = False
    query.clock.advance(8)
    await asyncio.sleep(0.01)
    assert query.cam.moving is None


async def test_what_is_late_ends_with_the_platform(query: Platform) -> None:
    query.cloud.faults.add(Fault("late", "controlling", seconds=8, status=502))
    await query.move(0, 8)
    await query.cloud.shut_down()
    query.clock.advance(8)
    await asyncio.sleep(0.01)
    assert query.cam.moving is None


async def test_a_rival_strikes_before_the_answer(query: Platform) -> None:
    query.cloud.faults.add(Fault("rival", endpoint="token", times=1))
    query.clock.advance(1)
    await query.renew()
    assert (await query.call("capture")).error == "10002"  # the token came dead
    query.clock.advance(1)
    await query.renew()
    query.cloud.faults.add(Fault("rival", endpoint="capture", times=1))
    assert (await query.call("capture")).error == ""
    assert (await query.later("capture")).error == "10002"


@pytest.mark.parametrize("path", ["capture", "token", "picture"])
async def test_a_redirect_loop_goes_round(query: Platform, path: str) -> None:
    url = (await query.call("capture")).json["picUrl"]
    query.cloud.faults.add(Fault("redirect_loop"))
    query.clock.advance(4)
    asks = {
        "picture": lambda: query.client.session.get(url),
        "capture": lambda: query.call("capture"),
        "token": query.fetch,
    }
    with pytest.raises(aiohttp.TooManyRedirects):
        await asks[path]()


async def test_pictures_that_are_none(query: Platform) -> None:
    url = (await query.call("capture")).json["picUrl"]
    query.cloud.faults.add(Fault("big_picture", endpoint="picture", serial="TEST0001", times=1))
    query.cloud.faults.add(Fault("not_image", endpoint="picture", times=1))
    async with query.client.session.get(url) as response:
        assert response.content_type == "image/jpeg"
        data = await response.read()
        assert len(data) >= 30 * 1024 * 1024
        assert data.startswith(b"\xff\xd8\xff")
    async with query.client.session.get(url) as response:
        assert (response.status, response.content_type) == (200, "text/html")
    async with query.client.session.get(url) as response:
        assert response.content_type == "image/jpeg"


async def test_a_reader_may_give_up(query: Platform) -> None:
    troubles: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context))
    url = (await query.call("capture")).json["picUrl"]
    query.cloud.faults.add(Fault("big_picture", endpoint="picture", times=1))
    async with query.client.session.get(url) as response:
        await response.content.read(1000)
        response.close()
    await asyncio.sleep(0.1)
    async with query.client.session.get(url) as response:
        assert response.status == 200
    assert troubles == []


async def test_a_playlist_can_fail(query: Platform) -> None:
    url = (await query.call("liveurl", protocol="hls")).json["url"]
    query.cloud.faults.add(Fault("html", endpoint="playlist", status=404))
    async with query.client.session.get(url) as response:
        assert response.status == 404


async def test_faulty_calls_keep_to_the_rules_too(query: Platform) -> None:
    query.cloud.faults.add(Fault("html", times=2))
    await query.call("capture")
    await query.call("capture")
    assert len(query.cloud.violations) == 1


async def test_a_refused_token_costs_no_pause(query: Platform) -> None:
    query.cloud.faults.add(Fault("code", code="10002", times=1))
    assert (await query.call("capture")).error == "10002"
    assert (await query.call("capture")).error == ""
    assert query.cloud.violations == []
