"""The operations and the trouble of a soak."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
import random
import time
from typing import Any

import aiohttp

from custom_components.sodalife.api import Camera, Clip, Command, SodaError, Sound

FACTOR = 3.0  # how much faster than real the client's clock runs
# A fifth of a second of nothing, as 8-bit PCM at 8 kHz: enough for the platform.
SOUND = Sound(
    b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\0\x08\0\0"
    + b"\x80" * 2048,
    "wav",
)
MOVES = [command for command in Command if command is not Command.HOME]


class FastClock:
    """A clock that runs faster than real: all the client's seconds are short ones."""

    def __init__(self) -> None:
        """Start now."""
        self._began = time.monotonic()
        self._epoch = time.time()

    def time(self) -> float:
        """Tell the seconds since the epoch."""
        return self._epoch + self.monotonic()

    def monotonic(self) -> float:
        """Tell seconds that only grow."""
        return (time.monotonic() - self._began) * FACTOR

    def call_later(self, seconds: float, action: Callable[[], object]) -> asyncio.TimerHandle:
        """Call `action` once."""
        return asyncio.get_running_loop().call_later(seconds / FACTOR, action)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds / FACTOR)


class Control:
    """The simulator's own API."""

    def __init__(self, session: aiohttp.ClientSession, host: str) -> None:
        """Take where it is."""
        self._session = session
        self._host = host

    async def state(self) -> dict[str, Any]:
        """Return everything the platform knows."""
        async with self._session.get(f"{self._host}/_sim/state") as response:
            state: dict[str, Any] = await response.json()
            return state

    async def post(self, path: str, **body: Any) -> None:
        """Make trouble."""
        async with self._session.post(f"{self._host}/_sim/{path}", json=body) as response:
            response.raise_for_status()

    async def clear(self) -> None:
        """End all trouble but that of single cameras."""
        async with self._session.delete(f"{self._host}/_sim/faults"):
            pass


class User:
    """Somebody, or something, that uses the cameras at random."""

    def __init__(self, cameras: list[Camera], chance: random.Random, counts: Counter[str]) -> None:
        """Take the cameras and where to count what happens."""
        self._cameras = cameras
        self._chance = chance
        self._counts = counts

    async def act(self) -> None:
        """Do one thing with one camera; sometimes leave before it is done."""
        camera = self._chance.choice(self._cameras)
        name, work = self._chance.choice(self._ideas(camera))
        patience = self._chance.choice((None, None, None, 0.02, 0.2, 1.0))
        self._counts[f"did {name}"] += 1
        try:
            await asyncio.wait_for(work(), patience)
        except TimeoutError:
            self._counts["left early"] += 1
        except SodaError as err:
            self._counts[f"told {err.key}"] += 1

    def _ideas(self, camera: Camera) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
        command = self._chance.choice(MOVES)
        seconds = self._chance.uniform(0.2, 8.0)
        return [
            ("look", camera.snapshots.get),
            ("look", camera.snapshots.get),
            ("capture", camera.snapshots.capture),
            ("move", lambda: camera.ptz.move(command, seconds)),
            ("start", lambda: camera.ptz.start(command, seconds)),
            ("stop", camera.ptz.stop),
            ("home", camera.ptz.home),
            ("voice", lambda: camera.speaker.play(_clip)),
            ("live", lambda: camera.live.get("hls")),
            ("watch", lambda: _watch(camera)),
            ("live failed", lambda: _dropped(camera)),
            ("online", camera.check_online),
        ]


def _clip() -> AbstractAsyncContextManager[Clip]:
    return nullcontext(Clip(SOUND, 0.25))


async def _watch(camera: Camera) -> None:
    camera.at_hand.note_viewer()
    await camera.live_protocol.address()


async def _dropped(camera: Camera) -> None:
    camera.live.drop()


class Trouble:
    """What goes wrong meanwhile."""

    KINDS = ("html", "empty", "cut", "json_list", "not_success", "reset_before", "reset_after")
    CODES = ("10002", "20007", "20008", "49999", "60006", "TOO_MANY_REQUESTS", "60019", "77777")
    ENDPOINTS = ("*", "*", "capture", "controlling", "sendvoice", "liveurl", "onlinestatus")

    def __init__(self, control: Control, chance: random.Random, serials: list[str]) -> None:
        """Take the means and the victims."""
        self._control = control
        self._chance = chance
        self._serials = serials
        self.made: Counter[str] = Counter()

    async def run(self) -> None:
        """Make trouble until cancelled."""
        while True:
            await asyncio.sleep(self._chance.uniform(0.02, 0.2))
            await self._chance.choice(
                (
                    *(self._fault, self._fault, self._fault, self._code, self._code),
                    *(self._hang, self._revoke, self._camera, self._control.clear),
                    self._kill_live,
                )
            )()

    async def end(self) -> None:
        """Mend everything."""
        await self._control.clear()
        for serial in self._serials:
            await self._control.post(f"cameras/{serial}", online=True)

    async def _fault(self) -> None:
        await self._add(self._chance.choice(self.KINDS))

    async def _code(self) -> None:
        await self._add("code", code=self._chance.choice(self.CODES))

    async def _hang(self) -> None:
        await self._add("hang", seconds=self._chance.uniform(0.1, 2.0))

    async def _add(self, kind: str, **about: Any) -> None:
        self.made[kind] += 1
        await self._control.post(
            "faults",
            kind=kind,
            endpoint=self._chance.choice(self.ENDPOINTS),
            times=self._chance.randint(1, 6),
            **about,
        )

    async def _revoke(self) -> None:
        if self._chance.random() < 0.1:  # noqa: PLR2004 - seldom
            self.made["token killed"] += 1
            await self._control.post(self._chance.choice(("rival", "revoke")))

    async def _kill_live(self) -> None:
        self.made["live addresses killed"] += 1
        await self._control.post(f"cameras/{self._chance.choice(self._serials)}", kill_live=True)

    async def _camera(self) -> None:
        self.made["camera off or on"] += 1
        serial = self._chance.choice(self._serials)
        await self._control.post(f"cameras/{serial}", online=self._chance.random() < 0.7)  # noqa: PLR2004


async def use(cameras: list[Camera], operations: int, chance: random.Random) -> Counter[str]:
    """Have a crowd do so many things, one after the other each."""
    counts: Counter[str] = Counter()
    left = iter(range(operations))

    async def user() -> None:
        me = User(cameras, random.Random(chance.random()), counts)  # noqa: S311
        for _ in left:
            await me.act()

    await asyncio.gather(*(user() for _ in range(2 * len(cameras))))
    return counts
