"""Several sounds for one speaker: each waits for the one before, on a clock the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import OTHER, SERIAL, Act, FindEntity, SetUp, count_arrived
from tests.integration.sounds import wav

LOCAL = "media-source://media_source/local/"

type Begin = Callable[..., asyncio.Task[None]]
type Heard = Callable[[], list[int]]


@pytest.fixture
async def entry(media_folder: Path, clock: ManualClock, set_up: SetUp) -> MockConfigEntry:
    """Have two cameras, and sounds of 1 to 9 seconds by that name."""
    for seconds in range(1, 10):
        (media_folder / f"{seconds}.wav").write_bytes(wav(seconds, rate=8000))
    return await set_up(SERIAL, OTHER)


@pytest.fixture
async def begin(entry: MockConfigEntry, play: Act) -> AsyncIterator[Begin]:
    """Have a sound played by somebody who waits for it, in a task."""
    tasks: list[asyncio.Task[None]] = []

    def begin(seconds: int | str, serial: str = SERIAL, **wishes: Any) -> asyncio.Task[None]:
        media = seconds if isinstance(seconds, str) else f"{LOCAL}{seconds}.wav"
        tasks.append(asyncio.create_task(run(play(media, serial, **wishes))))
        return tasks[-1]

    async def run(call: Awaitable[None]) -> None:
        await call

    yield begin
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


@pytest.fixture
def heard(sim: SimCamera) -> Heard:
    """Tell the lengths of the sounds that the camera received, in order."""
    return lambda: [round(voice.duration) for voice in sim.voices]


@pytest.fixture
def speaker(hass: HomeAssistant, entity_id: FindEntity, entry: MockConfigEntry) -> Any:
    """Tell the speaker's state."""

    def speaker() -> State:
        state = hass.states.get(entity_id("media_player", "speaker"))
        assert state is not None
        return state

    return speaker


async def settle() -> None:
    """Give files time to be read and calls time to be answered: nothing is to happen."""
    await asyncio.sleep(0.15)


async def finished(task: asyncio.Task[None]) -> None:
    await asyncio.wait_for(asyncio.shield(task), 5)


async def failed_with(task: asyncio.Task[None], key: str) -> None:
    with pytest.raises(HomeAssistantError) as caught:
        await finished(task)
    assert caught.value.translation_domain == "sodalife"
    assert caught.value.translation_key == key
    assert (caught.value.translation_placeholders or {})["camera"] == "Camera 1"


async def test_playing_for_the_length_of_the_clip(
    begin: Begin, speaker: Any, clock: ManualClock
) -> None:
    assert speaker().state == "idle"
    await finished(begin(3))
    state = speaker()
    assert state.state == "playing"
    assert state.attributes["media_title"] == "3.wav"
    assert state.attributes["media_duration"] == 3
    assert state.attributes["media_position"] == 0
    began = datetime.fromtimestamp(clock.time(), UTC)
    assert state.attributes["media_position_updated_at"] == began
    await clock.advance(2.9)
    assert speaker().state == "playing"
    await clock.advance(0.2)
    assert speaker().state == "idle"
    assert not speaker().attributes.keys() & {"media_title", "media_duration", "media_position"}


async def test_one_after_another_in_order(begin: Begin, heard: Heard, clock: ManualClock) -> None:
    tasks = [begin(seconds) for seconds in (3, 1, 2)]
    await finished(tasks[0])
    await settle()
    assert (heard(), tasks[1].done()) == ([3], False), "the second waits for the first's end"
    await clock.advance(2.9)
    await settle()
    assert heard() == [3]
    await clock.advance(0.1)
    await finished(tasks[1])
    await settle()
    assert (heard(), tasks[2].done()) == ([3, 1], False)
    await clock.advance(1)
    await finished(tasks[2])
    assert heard() == [3, 1, 2]


