"""The simulator's own API and page."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from PIL import Image
import pytest

if TYPE_CHECKING:
    from .conftest import Platform

FORMAT = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
WAV = (
    b"RIFF"
    + struct.pack("<I", 4 + len(FORMAT) + 8 + 4000)
    + b"WAVE"
    + FORMAT
    + struct.pack("<4sI", b"data", 4000)
    + bytes(range(250)) * 16
)


async def state(platform: Platform) -> Any:
    return (await platform.get("/_sim/state")).json


async def test_the_state_tells_everything(query: Platform) -> None:
    await query.call("controlling", action=0, command=8)
    await query.call("capture")
    query.cloud.faults.clear()
    told = await state(query)
    assert (told["revision"], told["token_fetches"], told["violation_count"]) == ("query", 1, 1)
    (camera,) = told["cameras"]
    assert (camera["serial"], camera["name"], camera["online"]) == ("TEST0001", "Shop", True)
    assert camera["moving"] == 8
    assert camera["position"] == {"pan": 0, "tilt": 0, "zoom": 1, "focus": 0}
    assert [call["code"] for call in camera["calls"]] == ["", "TOO_MANY_REQUESTS"]
    assert query.token not in str(told)


async def test_voices_can_be_heard(query: Platform) -> None:
    assert (await query.say(WAV, "bell.wav")).error == ""
    (voice,) = (await state(query))["cameras"][0]["voices"]
    assert (voice["number"], voice["kind"], voice["bytes"]) == (1, "wav", len(WAV))
    assert voice["duration"] == 0.5
    path = "/_sim/cameras/TEST0001/voices/"
    async with query.client.get(f"{path}1") as response:
        assert response.content_type == "audio/wav"
        assert await response.read() == WAV
    assert (await query.get(f"{path}2")).status == 404


async def test_faults_come_and_go(query: Platform) -> None:
    fault = {"kind": "code", "code": "20008", "endpoint": "capture", "times": 2}
    assert (await query.post_json("/_sim/faults", fault)).status == 200
    assert (await query.call("capture")).error == "20008"
    (told,) = (await state(query))["faults"]
    assert (told["kind"], told["times"]) == ("code", 1)
    async with query.client.delete("/_sim/faults") as response:
        assert response.status == 200
    assert query.cloud.faults.active == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "gremlin"}),
        ("faults", {"kind": "html", "colour": "red"}),
        ("faults", {}),
        ("faults", []),
        ("revision", {"revision": "2022"}),
        ("cameras", {"serial": "test"}),
        ("cameras", {"serial": "TEST0001"}),
        ("cameras", {"serial": "TEST0002", "colour": "red"}),
        ("cameras/TEST0001", {"online": "yes"}),
        ("cameras/TEST0001", {"serial": "TEST0002"}),
    ],
)
async def test_nonsense_is_refused(query: Platform, path: str, body: object) -> None:
    answer = await query.post_json(f"/_sim/{path}", body)
    assert answer.status == 400
    assert answer.text
    assert list(query.cloud.cameras) == ["TEST0001"]


async def test_what_is_no_json_is_refused(query: Platform) -> None:
    async with query.client.post("/_sim/faults", data=b"{") as response:
        assert response.status == 400


async def test_cameras_are_added_and_changed(query: Platform) -> None:
    body = {"serial": "TEST0002", "name": "Yard", "online": False, "ptz": False}
    assert (await query.post_json("/_sim/cameras", body)).status == 200
    assert (await query.call("capture", device_serial="TEST0002")).error == "20007"
    changes = {"online": True, "encrypted": True, "name": "Back yard"}
    assert (await query.post_json("/_sim/cameras/TEST0002", changes)).status == 200
    camera = query.cloud.cameras["TEST0002"]
    assert (camera.online, camera.encrypted, camera.name) == (True, True, "Back yard")
    assert (await query.post_json("/_sim/cameras/NOBODY01", {})).status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"live_cut": 0.5, "live_life": 60, "live_sound": False}, 200),
        ({"live_cut": True}, 400),
        ({"live_cut": "60"}, 400),
        ({"live_h265": 1}, 400),
    ],
)
async def test_how_live_behaves_is_set(query: Platform, body: dict[str, Any], status: int) -> None:
    answer = await query.post_json("/_sim/cameras/TEST0001", body)
    assert answer.status == status
    expected = body if status == 200 else {"live_cut": 0, "live_h265": False}
    assert {name: getattr(query.cam, name) for name in expected} == expected


async def test_live_addresses_are_killed(query: Platform) -> None:
    url = (await query.call("liveurl", protocol="hls")).json["url"]
    assert (await query.post_json("/_sim/cameras/TEST0001", {"kill_live": True})).status == 200
    async with query.client.session.get(url) as response:
        assert response.status == 404


async def test_the_token_is_troubled(query: Platform) -> None:
    for path in ("rival", "revoke"):
        query.clock.advance(1)
        await query.renew()
        assert (await query.post_json(f"/_sim/{path}", {})).status == 200
        assert (await query.call("capture")).error == "10002"


async def test_the_revision_is_changed(query: Platform) -> None:
    await query.post_json("/_sim/revision", {"revision": "body"})
    assert query.cloud.revision == "body"
    assert (await query.call("capture")).error == ""


async def test_a_look_costs_nothing(query: Platform) -> None:
    async with query.client.get("/_sim/cameras/TEST0001/picture.jpg") as response:
        assert Image.open(io.BytesIO(await response.read())).size == (640, 360)
    assert (query.cam.photos, query.cam.calls) == (0, [])


@pytest.mark.parametrize(
    "path",
    ["/", "/_sim/page.css", "/_sim/page.js", "/_sim/camera.js", "/_sim/lists.js", "/_sim/live.js"],
)
async def test_the_page_is_there(query: Platform, path: str) -> None:
    answer = await query.get(path)
    assert answer.status == 200
    assert "http://" not in answer.text  # no files from elsewhere
    assert "https://" not in answer.text


async def test_the_page_knows_every_kind_of_trouble(query: Platform) -> None:
    told = (await query.get("/_sim/vocabulary")).json
    assert {"hang", "code", "rival"} < set(told["kinds"])
    assert told["codes"]["20007"] == "设备不在线"
