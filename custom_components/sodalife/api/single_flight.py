"""Work that outlives the callers who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
import logging
from typing import Any

from .clock import Clock, timeout
from .errors import QueueBusy

_LOGGER = logging.getLogger(__name__)


def launch[T](
    work: Coroutine[Any, Any, T],
    on_done: Callable[[], object] = lambda: None,
    *,
    logs_error: bool = False,
) -> asyncio.Task[T]:
    """Have some work done in a task of its own; `on_done` is called at its end, however it ends.

    Its error is for those who wait for it. If nobody does, it is nobody's business, or logged.
    """

    def done(task: asyncio.Task[T]) -> None:
        err = None if task.cancelled() else task.exception()  # looked at, or the loop complains
        if err is not None and logs_error:
            _LOGGER.error("Unexpected error in the background", exc_info=err)
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


class SharedCall[T]:
    """One run of some work for several callers, each with a patience of its own until it begins.

    What has begun goes on when its callers leave. What has not is not begun any more when the last
    one has left, unless it is `wanted_anyway`.
    """

    def __init__(
        self,
        clock: Clock,
        work: Callable[[asyncio.Event], Coroutine[Any, Any, T]],
        on_done: Callable[[], object] = lambda: None,
        *,
        wanted_anyway: bool = False,
    ) -> None:
        """Take the work, which sets the event that it is given when it begins.

        `on_done` is called when there is nothing to join any more.
        """
        self._clock = clock
        self._begun = asyncio.Event()
        self._callers = 0
        self._wanted_anyway = wanted_anyway
        self._on_done = on_done
        self._task = launch(work(self._begun), self._done)

    @property
    def joinable(self) -> bool:
        """Whether it is under way, or is going to be."""
        wanted = self._wanted_anyway or self._callers > 0 or self._begun.is_set()
        return wanted and not self._task.done()

    async def join(self, patience: float) -> T:
        """Return what the work comes to.

        Raises:
            QueueBusy: if it does not begin within so many seconds, or was ended by its owner.
            Exception: whatever the work raises.

        """
        self._callers += 1
        try:
            async with timeout(self._clock, patience):
                await self._begun.wait()
        except TimeoutError:
            if not self._begun.is_set():  # else it began in that very moment
                raise QueueBusy from None
        finally:
            self._callers -= 1
            if not (self._callers or self._wanted_anyway or self._begun.is_set()):
                self._on_done()  # nobody is to join what is about to end
                self.cancel()
        await asyncio.wait({self._task})
        if self._task.cancelled():
            raise QueueBusy
        return self._task.result()

    def cancel(self) -> None:
        """End the work; who waits is told, even if it has not run at all yet."""
        self._task.cancel()

    def _done(self) -> None:
        self._begun.set()  # as far as it ever will
        self._on_done()

    async def wait(self) -> None:
        """Return when it has ended, whatever came of it."""
        await asyncio.wait({self._task})
