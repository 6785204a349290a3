"""The machine a client runs on: a clock that somebody may set, a disk, and runs that may crash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
import itertools
import random
from typing import Any

from custom_components.sodalife.api import Command, Token
from custom_components.sodalife.api.move import LeftMove

from .inprocess import EPOCH
from .virtual_loop import VirtualLoop

DISK = 0.002  # seconds at most that writing takes: a start waits for 5 ms
MAX_ROUNDS = 200  # of the loop, in which what has crashed has to be gone

_RUN: ContextVar[Run | None] = ContextVar("run", default=None)


class MachineClock:
    """The client's clock: the loop's, but the time of day can be set."""

    def __init__(self, loop: VirtualLoop) -> None:
        """Begin with the right time."""
        self._loop = loop
        self.offset = 0.0

    def time(self) -> float:
        """Tell the seconds since the epoch."""
        return EPOCH + self.offset + self._loop.time()

    def monotonic(self) -> float:
        """Tell seconds that only grow."""
        return self._loop.time()

    def call_later(self, seconds: float, action: Callable[[], object]) -> asyncio.TimerHandle:
        """Call `action` once."""
        return self._loop.call_later(seconds, action)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Run:
    """One run of the program on the machine, from its start to its end or crash."""

    def __init__(self, loop: VirtualLoop) -> None:
        """Begin; what is spawned belongs to it, and whatever that spawns."""
        self.alive = True
        self._loop = loop
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._context = Context()
        self._context.run(_RUN.set, self)

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return len(self._tasks)

    def spawn[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do something as a part of this run."""
        return self._loop.create_task(work, context=self._context.copy())

    def timers(self) -> list[asyncio.TimerHandle]:
        """Return what this run is going to do."""
        return [timer for timer in self._loop.timers() if timer.get_context().get(_RUN) is self]

    def end(self) -> None:
        """End what would go on for ever; the rest has come to its end."""
        for task in tuple(self._tasks):
            task.cancel()

    async def crash(self) -> None:
        """End at once. What is cancelled may still think, but it reaches nothing any more."""
        self.alive = False
        for _ in range(MAX_ROUNDS):
            for timer in self.timers():
                timer.cancel()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.sleep(0)
            if not self._tasks:
                return
        raise RuntimeError(f"these do not end: {list(self._tasks)}")

    def adopt(self, task: asyncio.Task[Any]) -> None:
        """Take a task for one of this run's."""
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)


def make_task(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
) -> asyncio.Task[Any]:
    """Make a task, and have it belong to the run that it is made in: a task factory."""
    task = asyncio.Task(work, loop=loop, **options)
    if (run := task.get_context().get(_RUN)) is not None:
        run.adopt(task)
    return task


class Disk:
    """What a crash leaves."""

    def __init__(self, clock: MachineClock, chance: random.Random) -> None:
        """Start empty."""
        self.moves: dict[str, LeftMove] = {}
        self.token: Token | None = None
        self.clock = clock
        self._chance = chance
        self._numbers = itertools.count(1)
        self._written: dict[str, int] = {}  # the number of the newest that is on the disk

    async def work(self) -> None:
        """Take some time."""
        await asyncio.sleep(self._chance.uniform(0, DISK))

    async def put(self, run: Run, serial: str, left: LeftMove | None) -> None:
        """Write a move down, or cross it out; what was wished later is not undone by this."""
        number = next(self._numbers)
        await self.work()
        if not run.alive or number < self._written.get(serial, 0):
            return
        self._written[serial] = number
        if left is not None:
            self.moves[serial] = left
        else:
            self.moves.pop(serial, None)


class MovesOnDisk:
    """Writes moves down for one run; a `MoveRecord`."""

    def __init__(self, disk: Disk, run: Run) -> None:
        """Take where to write, as long as the run lasts."""
        self._disk = disk
        self._run = run
        self._writing: list[asyncio.Task[None]] = []

    def write(self, serial: str, command: Command) -> None:
        """Begin to write down that a device may be moving from now on."""
        self._put(serial, LeftMove(command, self._disk.clock.time()))

    def erase(self, serial: str) -> None:
        """Begin to write down that it is not."""
        self._put(serial, None)

    async def written(self) -> None:
        """Return when everything is written."""
        if self._writing:
            await asyncio.wait(self._writing)

    def _put(self, serial: str, left: LeftMove | None) -> None:
        self._writing[:] = [task for task in self._writing if not task.done()]
        self._writing.append(self._run.spawn(self._disk.put(self._run, serial, left)))


class TokenOnDisk:
    """Keeps the token for one run; a `TokenStore`."""

    def __init__(self, disk: Disk, run: Run) -> None:
        """Take where to keep it, as long as the run lasts."""
        self._disk = disk
        self._run = run

    async def load(self) -> Token | None:
        """Return the token that an earlier run has kept."""
        await self._disk.work()
        return self._disk.token

    async def save(self, token: Token) -> None:
        """Keep the token."""
        await self._disk.work()
        if self._run.alive:
            self._disk.token = token