async def test_a_sound_that_takes_long_to_fetch_keeps_its_place(
    begin: Begin, heard: Heard, clock: ManualClock
) -> None:
    there = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await there.wait()
        return web.Response(body=wav(1, rate=8000))

    app = web.Application()
    app.router.add_get("/slow.wav", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    first = begin(str(server.make_url("/slow.wav")))
    await settle()
    second = begin(2)
    await settle()
    assert heard() == []
    there.set()
    await finished(first)
    await clock.advance(1)
    await finished(second)
    assert heard() == [1, 2]
    await server.close()


async def test_the_pause_between_calls_is_kept(
    hass: HomeAssistant, begin: Begin, heard: Heard, entry: MockConfigEntry, clock: ManualClock
) -> None:
    hass.config_entries.async_update_entry(entry, options={**entry.options, "call_interval": 4})
    await hass.async_block_till_done()
    await clock.advance(4)  # the online check at the start was a call, too
    first, second = begin(1), begin(2)
    await finished(first)
    await clock.advance(3.5)
    await settle()
    assert heard() == [1], "it is over, but the device wants its pause"
    await clock.advance(0.5)
    await finished(second)
    assert heard() == [1, 2]


@pytest.mark.parametrize(
    ("wishes", "order"),
    [
        ({}, [1, 2, 3, 9]),
        ({"enqueue": "add"}, [1, 2, 3, 9]),
        ({"enqueue": "next"}, [1, 9, 2, 3]),
        ({"enqueue": "play"}, [1, 9, 2, 3]),
        ({"enqueue": "replace"}, [1, 9]),
        ({"announce": False}, [1, 2, 3, 9]),
        ({"announce": True}, [1, 9, 2, 3]),
    ],
)
async def test_where_it_goes(
    begin: Begin,
    heard: Heard,
    clock: ManualClock,
    wishes: dict[str, Any],
    order: list[int],
) -> None:
    await finished(begin(1))
    waiting = [begin(2), begin(3)]
    await settle()
    last = begin(9, **wishes)
    await settle()
    for _ in order:
        await clock.advance(9)
        await settle()
    await finished(last)
    assert heard() == order
    for task in waiting:
        if len(order) == 2:
            await failed_with(task, "voice_dropped")
        else:
            await finished(task)


async def test_announcements_keep_their_order_and_stay_when_the_rest_is_replaced(
    begin: Begin, heard: Heard, clock: ManualClock
) -> None:
    await finished(begin(1))
    for seconds, wishes in (
        (2, {}),
        (3, {"announce": True}),
        (4, {"announce": True}),
        (5, {"enqueue": "next"}),
        (6, {"enqueue": "replace"}),
    ):
        begin(seconds, **wishes)
        await settle()
    for _ in range(5):
        await clock.advance(9)
        await settle()
    assert heard() == [1, 3, 4, 6]


async def test_a_full_queue_says_so(begin: Begin, heard: Heard, clock: ManualClock) -> None:
    await finished(begin(1))
    waiting = [begin(2) for _ in range(5)]
    await settle()
    await failed_with(begin(3), "speaker_full")
    await failed_with(begin(3, announce=True), "speaker_full")
    await clock.advance(1)
    await finished(waiting[0])
    begin(3)
    for _ in range(6):
        await settle()
        await clock.advance(9)
    assert heard() == [1, 2, 2, 2, 2, 2, 3]


async def test_each_has_its_own_outcome(
    begin: Begin, heard: Heard, cloud: Cloud, clock: ManualClock
) -> None:
    first = begin(1)
    await finished(first)
    cloud.faults.add(Fault("code", "sendvoice", code="111003", times=1))
    second, third, fourth = begin(2), begin(f"{LOCAL}none.wav"), begin(4)
    await failed_with(third, "file_not_readable")  # at once, and out of the queue
    assert not second.done()
    await clock.advance(1)
    await failed_with(second, "voice_failed")
    await finished(fourth)  # at once: nothing plays
    assert heard() == [1, 4]


async def test_a_caller_who_is_cancelled_leaves_the_queue(
    begin: Begin, heard: Heard, clock: ManualClock
) -> None:
    await finished(begin(1))
    second, third = begin(2), begin(3)
    await settle()
    second.cancel()
    await clock.advance(1)
    await finished(third)
    assert heard() == [1, 3]


async def test_a_caller_who_is_cancelled_just_when_the_turn_comes(
    begin: Begin, heard: Heard, clock: ManualClock
) -> None:
    await finished(begin(1))
    second, third = begin(2), begin(3)
    await settle()
    for alarm in sorted(clock._alarms):
        if alarm[2].action is not None and alarm[0] <= clock.monotonic() + 1:
            alarm[2].action()  # what the clock would do, without a breath after it
    second.cancel()
    await finished(third)
    assert heard() == [1, 3]


async def test_a_sound_on_its_way_is_played_all_the_same(
    begin: Begin, heard: Heard, cloud: Cloud, clock: ManualClock, sim: SimCamera, speaker: Any
) -> None:
    cloud.faults.add(Fault("slow", "sendvoice", seconds=0.3, times=1))
    first = begin(1)
    await until(lambda: count_arrived(sim, "sendvoice"))
    second = begin(2)
    first.cancel()
    await until(lambda: speaker().state == "playing")
    await settle()
    assert heard() == [1], "the second waits for it, too"
    await clock.advance(1)
    await finished(second)
    assert heard() == [1, 2]


async def test_a_sound_on_its_way_that_is_refused_makes_room(
    begin: Begin, heard: Heard, cloud: Cloud, sim: SimCamera
) -> None:
    cloud.faults.add(Fault("slow", "sendvoice", seconds=0.3, times=1))
    cloud.max_voice_seconds = 3
    first = begin(9)
    await until(lambda: count_arrived(sim, "sendvoice"))
    first.cancel()
    await finished(begin(2))
    assert heard() == [2]


async def test_cameras_do_not_wait_for_each_other(begin: Begin, cloud: Cloud) -> None:
    await finished(begin(9))
    await finished(begin(2, OTHER))
    assert [len(cloud.cameras[serial].voices) for serial in (SERIAL, OTHER)] == [1, 1]


@pytest.mark.parametrize("way", ["unload", "remove the camera"])
async def test_unloading_drops_what_waits(
    hass: HomeAssistant, begin: Begin, heard: Heard, entry: MockConfigEntry, way: str
) -> None:
    await finished(begin(9))
    waiting = [begin(2), begin(3, announce=True)]
    await settle()
    if way == "unload":
        assert await hass.config_entries.async_unload(entry.entry_id)
    else:
        (subentry,) = (sub for sub in entry.subentries.values() if sub.unique_id == SERIAL)
        hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    for task in waiting:
        with pytest.raises(HomeAssistantError) as caught:
            await finished(task)
        assert caught.value.translation_key == "voice_dropped"
    assert heard() == [9]


async def test_unloading_while_a_sound_is_on_its_way(
    hass: HomeAssistant, begin: Begin, entry: MockConfigEntry, cloud: Cloud, sim: SimCamera
) -> None:
    cloud.faults.add(Fault("hang", "sendvoice"))
    task = begin(2)
    await until(lambda: count_arrived(sim, "sendvoice"))
    assert await hass.config_entries.async_unload(entry.entry_id)
    await asyncio.wait({task}, timeout=5)
    assert task.done()
