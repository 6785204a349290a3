"""What the platform does later, when its answer is long gone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .clock import Clock


class Errands:
    """Things to do at some time of the platform's clock."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing to do."""
        self._clock = clock
        self._tasks: dict[asyncio.Task[None], None] = {}  # in the order in which they came

    def after(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        """Do something when so many seconds have passed."""
        task = asyncio.create_task(self._run(seconds, work))
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)

    async def cancel(self) -> None:
        """Forget what is still to do."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        await self._clock.sleep(seconds)
        await work()
