"""Threads for slow work, so that the event loop never waits."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

WORKERS: Final = 2


class Workshop:
    """A pool of threads that starts when needed and can be closed and used again.

    Attributes:
        works: how many pieces of work are not done yet.

    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self.works = 0
        self._pool: ThreadPoolExecutor | None = None

    async def run[**P, R](self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the work in a thread and return what it returns."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="simulator")
        loop = asyncio.get_running_loop()
        self.works += 1
        try:
            return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))
        finally:
            self.works -= 1

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
