"""The clock that the other tests go by."""

from __future__ import annotations

import asyncio

from tests.clock import ManualClock


async def test_what_is_due_happens_in_order_at_its_own_time() -> None:
    clock, happened = ManualClock(), []
    for seconds in (3, 1, 2):
        clock.call_later(seconds, lambda: happened.append(clock.monotonic()))
    await clock.advance(2.5)
    assert happened == [1, 2]
    assert clock.monotonic() == 2.5


async def test_two_who_move_it_at_once_never_turn_it_back() -> None:
    clock = ManualClock()
    far = asyncio.create_task(clock.advance(100))
    await asyncio.sleep(0)  # it is on its way, ...
    near = asyncio.create_task(clock.advance(0.5))  # ... and the other one arrives after it
    await far
    assert clock.monotonic() == 100
    await near
    assert clock.monotonic() == 100
