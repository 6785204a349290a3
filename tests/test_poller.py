"""Who is asked whether they are online, and when: with cameras that only count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

import pytest

from custom_components.sodalife.api import Camera, Endpoint, SodaError
from custom_components.sodalife.api.errors import CannotConnect, DeviceOffline
from custom_components.sodalife.const import DEFAULT_OPTIONS, OPT_POLL_INTERVAL
from custom_components.sodalife.poller import FIRST, OFFLINE_PROBE, Poller
from custom_components.sodalife.reachability import Reachability
from tests.clock import ManualClock


@dataclass
class Fake:
    """A camera that answers as the test wishes: with an error, or well."""

    serial: str
    house: House
    online: bool | None = True
    seen_at: float = float("-inf")
    error: Exception | None = None
    asked: list[float] = field(default_factory=list)

    @property
    def device(self) -> Fake:
        return self

    @property
    def client(self) -> Fake:
        return self

    def knows(self, endpoint: Endpoint) -> bool:
        assert endpoint is Endpoint.ONLINE
        return self.house.has_endpoint

    async def check_online(self) -> bool:
        self.asked.append(self.house.clock.monotonic())
        if isinstance(self.error, SodaError) or self.error is None:
            self.house.reach.note(self.serial, self.error)
        if self.error is not None:
            raise self.error
        self.seen_at = self.house.clock.monotonic()
        return True


class House:
    """A poller and whom it asks."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.reach = Reachability()
        self.cameras: dict[str, Fake] = {}
        self.has_endpoint = True
        self.interval = 60.0
        self.tasks: list[asyncio.Task[None]] = []
        self.poller = Poller(
            lambda: cast("list[Camera]", list(self.cameras.values())),
            lambda: self.interval,
            self.reach,
            self.spawn,
            clock,
        )

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.tasks.append(asyncio.create_task(work, name=name))

    def add(self, *serials: str) -> list[Fake]:
        for serial in serials:
            self.cameras[serial] = Fake(serial, self)
            self.reach.add(serial)
        return [self.cameras[serial] for serial in serials]

    def remove(self, serial: str) -> None:
        del self.cameras[serial]
        self.reach.remove(serial)
        self.poller.forget(serial)

    async def run(self, pause: float = 0) -> None:
        self.spawn(self.poller.run(pause), "poller")
        await self.clock.advance(0)

    @property
    def running(self) -> bool:
        return not self.tasks[0].done()

    def look(self, serial: str, *, shows_live: bool = False) -> None:
        camera = cast("Camera", self.cameras[serial])
        self.poller.look(camera, lambda: shows_live)


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House(ManualClock())
    yield house
    for task in house.tasks:
        task.cancel()
    await asyncio.gather(*house.tasks, return_exceptions=True)


async def test_evenly_spread(house: House) -> None:
    one, two, three = house.add("ONE", "TWO", "THREE")
    await house.run(pause=4)
    assert not one.asked
    await house.clock.advance(4)
    assert one.asked == [4]
    await house.clock.advance(600)
    assert two.asked[0] == 5, "the first round is quick"
    assert three.asked[0] == 6
    for camera in (one, two, three):
        assert set(gaps(camera.asked)[1:]) == {60}


async def test_who_was_heard_of_lately_is_not_asked(house: House) -> None:
    (one,) = house.add("ONE")
    await house.run()
    for _ in range(20):
        await house.clock.advance(20)
        one.seen_at = house.clock.monotonic()
    assert len(one.asked) == 1


async def test_nobody_is_asked_if_that_is_the_wish(house: House) -> None:
    house.interval = 0
    one, two = house.add("ONE", "TWO")
    await house.run()
    await house.clock.advance(3600)
    house.poller.ask(cast("Camera", one))
    for failures in range(3):
        house.reach.note("ONE", CannotConnect())
        await house.clock.advance(100 + failures)
    house.reach.note("TWO", CannotConnect())
    await house.clock.advance(3600)
    assert one.asked == two.asked == []
    house.interval = 60
    await house.clock.advance(65)
    assert one.asked
    assert two.asked


