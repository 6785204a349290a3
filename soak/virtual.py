"""One run in virtual time: from a seed to a verdict."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
import gc
import logging
import random
import time
from typing import Any

from simulator import Cloud

from .household import Household
from .inprocess import InProcess, NoWorkshop, PlatformClock
from .journal import EVERYBODY, Journal
from .machine import Disk, MachineClock, make_task
from .mischief import Mischief
from .operations import STOP_IDEA, Crowd
from .platform import serials
from .rules import Rules, Violation
from .virtual_loop import VirtualLoop, run_virtually

LOGGER = logging.getLogger("custom_components.sodalife")
TROUBLE_PACE = 15.0  # seconds between two troubles, on average
SHORTEST_ERA, LONGEST_ERA = 300.0, 1800.0  # seconds from one quiet time to the next
LONGEST_OPERATION = 900.0
ALL_OVER = 1100.0  # seconds in which everything that may be tried again has come to its end


@dataclass
class Outcome:
    """What came of one seed."""

    seed: int
    operations: int
    calls: int
    digest: str
    seconds: float  # of the world
    virtual_seconds: float
    counts: Counter[str]
    violation: str | None = None
    story: tuple[str, ...] = ()


class Simulation:
    """A household, its platform, its users and its bad luck, made from one seed."""

    def __init__(self, loop: VirtualLoop, seed: int, operations: int, cameras: int) -> None:
        """Make everything; nothing runs yet."""
        self._loop = loop
        self._seed = seed
        chance = self._chance("world")
        secrets = self._chance("secrets")
        self.journal = Journal(loop)
        self.cloud = Cloud(
            revision=chance.choice(("query", "query", "body")),
            clock=PlatformClock(),
            capture_seconds=1.0,
            live_life=self._chance("live").choice((300.0, 3600.0, 7200.0)),
            http_error_status=chance.choice((200, 200, 400, 401, 500)),
            make_secret=lambda size: secrets.randbytes(size).hex(),
        )
        self.cloud.workshop = NoWorkshop()
        self.platform = InProcess(self.cloud, self._chance("ways"))
        self.rules = Rules(loop, self.cloud, self.journal)
        self._add_cameras(cameras)
        clock = MachineClock(loop)
        disk = Disk(clock, self._chance("disk"))
        self.household = Household(loop, self.platform, disk, self.rules, self.journal)
        self.crowd = Crowd(loop, self.household, self.rules, self.journal, operations)
        self.mischief = Mischief(
            self.cloud, self.household, clock, self.rules, self.journal, self._chance("mischief")
        )
        self.platform.on_fault = self.rules.met
        self.platform.on_move = self.rules.moved
        loop.at_rest = self.rules.at_rest
        loop.set_exception_handler(self._complain)
        loop.set_task_factory(make_task)

    async def live(self) -> None:
        """Let it all happen."""
        chance = self._chance("owner")
        known = self.cloud.revision if chance.random() < 0.5 else None  # noqa: PLR2004 - either
        await self.household.start(known)
        users = [
            asyncio.create_task(self.crowd.user(self._chance(f"user {number}")))
            for number in range(2 * len(self.cloud.cameras))
        ]
        while self.crowd.left > 0:
            await self._era(chance, known)
        await asyncio.gather(*users)
        await self.household.stop()

    async def _era(self, chance: random.Random, revision: str | None) -> None:
        """Have trouble for a while, then quiet."""
        trouble = asyncio.create_task(self.mischief.run(TROUBLE_PACE))
        end = self._loop.time() + chance.uniform(SHORTEST_ERA, LONGEST_ERA)
        while self._loop.time() < end and self.crowd.left > 0:
            await asyncio.sleep(chance.uniform(5, 120))
            await self._have_an_event(chance, revision)
        trouble.cancel()
        await self._quiet()

    async def _have_an_event(self, chance: random.Random, revision: str | None) -> None:
        """Let a camera go, or the program end or crash, and come back."""
        household = self.household
        match chance.choice(("camera", "camera", "camera", "program", "crash", "crash in close")):
            case "camera":
                serial = chance.choice(list(household.cameras))
                await self.crowd.ask_at_last(serial, chance)
                await household.close(serial)
                await self._pause(chance)
                await household.open(serial)
                return
            case "program":
                await household.stop()
            case "crash in close":
                closing = asyncio.create_task(household.stop())
                await asyncio.sleep(chance.uniform(0, 20))
                await household.crash()
                await asyncio.wait({closing})
                if not closing.cancelled():
                    closing.exception()
            case _:
                await household.crash()
        await self._pause(chance)
        await household.start(revision)

    async def _pause(self, chance: random.Random) -> None:
        """Wait as long as the next run cannot know that it has to."""
        await asyncio.sleep(
            self.cloud.interval + self.cloud.capture_seconds + 0.2 + chance.choice((0, 1, 5, 20))
        )

    async def _quiet(self) -> None:
        """Let everything come to its end, and see that nothing is left."""
        self.journal.note(EVERYBODY, "quiet")
        self.crowd.welcome.clear()
        self.mischief.end()
        end = self._loop.time() + LONGEST_OPERATION
        while self.crowd.acting and self._loop.time() < end:  # noqa: ASYNC110 - a watch of its own
            await asyncio.sleep(1.0)
        self.household.polling = False
        await asyncio.sleep(ALL_OVER)
        self._see_that_nothing_is_left()
        await self._stop_what_moves()
        self.household.polling = True
        self.crowd.welcome.set()

    def _see_that_nothing_is_left(self) -> None:
        run = self.household.run
        left = {
            "tasks": run.tasks - 1,  # the poller's
            # Its own, too, unless it is due just now.
            "timers": max(0, len(run.timers()) - 1 - self._planned()),
            "calls being served": self.platform.busy,
            "queues that are not empty": sum(
                not camera.queue.idle for camera in self.household.cameras.values()
            ),
        }
        for what, number in left.items():
            if number:
                self.rules.broken(EVERYBODY, f"{number} {what} left when all is quiet")
        gc.collect()  # errors that nobody has looked at are told when their tasks are gone

    def _planned(self) -> int:
        """Return how many cameras are going to fetch a live address by themselves."""
        return sum(camera.at_hand.planned for camera in self.household.cameras.values())

    async def _stop_what_moves(self) -> None:
        """Stop what nobody had to: moves of starts that were never answered."""
        for serial, camera in self.household.cameras.items():
            if self.cloud.cameras[serial].moving is not None:
                self.journal.note(serial, "stopped by hand")
                await asyncio.wait({self.household.run.spawn(STOP_IDEA.work(camera))})

    def _add_cameras(self, number: int) -> None:
        """Add cameras, some of which cannot do everything."""
        vars(self.cloud).update(report=self.rules.breach)
        for index, serial in enumerate(serials(number)):
            lame, blind = index % 7 == 5, index % 5 == 4  # noqa: PLR2004 - a few
            sim = self.cloud.add_camera(
                serial,
                ptz=index % 11 != 9,  # noqa: PLR2004
                pan_tilt=not lame,
                encrypted=blind,
            )
            self.rules.watch(sim)

    def _complain(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.rules.broken(EVERYBODY, f"{context.get('message')}: {context.get('exception')!r}")

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{self._seed} {name}")  # noqa: S311 - repeatable, not secret


def simulate(seed: int, operations: int, cameras: int) -> Outcome:
    """Run one seed."""
    began, loop = time.monotonic(), VirtualLoop()
    level = LOGGER.level
    LOGGER.setLevel(logging.CRITICAL)
    gc.disable()  # when it runs must not depend on what ran before
    made: list[Simulation] = []

    async def live() -> None:
        made.append(Simulation(loop, seed, operations, cameras))
        await made[0].live()

    violation: Violation | None = None
    try:
        run_virtually(live(), loop)
    except Violation as err:
        violation = err
    finally:
        gc.enable()
        LOGGER.setLevel(level)
    simulation = made[0]
    counts = simulation.crowd.counts + simulation.mischief.made
    outcome = Outcome(
        seed=seed,
        operations=operations - simulation.crowd.left,
        calls=sum(len(camera.calls) for camera in simulation.cloud.cameras.values()),
        digest=simulation.journal.digest,
        seconds=time.monotonic() - began,
        virtual_seconds=loop.time(),
        counts=counts,
    )
    if violation is not None:
        outcome.violation = f"{violation.serial}: {violation}"
        outcome.story = tuple(simulation.journal.last(violation.serial))
    return outcome
