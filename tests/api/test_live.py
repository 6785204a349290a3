"""One live address serves all viewers, for as long as it is good."""

from __future__ import annotations

import asyncio

import pytest

from custom_components.sodalife.api import Camera, SodaError
from custom_components.sodalife.api.errors import DeviceOffline, TooManyViewers, VideoEncrypted
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.world import Platform, arrived, both, gathered
from tests.clock import ManualClock, WallClock, until


@both
async def test_all_viewers_share_one_address(camera: Camera, sim: SimCamera) -> None:
    addresses = await gathered(*(camera.live.get("hls") for _ in range(100)))
    assert {address.url for address in addresses} == {addresses[0].url}
    assert await camera.live.get("hls") is addresses[0]
    assert arrived(sim) == ["liveurl"]


async def test_a_viewer_that_comes_while_the_address_is_fetched_shares_it(
    platform: Platform, camera: Camera, sim: SimCamera
) -> None:
    platform.fault("slow", "liveurl", seconds=0.03, times=1)
    first = asyncio.create_task(camera.live.get("hls"))
    await until(lambda: sim.calls)
    assert await asyncio.wait_for(camera.live.get("hls"), 2.0) is await first
    assert arrived(sim) == ["liveurl"]


@pytest.mark.parametrize(("revision", "life"), [("query", 290.0), ("body", 230.0)])
async def test_an_address_is_kept_until_shortly_before_its_end(
    camera: Camera, sim: SimCamera, clock: ManualClock, life: float
) -> None:
    """`expire` counts where there is one, else 4 minutes."""
    first = await camera.live.get("hls")
    await clock.advance(life - 0.1)
    assert await camera.live.get("hls") is first
    await clock.advance(0.2)
    assert camera.live.known("hls") is None
    assert await camera.live.get("hls") is not first
    assert arrived(sim) == ["liveurl", "liveurl"]


async def test_to_look_for_a_known_address_costs_nothing_and_never_fails(
    camera: Camera, sim: SimCamera
) -> None:
    sim.online = False
    assert camera.live.known("hls") is None
    assert arrived(sim) == []


