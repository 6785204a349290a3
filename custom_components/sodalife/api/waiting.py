"""Waiting for work that goes on when its waiter leaves."""

from __future__ import annotations

import asyncio


async def outcome_of[T](work: asyncio.Future[T]) -> T:
    """Return what some work comes to; being cancelled while waiting does not cancel it.

    `asyncio.shield` does that too, but since Python 3.14 it reports the error of work whose
    waiter has left as an unhandled one, and here leaving is nothing unusual.
    """
    await asyncio.wait({work})
    return work.result()
