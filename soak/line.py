"""One run's connection to the platform in this process; a `Transport`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NoReturn

from custom_components.sodalife.api.live_content import LiveContent
from custom_components.sodalife.api.models import Picture
from custom_components.sodalife.api.transport import Answer, Post

from .exchange import Exchange
from .inprocess import InProcess
from .machine import Run
from .rules import Rules

BUG = "a bug"


@dataclass(slots=True)
class Bug:
    """A fault of our own code: an exception that nobody has thought of."""

    endpoint: str
    after: bool  # something went out and was answered all the same
    times: int


def is_bug(err: BaseException) -> bool:
    """Tell whether an error is one that was put into our own code."""
    return err.args == (BUG,)


class Line:
    """Takes requests to the platform, has them watched, and is dead when its run is."""

    def __init__(self, platform: InProcess, run: Run, rules: Rules) -> None:
        """Connect a run."""
        self._platform = platform
        self._run = run
        self._rules = rules
        self.bugs: list[Bug] = []

    async def post(self, post: Post) -> Answer:
        """Send something, and wait for the answer."""
        if not self._run.alive:
            await _nothing()
        exchange = Exchange(post)
        bug = self._bug(exchange.endpoint)
        if bug is not None:
            self._rules.met_bug(exchange)
            if not bug.after:
                raise AttributeError(BUG)
        post.on_send()
        self._rules.sent(exchange)
        self._platform.send(exchange)
        try:
            answer = await exchange.answer()
            if bug is not None:
                exchange.outcome = KeyError(BUG)
                raise exchange.outcome
            return answer
        finally:
            if self._run.alive:
                self._rules.settled(exchange)

    async def picture(self, address: str) -> Picture:
        """Fetch a photo."""
        if not self._run.alive:
            await _nothing()
        return await self._platform.picture(address)

    async def live_content(self, address: str) -> LiveContent:
        """Look behind a live address."""
        if not self._run.alive:
            await _nothing()
        return await self._platform.live_content(address)

    def _bug(self, endpoint: str) -> Bug | None:
        for bug in self.bugs:
            if bug.endpoint == endpoint:
                bug.times -= 1
                if not bug.times:
                    self.bugs.remove(bug)
                return bug
        return None


async def _nothing() -> NoReturn:
    """Wait for the end of what has crashed."""
    while True:
        await asyncio.get_running_loop().create_future()
