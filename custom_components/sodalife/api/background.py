"""Work that nobody waits for, but somebody answers for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from .single_flight import launch


class Background:
    """Tasks that go on by themselves until they are done or their owner is closed."""

    def __init__(self) -> None:
        """Start without any."""
        self._tasks: list[asyncio.Task[None]] = []

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Have some work done; it handles its own errors, and what it does not is logged."""
        self._tasks[:] = [task for task in self._tasks if not task.done()]
        self._tasks.append(launch(work, logs_error=True))

    async def wait(self) -> None:
        """Return when all is done, whatever came of it."""
        while under_way := [task for task in self._tasks if not task.done()]:
            await asyncio.wait(under_way)  # which may add to them

    async def cancel(self) -> None:
        """End what is left."""
        for task in self._tasks:
            task.cancel()
        await self.wait()
