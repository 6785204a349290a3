"""Work that nobody waits for, but somebody answers for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
import logging
from typing import Any

from .single_flight import launch

_LOGGER = logging.getLogger(__name__)


class Background:
    """Tasks that go on by themselves until they are done or their owner is closed."""

    def __init__(self) -> None:
        """Start without any."""
        self._tasks: list[asyncio.Task[None]] = []

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have some work done; it handles its own errors, and what it does not is logged."""
        task = launch(work, lambda: self._done(task))
        self._tasks.append(task)
        return task

    async def wait(self) -> None:
        """Return when all is done, whatever came of it."""
        while self._tasks:  # which what is under way may add to
            await asyncio.wait(self._tasks)

    async def cancel(self) -> None:
        """End what is left."""
        for task in self._tasks:
            task.cancel()
        await self.wait()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.remove(task)
        if not task.cancelled() and (err := task.exception()) is not None:
            _LOGGER.error("Unexpected error in the background", exc_info=err)
