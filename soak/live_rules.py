"""What must hold of live addresses: nobody is given a dead one, and they cost few calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from custom_components.sodalife.api.live import TRIAL, TRUST
from simulator import Cloud

from .inprocess import HOST

# Seconds that an address may be dead without anybody's knowing: it was tried, or came, just before,
# and was on its way.
UNKNOWN = TRUST + TRIAL + 0.5


class LiveRules:
    """Sees addresses die, and be handed out."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        cloud: Cloud,
        broken: Callable[[str, str], None],
    ) -> None:
        """Take the cloud whose addresses they are, and whom to tell."""
        self._loop = loop
        self._cloud = cloud
        self._broken = broken
        self._died_at: dict[str, float] = {}  # by serial

    def died(self, serial: str) -> None:
        """Note that a camera's addresses have been killed."""
        self._died_at[serial] = self._loop.time()

    def told(self, serial: str, url: str) -> None:
        """Check an address that somebody was given just now."""
        target = url.removeprefix(f"http://{HOST}")
        if self._cloud.live.get(target) is not None:
            return
        now = self._loop.time()
        dead_for = now - self._died_at.get(serial, float("-inf"))
        ended = self._cloud.live.ended(target)
        if ended is not None:
            dead_for = min(dead_for, self._cloud.clock.time() - ended)
        if dead_for > UNKNOWN:
            self._broken(serial, f"is given an address that has been dead for {dead_for:.0f} s")
