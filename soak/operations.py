"""What people and automations do, at random."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
import random
from typing import Any

from custom_components.sodalife.api import Camera, Clip, Command, LiveAddress, Place, SodaError

from .household import CALL_INTERVAL, Household
from .journal import Journal
from .line import is_bug
from .rules import Rules
from .run import MOVES, SOUND
from .virtual_loop import VirtualLoop

LONGEST_MOVE = 8.0
PATIENCE = (None, None, None, 0.02, 0.2, 1.0, 5.0)  # seconds; None: as long as it takes
PAUSES = (0.0, 0.0, 0.3, 2.0, 6.0, 20.0)  # seconds between two things that one user does
# Seconds in which there has to be an answer: 30 for a turn, and then what the calls may take,
# with a token and a dialect that have to be found out (10 s and once more the call's own).
BUSY = 30.0
LOOK = 8.1
CALL = BUSY + 4 * 10 + 3 * 15
WATCH = 2 * CALL + 5  # FLV, then HLS
CAPTURE = BUSY + 2 * 10 + 4 * 20 + 15
START = BUSY + 6 * 10
STOP = 60 + 6 * 10
VOICE = 900.0
MOVE = START + LONGEST_MOVE + STOP


@dataclass(frozen=True, slots=True)
class Idea:
    """Something to do with a camera.

    Attributes:
        limit: seconds in which there has to be an answer.
        queues: it waits for a turn of the camera's.
        command, seconds: what it moves, and how long.
        stops: it is over only when the camera has stopped.

    """

    name: str
    work: Callable[[Camera], Coroutine[Any, Any, object]]
    limit: float
    queues: bool = False
    command: Command | None = None
    seconds: float = 0.0
    stops: bool = False


def _clip() -> AbstractAsyncContextManager[Clip]:
    return nullcontext(Clip(SOUND, 0.25))


async def _drop(camera: Camera) -> None:
    camera.live.drop()


async def _configure(camera: Camera, interval: float, age: float) -> None:
    camera.configure(call_interval=interval, snapshot_interval=age)


def _move(chance: random.Random) -> Idea:
    command, seconds = chance.choice(MOVES), chance.uniform(0.2, LONGEST_MOVE)
    match chance.choice(("start", "start", "move", "home")):
        case "start":
            return Idea(
                "start",
                lambda camera: camera.ptz.start(command, seconds),
                START,
                command=command,
                seconds=seconds,
            )
        case "move":
            return Idea(
                "move",
                lambda camera: camera.ptz.move(command, seconds),
                MOVE,
                command=command,
                seconds=seconds,
                stops=True,
            )
    return Idea(
        "home",
        lambda camera: camera.ptz.home(),
        MOVE,
        command=Command.HOME,
        seconds=5.0,
        stops=True,
    )


def _speak(chance: random.Random) -> Idea:
    place = chance.choice(list(Place))
    return Idea("voice", lambda camera: camera.speaker.play(_clip, place), VOICE)


def _set(chance: random.Random) -> Idea:
    interval, age = CALL_INTERVAL + chance.choice((0, 0, 1, 4)), chance.choice((10.0, 30.0, 300.0))
    return Idea("configure", lambda camera: _configure(camera, interval, age), 0.1)


def _live(chance: random.Random) -> Idea:
    protocol = chance.choice(("hls", "hls", "flv", "rtmp"))
    return Idea("live", lambda camera: camera.live.get(protocol), CALL, queues=True)


async def _watch(camera: Camera) -> LiveAddress:
    camera.at_hand.note_viewer()
    return await camera.live_protocol.address()


WATCH_IDEA = Idea("watch", _watch, WATCH, queues=True)
LOOK_IDEA = Idea("look", lambda camera: camera.snapshots.get(), LOOK)
CAPTURE_IDEA = Idea("capture", lambda camera: camera.snapshots.capture(), CAPTURE, queues=True)
STOP_IDEA = Idea("stop", lambda camera: camera.ptz.stop(), STOP, stops=True)
ONLINE_IDEA = Idea("online", lambda camera: camera.check_online(), CALL + 60, queues=True)
TALK_IDEA = Idea("talk", lambda camera: camera.talk_url(), CALL, queues=True)
DROP_IDEA = Idea("live failed", _drop, 0.1)

type MakeIdea = Callable[[random.Random], Idea]
IDEAS: tuple[MakeIdea, ...] = (
    *(_move, _move, _move, _move, _move, _move, _speak, _set, _live),
    *(lambda _, idea=idea: idea for idea in (LOOK_IDEA, LOOK_IDEA, CAPTURE_IDEA, STOP_IDEA)),
    *(lambda _, idea=idea: idea for idea in (WATCH_IDEA, WATCH_IDEA)),
    *(lambda _, idea=idea: idea for idea in (STOP_IDEA, ONLINE_IDEA, TALK_IDEA, DROP_IDEA)),
)


class Crowd:
    """Users who each do one thing after the other.

    Attributes:
        counts: what they did, and what they were told.
        left: how many things are still to be done.

    """

    def __init__(
        self,
        loop: VirtualLoop,
        household: Household,
        rules: Rules,
        journal: Journal,
        operations: int,
    ) -> None:
        """Take whose cameras they use, and how much they do in all."""
        self.counts: Counter[str] = Counter()
        self.left = operations
        self.acting = 0
        self.last_words: asyncio.Task[None] | None = None
        self.welcome = asyncio.Event()
        self.welcome.set()
        self._loop = loop
        self._household = household
        self._rules = rules
        self._journal = journal

    async def user(self, chance: random.Random) -> None:
        """Do things until all is done."""
        favourite: str | None = None
        while self.left > 0:
            await asyncio.sleep(chance.choice(PAUSES) * chance.random())
            await self.welcome.wait()
            serials = list(self._household.cameras)
            if not serials:
                await asyncio.sleep(1.0)
                continue
            if favourite not in serials or chance.random() < 0.3:  # noqa: PLR2004 - now and then
                favourite = chance.choice(serials)
            self.left -= 1
            self.acting += 1
            try:
                await self._act(favourite, chance.choice(IDEAS)(chance), chance.choice(PATIENCE))
            finally:
                self.acting -= 1

    async def ask_at_last(self, serial: str, chance: random.Random) -> None:
        """Have somebody ask for something, perhaps, in the instant in which a camera goes."""
        if idea := chance.choice((None, CAPTURE_IDEA, LOOK_IDEA, ONLINE_IDEA, TALK_IDEA)):
            self.last_words = asyncio.create_task(self._act(serial, idea, None))
            await asyncio.sleep(0)  # until the wish is there, and nothing else

    async def _act(self, serial: str, idea: Idea, patience: float | None) -> None:
        """Do one thing; sometimes leave before it is done."""
        self.counts[f"did {idea.name}"] += 1
        now = self._loop.time()
        command = None if idea.command is None else int(idea.command)
        if idea.command is not None or idea.stops:
            self._rules.watches[serial].pressed(now, command, idea.seconds)
        if idea.name == "configure":  # wider or narrower, the seconds between calls begin anew
            self._rules.watches[serial].nobody_waited_at = now
        self._journal.note(
            serial,
            idea.name,
            command if command is not None else "",
            f"{idea.seconds:.2f} s" if command is not None else "",
        )
        promise = self._rules.promise(serial, idea.name, idea.limit)
        run = self._household.run
        task = run.spawn(idea.work(self._household.cameras[serial]))
        await asyncio.wait({task}, timeout=patience)
        if not task.done():
            self._journal.note(serial, idea.name, "leaves")
            task.cancel()
            promise.due = self._loop.time() + 0.01
            await asyncio.wait({task}, timeout=0.01)
            if not task.done():
                self._rules.broken(serial, f"{idea.name} does not let its caller go")
        promise.kept = True
        if run.alive:
            self._judge(serial, idea, task, now)

    def _judge(self, serial: str, idea: Idea, task: asyncio.Task[Any], since: float) -> None:
        """Look at what somebody was told."""
        if not task.done() or task.cancelled():
            self.counts["left early"] += 1
            return
        err = task.exception()
        if idea is STOP_IDEA:
            self._rules.told_of_a_stop(serial, since)
        self._journal.note(serial, idea.name, "is told", "" if err is None else repr(err))
        if err is None:
            if idea is WATCH_IDEA:
                self._rules.told_of_address(serial, task.result().url)
            if idea.stops:
                self._rules.told_that_it_stopped(serial, since, idea.command)
            return
        self.counts[f"told {getattr(err, 'key', 'of a bug')}"] += 1
        if not isinstance(err, SodaError) and not is_bug(err):
            self._rules.broken(serial, f"{idea.name} raises {err!r}")
