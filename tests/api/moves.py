"""What the tests of moves share: commands, lost answers, starts that come late, a record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from custom_components.sodalife.api import Answer, Camera, Command, Picture, Post, Transport
from custom_components.sodalife.api.errors import AnswerTimeout, CannotConnect
from custom_components.sodalife.api.live_content import LiveContent
from simulator.camera import SimCamera
from tests.api.world import SERIAL, arrived
from tests.clock import ManualClock

UP, LEFT, ZOOM, HOME = Command.UP, Command.LEFT, Command.ZOOM_IN, Command.HOME

# What says nothing about the motor, as the simulator's faults.
UNKNOWN: dict[str, dict[str, Any]] = {
    "lost after acting": {"kind": "reset_after"},
    "lost before acting": {"kind": "reset_before"},
    "no answer": {"kind": "hang"},
    "gateway page": {"kind": "html"},
    "empty": {"kind": "empty"},
    "cut off": {"kind": "cut"},
    "list": {"kind": "json_list"},
    "other shape": {"kind": "json_other"},
    "no success": {"kind": "not_success"},
    "unknown code": {"kind": "code", "code": "77777"},
    "failed now": {"kind": "code", "code": "60006"},
    "at a preset": {"kind": "code", "code": "60009"},
    "device timed out": {"kind": "code", "code": "20008"},
    "data error": {"kind": "code", "code": "49999"},
    "platform trouble": {"kind": "code", "code": "INTERNAL_SERVER_ERROR", "status": 500},
}
unknown = pytest.mark.parametrize("fault", UNKNOWN.values(), ids=UNKNOWN)

# The same, as what a transport brings back.
ODD_ANSWERS: dict[str, Answer | Exception] = {
    "no answer": AnswerTimeout(),
    "broken connection": CannotConnect(),
    "gateway page": Answer(502, b"<html>Bad Gateway</html>"),
    "empty": Answer(200, b""),
    "too long": Answer(200, None),
    "list": Answer(200, b"[]"),
    "no success": Answer(200, b'{"data": "FAILED"}'),
    "device timed out": Answer(200, b'{"error": "20008"}'),
    "data error": Answer(200, b'{"error": 49999}'),
    "failed now": Answer(200, b'{"error": "60006"}'),
    "at a preset": Answer(200, b'{"error": "60009"}'),
    "unknown code": Answer(200, b'{"error": "77777"}'),
    "a bug of ours": KeyError("bug"),
}
odd_answer = pytest.mark.parametrize("odd", ODD_ANSWERS.values(), ids=ODD_ANSWERS)

# What a device or the platform says when nothing moves.
REFUSED = [
    *("60000", "60001", "60020", "10001", "20002", "20007"),
    *("10005", "10028", "INVALID_REQUEST", "INVALID_RESOURCE"),
]


def starts(sim: SimCamera) -> list[str]:
    return [name for name in arrived(sim) if name.startswith("start")]


def stops(sim: SimCamera) -> list[str]:
    return [name for name in arrived(sim) if name.startswith("stop")]


class LateStart:
    """A transport that answers the next start oddly, and has it carried out some time later."""

    def __init__(self, camera: Camera, sim: SimCamera, odd: Answer | Exception) -> None:
        self.sent_at: float | None = None
        self._inner: Transport = camera.device.client._transport
        self._clock = camera.device.clock
        self._sim = sim
        self._odd = odd
        self._answers_after = self._acts_after = 0.0
        camera.device.client._transport = self

    def next(self, *, answers_after: float = 0.0, acts_after: float) -> None:
        self.sent_at = None
        self._answers_after, self._acts_after = answers_after, acts_after

    async def post(self, post: Post) -> Answer:
        is_start = post.path.endswith("controlling") and int(post.fields["action"]) == 0
        if not is_start or self.sent_at is not None:
            return await self._inner.post(post)
        post.on_send()
        self.sent_at = self._clock.monotonic()
        command = int(post.fields["command"])
        self._clock.call_later(self._acts_after, lambda: self._sim.control(0, command))
        if self._answers_after:
            await self._clock.sleep(self._answers_after)
        if isinstance(self._odd, Exception):
            raise self._odd
        return self._odd

    async def picture(self, address: str) -> Picture:
        return await self._inner.picture(address)

    async def live_content(self, address: str) -> LiveContent:
        return await self._inner.live_content(address)


class Notebook:
    """A record of moves, with everything that was done to it; can be made slow, or to fail."""

    def __init__(self, clock: ManualClock) -> None:
        self.moves: dict[str, Command] = {}
        self.log: list[str] = []
        self.trouble: Callable[[], Awaitable[None]] | None = None
        self._clock = clock

    @property
    def moving(self) -> Command | None:
        return self.moves.get(SERIAL)

    def write(self, serial: str, command: Command) -> None:
        self.log.append(f"write {command.value}")
        self.moves[serial] = command

    def erase(self, serial: str) -> None:
        self.log.append("erase")
        self.moves.pop(serial, None)

    async def written(self) -> None:
        if self.trouble is not None:
            await self.trouble()
