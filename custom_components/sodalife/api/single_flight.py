"""Work that outlives the callers who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from .errors import QueueBusy


def launch[T](
    work: Coroutine[Any, Any, T], on_done: Callable[[], object] = lambda: None
) -> asyncio.Task[T]:
    """Have some work done in a task of its own; `on_done` is called at its end, however it ends.

    Its error is for those who wait for it. If nobody does, it is nobody's business.
    """

    def done(task: asyncio.Task[T]) -> None:
        if not task.cancelled():
            task.exception()  # looked at, or the event loop complains
        on_done()

    task = asyncio.create_task(work)
    task.add_done_callback(done)
    return task


async def outcome_of[T](task: asyncio.Task[T]) -> T:
    """Return what some work comes to; being cancelled while waiting does not cancel it.

    `asyncio.shield` does that too, but since Python 3.14 it reports the error of work whose
    waiter has left as an unhandled one, and here leaving is nothing unusual.

    Raises:
        QueueBusy: if the work was ended by its owner.
        Exception: whatever the work raises.

    """
    await asyncio.wait({task})
    if task.cancelled():
        raise QueueBusy
    return task.result()


class SingleFlight[T]:
    """At most one run of some work at a time, shared by all who want its result."""

    def __init__(self) -> None:
        """Start without work."""
        self._task: asyncio.Task[T] | None = None

    @property
    def running(self) -> bool:
        """Whether the work is under way."""
        return self._task is not None and not self._task.done()

    def begin(self, work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Return the work under way; begin it if there is none."""
        if self._task is None or self._task.done():
            self._task = launch(work())
        return self._task

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what the work under way comes to; begin it if there is none."""
        return await outcome_of(self.begin(work))

    async def wait(self) -> None:
        """Return when nothing is under way, whatever came of it."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def cancel(self) -> None:
        """End the work under way."""
        if self._task is not None:
            self._task.cancel()
        await self.wait()
