"""The queue of one speaker where moments decide; the rest is tested through Home Assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest

from custom_components.sodalife.api import Clip, Place, Sound
from custom_components.sodalife.api.call_queue import CallQueue
from custom_components.sodalife.api.device import Device
from custom_components.sodalife.api.errors import VoiceDropped
from custom_components.sodalife.api.signal import Signal
from custom_components.sodalife.api.speaker import Speaker
from tests.clock import ManualClock, due

type Play = Callable[..., asyncio.Task[None]]


class Listener:
    """Stands where the device is, and takes down what arrives."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.heard: list[str] = []
        self.changed: Signal[[]] = Signal()

    async def send_voice(self, sound: Sound) -> None:
        self.heard.append(sound.content.decode())


@pytest.fixture
def device(clock: ManualClock) -> Listener:
    return Listener(clock)


@pytest.fixture
def speaker(device: Listener, clock: ManualClock) -> Speaker:
    return Speaker(cast("Device", device), CallQueue(clock, 4.0))


@pytest.fixture
async def play(speaker: Speaker) -> AsyncIterator[Play]:
    """Have a sound of 10 seconds played in a task of its own."""
    tasks: list[asyncio.Task[None]] = []

    def play(
        name: str, place: Place = Place.LAST, first: Awaitable[object] | None = None
    ) -> asyncio.Task[None]:
        @asynccontextmanager
        async def make() -> AsyncIterator[Clip]:
            if first is not None:
                await first
            yield Clip(Sound(name.encode(), "wav"), 10.0)

        tasks.append(asyncio.create_task(speaker.play(make, place)))
        return tasks[-1]

    yield play
    speaker.close()
    await speaker._queue.close()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_what_is_announced_goes_before_what_is_still_being_made(
    play: Play, device: Listener, clock: ManualClock
) -> None:
    await play("one")
    made = asyncio.get_running_loop().create_future()
    play("slow", first=made)
    await clock.advance(10)
    announcement = play("announcement", Place.ANNOUNCEMENT)
    await clock.advance(5)
    made.set_result(None)
    await clock.advance(10)
    assert announcement.done()
    assert device.heard == ["one", "announcement", "slow"]


async def test_cancelled_in_the_moment_in_which_the_speaker_is_free(
    play: Play, device: Listener, clock: ManualClock
) -> None:
    await play("one")
    two, three = play("two"), play("three")
    await clock.advance(5)
    actions = due(clock, 5)
    two.cancel()
    for action in actions:
        action()
    await three
    assert device.heard == ["one", "three"]


async def test_cancelled_in_the_moment_in_which_the_turn_has_come(
    play: Play, device: Listener, clock: ManualClock
) -> None:
    await play("one")
    two, three = play("two"), play("three")
    await clock.advance(5)
    actions = due(clock, 5)
    for action in actions:
        action()
    two.cancel()
    await three
    assert device.heard == ["one", "three"]


async def test_cancelled_in_the_moment_in_which_the_queue_lets_it_through(
    play: Play, speaker: Speaker, device: Listener, clock: ManualClock
) -> None:
    """The queue has begun by then; the sound is kept back all the same."""
    speaker._queue.set_interval(20)
    await play("one")
    two, three = play("two"), play("three")
    await clock.advance(12)  # it has its turn, and waits for the queue
    actions = due(clock, 8)
    two.cancel()
    for action in actions:
        action()
    await clock.advance(0)
    await clock.advance(20)
    await three
    assert device.heard == ["one", "three"]


async def test_replaced_while_it_is_being_made(
    play: Play, device: Listener, clock: ManualClock
) -> None:
    await play("one")
    made = asyncio.get_running_loop().create_future()
    two = play("two", first=made)
    await clock.advance(0)
    three = play("three", Place.INSTEAD)
    await clock.advance(10)
    await three
    made.set_result(None)
    with pytest.raises(VoiceDropped):
        await two
    assert device.heard == ["one", "three"]


async def test_nothing_is_taken_after_the_end(play: Play, speaker: Speaker) -> None:
    speaker.close()
    with pytest.raises(VoiceDropped):
        await play("late")


async def test_no_timer_is_left(play: Play, speaker: Speaker, clock: ManualClock) -> None:
    await play("one")
    assert clock.alarms == 1, "the end of the sound"
    assert speaker.playing is not None
    speaker.close()
    assert clock.alarms == 0
    assert speaker.playing is None


async def test_how_long_a_sound_would_wait(
    play: Play, speaker: Speaker, clock: ManualClock
) -> None:
    assert speaker.wait(Place.LAST) == 0
    speaker._queue.start_cooldown()
    assert speaker.wait(Place.LAST) == 4, "the device rests"
    await clock.advance(4)
    await play("one")
    await clock.advance(3)
    play("two")
    play("three", Place.ANNOUNCEMENT)
    await clock.advance(1)
    assert speaker.wait(Place.LAST) == 6 + 20
    assert speaker.wait(Place.ANNOUNCEMENT) == speaker.wait(Place.INSTEAD) == 6 + 10


async def test_what_is_played_tells_its_length(speaker: Speaker) -> None:
    @asynccontextmanager
    async def make() -> AsyncIterator[Clip]:
        yield Clip(Sound(b"one", "wav"), 2.5)

    assert await speaker.play(make) == 2.5