async def test_whoever_opens_a_camera_has_it_asked_if_the_last_word_is_old(house: House) -> None:
    house.interval = 300
    (one,) = house.add("ONE")
    await house.run()
    assert one.asked == [0]
    for _ in range(4):  # a dashboard: looks every 10 s
        await house.clock.advance(10)
        house.look("ONE")
    assert one.asked == [0], "it was heard of within a minute"
    await house.clock.advance(80)
    house.look("ONE")
    await house.clock.advance(FIRST - 0.1)
    assert one.asked == [0], "what they have come for goes first"
    await house.clock.advance(0.1)
    assert one.asked == [0, 120 + FIRST], "somebody comes back to it"
    for _ in range(17):
        await house.clock.advance(10)
        house.look("ONE")
    assert one.asked == [0, 120 + FIRST], "who stays is shown what is known"


async def test_whoever_opens_a_camera_may_have_what_tells_already(house: House) -> None:
    house.interval = 0
    one, two, three = house.add("ONE", "TWO", "THREE")
    await house.run()
    await house.clock.advance(3600)
    house.look("ONE", shows_live=True)
    house.look("TWO")
    house.look("THREE")
    await house.clock.advance(1)
    two.seen_at = house.clock.monotonic()  # it has moved
    house.remove("THREE")
    await house.clock.advance(60)
    assert one.asked == two.asked == three.asked == []


async def test_it_is_asked_even_if_nobody_else_ever_asks(house: House) -> None:
    house.interval = 0
    (one,) = house.add("ONE")
    await house.run()
    await house.clock.advance(3600)
    house.look("ONE")
    await house.clock.advance(FIRST)
    assert one.asked == [3600 + FIRST]


async def test_a_camera_that_does_not_answer_is_not_asked_by_each_who_comes(house: House) -> None:
    house.interval = 0
    (one,) = house.add("ONE")
    one.error = CannotConnect()
    for _ in range(10):
        house.look("ONE")
        house.poller.forget("nobody")
        await house.clock.advance(6)
    assert one.asked == [FIRST]


async def test_without_an_endpoint_who_comes_costs_no_live_address(house: House) -> None:
    house.has_endpoint, house.interval = False, 300
    (one,) = house.add("ONE")
    house.look("ONE")
    await house.clock.advance(FIRST)
    assert one.asked == []
    one.online = False
    await house.clock.advance(100)
    house.look("ONE")
    await house.clock.advance(FIRST)
    assert one.asked == [100 + 2 * FIRST]


async def test_an_idle_camera_costs_at_most_300_calls_a_day(house: House) -> None:
    house.interval = DEFAULT_OPTIONS[OPT_POLL_INTERVAL]
    cameras = house.add("ONE", "TWO", "THREE")
    await house.run(pause=4)
    await house.clock.advance(86_400)
    asked = [len(camera.asked) for camera in cameras]
    assert all(280 <= count <= 300 for count in asked), asked


@pytest.mark.parametrize("has_endpoint", [True, False])
async def test_an_unreachable_camera_is_asked_until_it_answers(
    house: House, has_endpoint: bool
) -> None:
    house.has_endpoint = has_endpoint
    one, two = house.add("ONE", "TWO")
    one.error = CannotConnect()
    await house.run()
    house.reach.note("ONE", CannotConnect())  # somebody looked at it
    await house.clock.advance(20)
    assert not house.reach.available("ONE")
    assert house.reach.available("TWO")
    before = len(one.asked)
    await house.clock.advance(1200)
    most, least = (20, 19) if has_endpoint else (1200 / OFFLINE_PROBE, 1200 / OFFLINE_PROBE - 2)
    assert least <= len(one.asked) - before <= most
    if not has_endpoint:
        assert len(two.asked) == 1, "as a witness"
    one.error = None
    await house.clock.advance(2 * OFFLINE_PROBE)
    assert house.reach.available("ONE")


async def test_it_is_soon_found_out_who_fails(house: House) -> None:
    house.interval = 3600
    cameras = house.add(*(f"CAM{number}" for number in range(10)))
    await house.run()
    await house.clock.advance(30)
    for camera in cameras:
        camera.error = CannotConnect()
        camera.asked.clear()
    house.reach.note("CAM4", CannotConnect())
    began = house.clock.monotonic()
    while not house.reach.down:
        await house.clock.advance(1)
    assert house.clock.monotonic() - began <= 25
    assert sum(len(camera.asked) for camera in cameras) <= 8


async def test_one_that_fails_costs_few_calls(house: House) -> None:
    house.interval = 3600
    cameras = house.add(*(f"CAM{number}" for number in range(10)))
    await house.run()
    await house.clock.advance(30)
    for camera in cameras:
        camera.asked.clear()
    cameras[4].error = CannotConnect()
    house.reach.note("CAM4", CannotConnect())
    await house.clock.advance(300)
    assert len(cameras[4].asked) == 2
    assert sum(len(camera.asked) for camera in cameras) == 3, "and one more, who answered"


