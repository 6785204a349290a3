"""Everything that one account's owner runs: client, cameras, and their life and death."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from custom_components.sodalife.api import Camera, SodaClient
from custom_components.sodalife.api.live_protocol import AUTO
from custom_components.sodalife.poller import Poller

from .inprocess import InProcess
from .journal import EVERYBODY, Journal
from .line import Line, is_bug
from .machine import Disk, MachineClock, MovesOnDisk, Run, TokenOnDisk
from .reach_rules import ReachRules
from .rules import Rules
from .virtual_loop import VirtualLoop

CALL_INTERVAL = 4.0
SNAPSHOT_INTERVAL = 30.0
POLL_INTERVAL = 60.0
LONGEST_CLOSE = 21.0  # seconds; the rule says 20


class Household:
    """A client that is started, stopped, and crashes, and its cameras that come and go.

    Attributes:
        cameras: those that can be used just now, by serial.
        polling: whether cameras are asked now and then.
        webrtc: whether somebody hands live pictures on by WebRTC.

    """

    def __init__(
        self, loop: VirtualLoop, platform: InProcess, disk: Disk, rules: Rules, journal: Journal
    ) -> None:
        """Take where it lives; nothing runs yet."""
        self.cameras: dict[str, Camera] = {}
        self.clock: MachineClock = disk.clock
        self.run = Run(loop)
        self.line = Line(platform, self.run, rules)
        self._loop = loop
        self._platform = platform
        self._disk = disk
        self._rules = rules
        self._journal = journal
        self._client: SodaClient | None = None
        self._poller: Poller | None = None
        self.polling = True
        self.webrtc = True
        self._reach = ReachRules(loop, rules)
        rules.waiting = self._waiting

    def _waiting(self, serial: str) -> float | None:
        camera = self.cameras.get(serial)
        return None if camera is None or not camera.queue.waiting else camera.queue.interval

    async def start(self, revision: str | None) -> None:
        """Begin a run, with what is on the disk."""
        self._journal.note(EVERYBODY, "the program starts")
        self._rules.tokens.started()
        self.run = Run(self._loop)
        self.line = Line(self._platform, self.run, self._rules)
        store = TokenOnDisk(self._disk, self.run)
        self._client = SodaClient(
            self.line,
            "demo-client",
            "demo-secret",
            revision=revision,
            store=store,
            clock=self.clock,
        )
        self._reach = ReachRules(self._loop, self._rules)
        self._client.tokens.fetched.subscribe(self._reach.note_token)
        await self.run.spawn(self._client.tokens.load())
        if self._disk.token is None:
            self._rules.tokens.expected("nothing on the disk")
        for serial in self._platform.cloud.cameras:
            await self.open(serial)
        self._poller = Poller(
            lambda: tuple(self.cameras.values()),
            lambda: POLL_INTERVAL if self.polling else 0.0,
            self._reach.reachability,
            self._spawn,
            self.clock,
        )
        self.run.spawn(self._poller.run(CALL_INTERVAL))

    async def open(self, serial: str) -> None:
        """Begin to use a camera; what may have been left moving is stopped first."""
        await self.run.spawn(self._open(serial))

    async def _open(self, serial: str) -> None:
        assert self._client is not None  # noqa: S101 - `start` has made it
        camera = Camera(self._client, serial, MovesOnDisk(self._disk, self.run))
        camera.queue.start_cooldown()  # an earlier run may have called just now
        camera.configure(call_interval=CALL_INTERVAL, snapshot_interval=SNAPSHOT_INTERVAL)
        camera.live_protocol.option = AUTO
        camera.live_protocol.has_webrtc = self.webrtc
        self._reach.add(serial)
        camera.device.outcome.subscribe(lambda err: self._reach.note(serial, err))
        left = self._disk.moves.get(serial)
        self._journal.note(serial, "opened", left or "")
        self._rules.watches[serial].opened(self._loop.time(), left=left is not None)
        if left is not None:
            camera.recover(left)
        self.cameras[serial] = camera

    async def close(self, serial: str) -> None:
        """Let a camera go."""
        camera, run = self.cameras.pop(serial), self.run
        self._journal.note(serial, "closing")
        self._rules.watches[serial].closing(self._loop.time())
        promise = self._rules.promise(serial, "close", LONGEST_CLOSE)
        await asyncio.wait({run.spawn(camera.close())})
        promise.kept = True
        if not run.alive:
            return
        self._reach.remove(serial)
        if self._poller is not None:
            self._poller.forget(serial)
        self._journal.note(serial, "closed")
        self._rules.watches[serial].closed(self._loop.time(), crashed=False)
        if not camera.queue.idle:
            self._rules.broken(serial, "the queue is not empty after close")

    async def stop(self) -> None:
        """End a run the way it should end."""
        assert self._client is not None  # noqa: S101 - `start` has made it
        await asyncio.gather(*(self.close(serial) for serial in tuple(self.cameras)))
        await self.run.spawn(self._client.close())
        self.run.end()

    def _spawn(self, work: Coroutine[Any, Any, None], _name: str) -> None:
        """Have something done in the background."""

        async def do() -> None:
            try:
                await work
            except Exception as err:  # noqa: BLE001 - unless it is a bug of ours, it is one of theirs
                if not is_bug(err):
                    self._rules.broken(EVERYBODY, f"in the background: {err!r}")

        self.run.spawn(do())

    async def crash(self) -> None:
        """End a run at once: nothing of it is left but what is on the disk."""
        self._journal.note(EVERYBODY, "crash")
        self.cameras.clear()
        self._rules.crashed()
        await self.run.crash()
        for watch in self._rules.watches.values():
            if watch.opened_at is not None:
                watch.closed(self._loop.time(), crashed=True)
