"""Hold to talk, from the request with a clip to what the camera has, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import json
import struct
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.sodalife.talk import MAX_CLIP
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import OTHER, SERIAL, FindEntity, SetUp, count_arrived
from tests.integration.sounds import sound, wav

# A wav whose format is two bytes too short: what follows could be taken for them.
_FORMAT = struct.pack("<IHHIIH", 14, 1, 1, 16000, 32000, 2) + struct.pack("<H2xI", 16, 0)
SHORT_HEAD = wav(1)[:16] + _FORMAT + wav(1)[36:]

type Talk = Callable[..., Awaitable[tuple[int, list[dict[str, Any]]]]]


@pytest.fixture
async def browser(hass_client: ClientSessionGenerator, set_up: SetUp) -> TestClient[Any, Any]:
    """Have two cameras, and a browser of somebody who may use them."""
    await set_up(SERIAL, OTHER)
    return await hass_client()


@pytest.fixture
def talk(browser: TestClient[Any, Any], entity_id: FindEntity) -> Talk:
    """Send a clip as the card does; tell the status and what is told, line by line."""

    async def talk(
        content: Any = None, camera: str | None = None
    ) -> tuple[int, list[dict[str, Any]]]:
        url = f"/api/sodalife/voice/{camera or entity_id('camera')}"
        async with browser.post(url, data=wav(1.5) if content is None else content) as response:
            return response.status, await lines_of(response)

    return talk


async def lines_of(response: ClientResponse) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await response.read()).splitlines()]


async def test_what_is_said_is_sent_as_it_is(talk: Talk, sim: SimCamera) -> None:
    content = wav(1.5)
    status, told = await talk(content)
    assert status == 200
    assert told == [{"state": "waiting", "seconds": 0}, {"state": "accepted", "seconds": 1.5}]
    (voice,) = sim.voices
    assert voice.data == content


@pytest.mark.parametrize("kind", ["mp3", "aac", "wav"])
async def test_whatever_the_platform_takes_is_taken(talk: Talk, sim: SimCamera, kind: str) -> None:
    status, told = await talk(sound(kind))
    assert (status, told[-1]["state"]) == (200, "accepted")
    assert sim.voices[0].data == sound(kind)


@pytest.mark.parametrize(
    ("content", "status", "key"),
    [
        (b"", 415, "voice_empty"),
        (wav(0.1), 415, "voice_empty"),
        (b"<html>", 415, "voice_format"),
        (sound("ogg"), 415, "voice_format"),
        (SHORT_HEAD, 415, "voice_format"),
        (wav(70), 413, "clip_too_large"),
    ],
    ids=["nothing", "next to nothing", "no sound", "to be converted", "short head", "70 seconds"],
)
async def test_what_is_refused(
    talk: Talk, sim: SimCamera, content: bytes, status: int, key: str
) -> None:
    refused, (reason,) = await talk(content)
    assert (refused, reason["translation_key"]) == (status, key)
    assert reason["translation_domain"] == "sodalife"
    assert reason["translation_placeholders"]["camera"] == "Camera 1"
    assert "Camera 1" in reason["message"]
    assert count_arrived(sim, "sendvoice") == 0


async def test_a_minute_is_taken(talk: Talk, sim: SimCamera) -> None:
    status, _ = await talk(wav(60))
    assert status == 200
    assert round(sim.voices[0].duration) == 60


async def test_of_a_minute_and_a_gong_the_minute_counts(
    hass: HomeAssistant, clock: ManualClock, talk: Talk
) -> None:
    """The platform takes no more than that, and what was said would be lost."""
    (entry,) = hass.config_entries.async_entries("sodalife")
    hass.config_entries.async_update_entry(entry, options={**entry.options, "gong": "bell"})
    await hass.async_block_till_done()
    for seconds, heard in ((60, 60), (50, 51.6)):
        _, told = await talk(wav(seconds))
        assert told[-1] == {"state": "accepted", "seconds": heard}
        await clock.advance(70)


async def test_too_much_is_not_read_even_if_nobody_said_how_much_it_is(talk: Talk) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 20 * MAX_CLIP:
            sent += 1 << 16
            yield bytes(1 << 16)

    try:
        status, (reason,) = await talk(endless())
    except ConnectionError:
        return  # it did not even wait for the answer
    assert (status, reason["translation_key"]) == (413, "clip_too_large")


async def test_an_upload_that_breaks_off(
    hass: HomeAssistant, browser: TestClient[Any, Any], talk: Talk, entity_id: FindEntity
) -> None:
    """Nothing is sent, and the log has nothing of it."""
    server = browser.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    token = browser.session.headers["Authorization"]
    writer.write(
        f"POST /api/sodalife/voice/{entity_id('camera')} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {token}\r\nContent-Length: 50000\r\n\r\n".encode()
    )
    writer.write(wav(1)[:10000])
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()
    assert await reader.read() == b""
    await hass.async_block_till_done()
    assert (await talk())[0] == 200


async def test_who_may_not_control_the_camera(
    talk: Talk, hass_admin_user: MockUser, sim: SimCamera
) -> None:
    hass_admin_user.groups = []
    hass_admin_user.mock_policy({"entities": {"all": {"read": True}}})
    status, (reason,) = await talk()
    assert (status, reason["translation_key"]) == (403, "not_allowed")
    assert reason["translation_placeholders"]["camera"] == "Camera 1"
    assert sim.voices == []


async def test_who_may_not_even_see_it_is_not_told_its_name(
    talk: Talk, hass_admin_user: MockUser
) -> None:
    hass_admin_user.groups = []
    hass_admin_user.mock_policy({"entities": {}})
    status, (reason,) = await talk()
    assert status == 403
    assert "Camera 1" not in str(reason)


async def test_somebody_who_has_not_logged_in(
    browser: TestClient[Any, Any],
    hass_client_no_auth: ClientSessionGenerator,
    entity_id: FindEntity,
    sim: SimCamera,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.http.ban: .* invalid authentication")
    stranger = await hass_client_no_auth()
    async with stranger.post(f"/api/sodalife/voice/{entity_id('camera')}", data=wav(1)) as response:
        assert response.status == 401
    assert sim.voices == []


async def test_a_camera_that_is_not_there(talk: Talk) -> None:
    status, (reason,) = await talk(camera="camera.nowhere")
    assert (status, reason["translation_key"]) == (404, "camera_not_loaded")


async def test_a_camera_that_is_known_to_be_offline(
    hass: HomeAssistant, talk: Talk, sim: SimCamera
) -> None:
    sim.online = False
    status, told = await talk()  # nobody knew until now
    assert (status, told[-1]["state"], told[-1]["translation_key"]) == (
        *(200, "failed"),
        "device_offline",
    )
    await hass.async_block_till_done()
    status, (reason,) = await talk()
    assert (status, reason["translation_key"]) == (409, "device_offline")


async def test_what_the_platform_refuses_is_told(talk: Talk, cloud: Cloud) -> None:
    cloud.faults.add(Fault("code", "sendvoice", code="111003"))
    status, told = await talk()
    assert status == 200
    assert [line["state"] for line in told] == ["waiting", "failed"]
    assert told[-1]["translation_key"] == "voice_failed"
    assert told[-1]["translation_placeholders"]["camera"] == "Camera 1"


async def test_two_people_at_once_are_both_told(
    clock: ManualClock, talk: Talk, sim: SimCamera
) -> None:
    first = await talk(wav(8))
    second = asyncio.create_task(_run(talk(wav(2))))
    await asyncio.sleep(0.2)
    third = asyncio.create_task(_run(talk(wav(3))))
    await asyncio.sleep(0.2)
    assert len(sim.voices) == 1, "the others wait for the first one's end"
    await clock.advance(8)
    await second
    await clock.advance(2)
    await third
    assert first[1][0]["seconds"] == 0
    assert second.result()[1] == [
        {"state": "waiting", "seconds": 8},
        {"state": "accepted", "seconds": 2},
    ]
    assert third.result()[1][0] == {"state": "waiting", "seconds": 10}
    assert [round(voice.duration) for voice in sim.voices] == [8, 2, 3]


async def test_a_full_queue_says_so(clock: ManualClock, talk: Talk, sim: SimCamera) -> None:
    await talk(wav(9))
    waiting = [asyncio.create_task(_run(talk(wav(9)))) for _ in range(5)]
    await asyncio.sleep(0.3)
    status, (reason,) = await talk()
    assert (status, reason["translation_key"]) == (409, "speaker_full")
    for number in range(2, 7):  # nor does anybody lose a place by that
        await clock.advance(9)
        await until(lambda number=number: sim.voices_received == number)
    told = await asyncio.gather(*waiting)
    assert [lines[-1]["state"] for _, lines in told] == ["accepted"] * 5


async def test_what_was_said_is_sent_though_the_page_was_closed(
    clock: ManualClock,
    browser: TestClient[Any, Any],
    talk: Talk,
    entity_id: FindEntity,
    sim: SimCamera,
) -> None:
    await talk(wav(8))
    response = await browser.post(f"/api/sodalife/voice/{entity_id('camera')}", data=wav(2))
    assert json.loads(await response.content.readline())["state"] == "waiting"
    response.close()
    await asyncio.sleep(0.1)
    await clock.advance(8)
    await until(lambda: len(sim.voices) == 2)


async def _run(call: Awaitable[Any]) -> Any:
    return await call