async def test_the_healthy_take_turns_to_be_asked(house: House) -> None:
    """One of them may be unable to tell: it must not be the only one that is asked."""
    house.interval = 3600
    one, two, three = house.add("ONE", "TWO", "THREE")
    await house.run()
    await house.clock.advance(30)
    one.error = CannotConnect()
    two.error = RuntimeError("of no use")
    for camera in (one, two, three):
        camera.asked.clear()
    house.reach.note("ONE", CannotConnect())
    await house.clock.advance(30)
    assert len(three.asked) == 1
    assert house.running


async def test_checks_widen_while_the_platform_is_down(house: House) -> None:
    one, two = house.add("ONE", "TWO")
    one.error = two.error = CannotConnect()
    await house.run()
    await house.clock.advance(60)
    assert house.reach.down
    await house.clock.advance(300)
    assert gaps(sorted(one.asked + two.asked))[-3:] == [60, 60, 60]
    two.error = None
    await house.clock.advance(121)
    assert not house.reach.down
    two.error = CannotConnect()
    while not house.reach.down:
        await house.clock.advance(1)
    again = house.clock.monotonic()
    await house.clock.advance(60)
    asked = [at for at in sorted(one.asked + two.asked) if at > again]
    assert gaps(asked)[:2] == [5, 10], "it begins anew"


async def test_checks_widen_in_the_first_round_too(house: House) -> None:
    cameras = house.add(*(f"CAM{number}" for number in range(100)))
    for camera in cameras:
        camera.error = CannotConnect()
    await house.run()
    await house.clock.advance(1000)
    assert house.reach.down
    assert sum(len(camera.asked) for camera in cameras) < 50


@pytest.mark.parametrize(
    "error", [None, DeviceOffline(), CannotConnect(), RuntimeError("what it may say is open")]
)
async def test_without_an_endpoint_the_offline_are_probed_now_and_then(
    house: House, error: Exception | None
) -> None:
    house.has_endpoint = False
    house.interval = 10
    one, two = house.add("ONE", "TWO")
    one.online = False
    one.error = error
    await house.run()
    await house.clock.advance(3600)
    assert min(gaps(one.asked)) >= OFFLINE_PROBE
    assert len(one.asked) >= 25
    assert len(two.asked) <= 1


async def test_not_even_while_the_platform_is_down(house: House) -> None:
    house.has_endpoint = False
    (one,) = house.add("ONE")
    one.online = False
    one.error = CannotConnect()
    await house.run()
    await house.clock.advance(3600)
    assert house.reach.down
    assert min(gaps(one.asked)) >= OFFLINE_PROBE
    assert max(gaps(one.asked)) <= 2 * OFFLINE_PROBE


# --- what must not end the checks of the others


async def test_removed_while_a_round_is_under_way(house: House) -> None:
    house.add("ONE", "TWO", "THREE", "FOUR")
    await house.run()
    house.remove("TWO")
    house.remove("ONE")
    await house.clock.advance(600)
    assert house.running
    assert len(house.cameras["THREE"].asked) >= 8
    assert len(house.cameras["FOUR"].asked) >= 8


async def test_all_removed_and_another_one_added(house: House) -> None:
    house.add("ONE")
    await house.run()
    house.remove("ONE")
    await house.clock.advance(600)
    (two,) = house.add("TWO")
    await house.clock.advance(120)
    assert two.asked


def raise_for(serial: str) -> Callable[[Camera], None]:
    def follow(camera: Camera) -> None:
        if camera.serial == serial:
            raise KeyError(serial)

    return follow


@pytest.mark.parametrize("where", ["the check", "what follows it"])
async def test_one_raises(house: House, where: str, caplog: pytest.LogCaptureFixture) -> None:
    one, two, three = house.add("ONE", "TWO", "THREE")
    if where == "the check":
        one.error = RuntimeError("a bug")
    else:
        house.poller.visited.subscribe(raise_for("ONE"))
    await house.run()
    await house.clock.advance(600)
    assert house.running
    for camera in (one, two, three):
        assert len(camera.asked) >= 9
    assert {record.exc_info is not None for record in caplog.records} == {True}
    assert "ONE" in caplog.text
