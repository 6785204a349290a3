"""How long the event loop is held at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import gc
import time
from typing import Any
from unittest.mock import patch

MAX_HOLD = 20.0  # ms: nothing of ours may keep the event loop from others for longer


class LoopWatch:
    """The longest time for which nothing else could run, in milliseconds, and whose it was.

    Python's garbage collector stops everything now and then, for the longer the more objects
    there are, whosever they are. Its pauses are told apart.
    """

    def __init__(self) -> None:
        """Have seen nothing."""
        self.longest = 0.0
        self.longest_collection = 0.0
        self.whose = "nothing"
        self.over = False
        self._collecting_since = 0.0
        self._collected = 0.0  # seconds, within the callback that runs

    def collecting(self, phase: str, _: dict[str, int]) -> None:
        """Note when the garbage collector begins and ends; see `gc.callbacks`."""
        if phase == "start":
            self._collecting_since = time.perf_counter()
            return
        took = time.perf_counter() - self._collecting_since
        self._collected += took
        self.longest_collection = max(self.longest_collection, took * 1000)

    def run(self, handle: asyncio.Handle) -> None:
        """Run what the event loop would run, and note how long it takes."""
        self._collected = 0.0
        began, working = time.perf_counter(), time.thread_time()
        _run(handle)
        took = (time.perf_counter() - began - self._collected) * 1000
        worked = (time.thread_time() - working - self._collected) * 1000
        if took > self.longest and not self.over:
            self.longest = took
            self.whose = f"{took:.1f} ms, {worked:.1f} of them at work, in {_name(handle)}"


_run = asyncio.Handle._run


@asynccontextmanager
async def watched_loop() -> AsyncIterator[LoopWatch]:
    """Time everything that the event loop runs."""
    watch = LoopWatch()

    def run(handle: asyncio.Handle) -> None:  # as a method of its own, it gets the handle
        watch.run(handle)

    with patch.object(asyncio.Handle, "_run", run):
        await asyncio.sleep(0)  # what the caller did before is not part of it
        gc.callbacks.append(watch.collecting)
        yield watch
        await asyncio.sleep(0)
    gc.callbacks.remove(watch.collecting)
    watch.over = True  # the callback that we are in is still being timed


def _name(handle: asyncio.Handle) -> str:
    """Say what a handle runs: a task's coroutine, or a function."""
    callback: Any = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        coroutine = task.get_coro()
        return f"the coroutine {getattr(coroutine, '__qualname__', task.get_name())}"
    return getattr(callback, "__qualname__", repr(callback))