async def test_a_dropped_address_is_replaced(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    first = await camera.live.get("hls")
    camera.live.drop()
    assert camera.live.known("hls") is None
    second = await clock.drive(camera.live.get("hls"))
    assert second.url != first.url


async def test_a_drop_while_the_next_address_is_fetched_does_not_lose_it(
    platform: Platform, camera: Camera, sim: SimCamera
) -> None:
    platform.fault("slow", "liveurl", seconds=0.03, times=1)
    fetching = asyncio.create_task(camera.live.get("hls"))
    await until(lambda: sim.calls)
    camera.live.drop()
    assert camera.live.known("hls") is None
    assert await fetching is camera.live.known("hls")


async def test_protocols_have_addresses_of_their_own(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    hls = await camera.live.get("hls")
    flv = await clock.drive(camera.live.get("flv"))
    assert (hls.protocol, flv.protocol) == ("hls", "flv")
    assert [call.protocol for call in sim.calls] == ["hls", "flv"]
    assert await camera.live.get("hls") is hls


async def test_a_viewer_that_leaves_takes_nobody_along(
    platform: Platform, camera: Camera, sim: SimCamera
) -> None:
    platform.fault("slow", "liveurl", seconds=0.03, times=1)
    leaving, staying = (asyncio.create_task(camera.live.get("hls")) for _ in range(2))
    await until(lambda: sim.calls)
    leaving.cancel()
    assert (await staying).url
    assert arrived(sim) == ["liveurl"]


@pytest.mark.parametrize(
    ("trouble", "expected"), [("online", DeviceOffline), ("encrypted", VideoEncrypted)]
)
async def test_a_failure_is_not_kept(
    camera: Camera, sim: SimCamera, clock: ManualClock, trouble: str, expected: type[SodaError]
) -> None:
    setattr(sim, trouble, trouble == "encrypted")
    with pytest.raises(expected):
        await camera.live.get("hls")
    setattr(sim, trouble, trouble == "online")
    assert (await clock.drive(camera.live.get("hls"))).url


async def test_an_address_that_is_about_to_end_when_it_comes_is_used_but_not_kept(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.live.life = 5.0
    assert (await camera.live.get("hls")).url
    assert camera.live.known("hls") is None
    await clock.drive(camera.live.get("hls"))
    assert arrived(sim) == ["liveurl", "liveurl"]


@pytest.mark.parametrize("work", ["live", "talk"])
async def test_a_talk_address_is_shared_only_by_those_who_wait_for_it(
    camera: Camera, sim: SimCamera, clock: ManualClock, work: str
) -> None:
    ask = camera.talk_url if work == "talk" else lambda: camera.live.get("hls")
    await gathered(ask(), ask())
    await clock.drive(ask())
    assert len(sim.calls) == (2 if work == "talk" else 1)


@both
async def test_an_address_is_not_kept_for_longer_because_the_clock_was_set_back(
    platform: Platform, clock: ManualClock
) -> None:
    wall = WallClock(clock)
    camera = platform.camera(platform.client(clock=wall))
    first = await camera.live.get("hls")
    wall.jump(-9 * 3600.0)
    await clock.advance(200.0)
    assert camera.live.known("hls") is first
    await clock.advance(95.0)
    assert camera.live.known("hls") is None


async def test_an_address_is_over_when_the_machine_slept_through_its_life(
    platform: Platform, clock: ManualClock
) -> None:
    wall = WallClock(clock)
    camera = platform.camera(platform.client(clock=wall))
    await camera.live.get("hls")
    wall.jump(9 * 3600.0)
    assert camera.live.known("hls") is None
    assert (await clock.drive(camera.live.get("hls"))).url


# Too many viewers.


@pytest.mark.parametrize("code", ["9048", "9049"])
async def test_too_many_viewers_close_live_for_minutes(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, code: str
) -> None:
    platform.code(code, "liveurl", times=1)
    with pytest.raises(TooManyViewers):
        await camera.live.get("hls")
    await clock.advance(299.0)
    with pytest.raises(TooManyViewers):
        await camera.live.get("hls")
    assert await camera.check_online()
    assert arrived(sim) == ["liveurl", "onlinestatus"]
    await clock.advance(5.0)
    assert (await camera.live.get("hls")).url


async def test_too_many_viewers_turn_away_those_who_wait_already(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("9048", "liveurl")
    works = [asyncio.create_task(camera.live.get(protocol)) for protocol in ("hls", "flv", "rtmp")]
    errors = await asyncio.wait_for(gathered(*works), 2.0)
    assert [type(err) for err in errors] == [TooManyViewers] * 3
    await clock.advance(20.0)
    assert arrived(sim) == ["liveurl"]


async def test_those_who_were_turned_away_cost_nobody_else_a_turn(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("9048", "liveurl")
    works = [camera.live.get(protocol) for protocol in ("hls", "flv", "rtmp")]
    *_, online = await clock.drive(gathered(*works, camera.check_online()))
    assert online is True
    assert sim.calls[1].arrived - (sim.calls[0].answered or 0) < 5.0
    assert arrived(sim) == ["liveurl", "onlinestatus"]


async def test_the_pause_of_9048_ends_by_whichever_clock_says_more(
    platform: Platform, sim: SimCamera, clock: ManualClock
) -> None:
    wall = WallClock(clock)
    camera = platform.camera(platform.client(clock=wall))
    platform.code("9048", "liveurl", times=2)
    await gathered(camera.live.get("hls"))
    wall.jump(-9 * 3600.0)
    await clock.advance(299.0)
    with pytest.raises(TooManyViewers):
        await camera.live.get("hls")
    assert len(sim.calls) == 1
    await clock.advance(1.0)
    await gathered(camera.live.get("hls"))
    assert len(sim.calls) == 2
    wall.jump(3600.0)
    assert (await clock.drive(camera.live.get("hls"))).url


# A check of a platform that cannot be asked who is online is a live address.


@pytest.mark.parametrize("revision", ["body"])
async def test_such_a_check_keeps_the_pause_of_9048(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("9048", "liveurl", times=1)
    for _ in range(3):
        with pytest.raises(TooManyViewers):
            await camera.check_online()
        await clock.advance(99.0)
    assert arrived(sim) == ["liveurl"]
    await clock.advance(5.0)
    assert await camera.check_online()
    assert camera.live.known("hls"), "it is as good as any other"
    assert arrived(sim) == ["liveurl", "liveurl"]


@pytest.mark.parametrize("revision", ["body"])
async def test_such_a_check_closes_the_pause_for_viewers_too_and_shares_their_address(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    online, address = await gathered(camera.check_online(), camera.live.get("hls"))
    assert (online, address) == (True, camera.live.known("hls"))
    assert arrived(sim) == ["liveurl"]
    camera.live.drop()
    platform.code("9048", "liveurl")
    with pytest.raises(TooManyViewers):
        await clock.drive(camera.check_online())
    with pytest.raises(TooManyViewers):
        await camera.live.get("hls")
    assert arrived(sim) == ["liveurl", "liveurl"]


@pytest.mark.parametrize("revision", ["body"])
async def test_such_a_check_tells_offline_online_and_encrypted_apart(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    assert await camera.check_online() is True
    assert camera.device.online is True
    sim.online = False
    assert await clock.drive(camera.check_online()) is False
    assert camera.device.online is False
    sim.online, sim.encrypted = True, True
    seen_at = camera.device.seen_at
    assert await clock.drive(camera.check_online()) is True
    assert camera.device.online is True
    assert camera.device.seen_at > seen_at


async def test_a_check_that_finds_out_what_the_platform_can_be_asked_asks_it(
    platform: Platform, sim: SimCamera, clock: ManualClock
) -> None:
    """The address that told it proves nothing about the camera."""
    camera = platform.camera(platform.client(revision=None))
    assert await clock.drive(camera.check_online())
    assert arrived(sim) == ["liveurl", "onlinestatus"]
    await clock.drive(camera.check_online())
    assert arrived(sim)[2:] == ["onlinestatus"]
