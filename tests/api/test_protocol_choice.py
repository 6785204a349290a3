"""The protocol of live pictures, where the user leaves it to us: FLV, and when it is left."""

from __future__ import annotations

import pytest

from custom_components.sodalife.api import Camera, SodaError
from custom_components.sodalife.api.errors import DeviceOffline, TooManyViewers, VideoEncrypted
from custom_components.sodalife.api.live import TRUST
from custom_components.sodalife.api.live_protocol import AUTO, FIRST_PICTURE, REMEMBERED
from custom_components.sodalife.api.memory import Memory
from custom_components.sodalife.api.models import Fallback, Reason
from simulator.camera import SimCamera
from tests.api.world import Platform, both
from tests.clock import ManualClock


def asked(sim: SimCamera) -> list[str | None]:
    return [call.protocol for call in sim.calls if call.endpoint == "liveurl"]


@pytest.fixture
def auto(camera: Camera) -> Camera:
    """A camera whose picture is handed on by WebRTC, and whose protocol is ours to choose."""
    camera.configure(call_interval=4, snapshot_interval=30, live_protocol=AUTO)
    camera.live_protocol.has_webrtc = True
    return camera


async def test_the_users_choice_is_the_users(camera: Camera, sim: SimCamera) -> None:
    camera.configure(call_interval=4, snapshot_interval=30, live_protocol="hlshd")
    camera.live_protocol.has_webrtc = True
    assert (await camera.live_protocol.address()).protocol == "hlshd"
    assert camera.live_protocol.current == ("hlshd", Reason.OPTION)


async def test_flv_is_for_webrtc(auto: Camera, sim: SimCamera, clock: ManualClock) -> None:
    assert (await auto.live_protocol.address()).protocol == "flv"
    assert auto.live_protocol.current == ("flv", Reason.WEBRTC)
    auto.live_protocol.has_webrtc = False  # it may go, and come back
    assert auto.live_protocol.current == ("hls", Reason.NO_WEBRTC)
    assert (await clock.drive(auto.live_protocol.address())).protocol == "hls"
    auto.live_protocol.has_webrtc = True
    assert (await auto.live_protocol.address()).protocol == "flv"
    assert asked(sim) == ["flv", "hls"]


@pytest.mark.parametrize("interval", [0.0])
async def test_what_is_not_h264_is_left_in_the_same_request_and_for_a_day(
    auto: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    auto.configure(call_interval=0, snapshot_interval=30, live_protocol=AUTO)
    told: list[str] = []
    auto.device.changed.subscribe(lambda: told.append(auto.live_protocol.current[1]))
    auto.live_protocol.fell_back.subscribe(lambda: told.append("fell back"))
    sim.live_h265 = True
    assert (await auto.live_protocol.address()).protocol == "hls"
    assert auto.live_protocol.current == ("hls", Reason.NOT_H264)
    assert told[-2:] == ["not_h264", "fell back"]
    sim.live_h265 = False
    await clock.advance(REMEMBERED - 10)
    assert (await auto.live_protocol.address()).protocol == "hls"
    await clock.advance(10)
    assert (await auto.live_protocol.address()).protocol == "flv"
    assert asked(sim) == ["flv", "hls", "hls", "flv"]


async def test_h264_is_looked_for_once(
    platform: Platform, auto: Camera, clock: ManualClock
) -> None:
    first = await auto.live_protocol.address()
    platform.fault("html", "flv")
    await auto.live_protocol.address()
    assert auto.live.known("flv") is first, "nobody has looked"
    platform.cloud.faults.clear()
    await clock.advance(TRUST)
    assert (await auto.live_protocol.address()).protocol == "flv"


@pytest.mark.parametrize("revision", ["body"])
async def test_what_the_platform_does_not_have_is_left(auto: Camera, sim: SimCamera) -> None:
    assert (await auto.live_protocol.address()).protocol == "hls"
    assert auto.live_protocol.current == ("hls", Reason.REFUSED)
    assert asked(sim) == ["hls"]


@pytest.mark.parametrize("code", ["60020", "10001"])
async def test_what_the_platform_refuses_is_left(
    platform: Platform, auto: Camera, sim: SimCamera, clock: ManualClock, code: str
) -> None:
    await auto.check_online()  # the revision is beyond doubt
    platform.code(code, "liveurl", times=1)
    assert (await clock.drive(auto.live_protocol.address())).protocol == "hls"
    assert auto.live_protocol.current == ("hls", Reason.REFUSED)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("9048", TooManyViewers),
        ("9049", TooManyViewers),
        ("20007", DeviceOffline),
        ("60019", VideoEncrypted),
    ],
)
async def test_what_says_nothing_of_the_protocol_does_not_count(
    platform: Platform, auto: Camera, clock: ManualClock, code: str, error: type[SodaError]
) -> None:
    platform.code(code, "liveurl", times=1)
    auto.live_protocol.expect(lambda: True)
    with pytest.raises(error):
        await auto.live_protocol.address()
    await clock.advance(FIRST_PICTURE + 1)
    assert auto.live_protocol.fallback is None


async def test_no_first_picture_in_15_seconds(auto: Camera, clock: ManualClock) -> None:
    await auto.live_protocol.address()
    stop_expecting = auto.live_protocol.expect(lambda: True)
    auto.live_protocol.expect(lambda: False)
    stop_expecting()
    await clock.advance(FIRST_PICTURE + 1)
    assert auto.live_protocol.fallback is None
    auto.live_protocol.expect(lambda: True)
    await clock.advance(FIRST_PICTURE - 0.1)
    assert auto.live_protocol.fallback is None
    await clock.advance(0.1)
    assert auto.live_protocol.current == ("hls", Reason.NO_PICTURE)


async def test_hls_without_a_picture_is_no_evidence(camera: Camera, clock: ManualClock) -> None:
    for option in ("flv", "hls", AUTO):
        camera.configure(call_interval=4, snapshot_interval=30, live_protocol=option)
        camera.live_protocol.expect(lambda: True)
    await clock.advance(FIRST_PICTURE + 1)
    assert camera.live_protocol.fallback is None


async def test_a_slow_start_is_no_evidence_at_first(
    auto: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    sim.live_slow_start = 30
    assert (await clock.drive(auto.live_protocol.address())).protocol == "flv"
    assert auto.live_protocol.fallback is None


@both
async def test_it_is_remembered(platform: Platform, auto: Camera, clock: ManualClock) -> None:
    auto.live_protocol.expect(lambda: True)
    await clock.advance(FIRST_PICTURE)
    stored = auto.memory().to_json()
    assert stored["fallback"] == {"reason": "no_picture", "at": clock.time()}
    again = platform.camera(platform.client())
    again.live_protocol.option, again.live_protocol.has_webrtc = AUTO, True
    again.recall(Memory.from_json(stored))
    assert again.live_protocol.current == ("hls", Reason.NO_PICTURE)
    del stored["fallback"]  # as 0.1.0 wrote it down
    assert Memory.from_json(stored).fallback is None
    with pytest.raises(ValueError, match="no such number"):
        Memory.from_json({**stored, "fallback": {"reason": "refused", "at": -1}})
    assert Memory(fallback=Fallback(Reason.REFUSED, 5.0)) == Memory.from_json(
        Memory(fallback=Fallback(Reason.REFUSED, 5.0)).to_json()
    )
