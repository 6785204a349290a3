"""The clocks."""

from __future__ import annotations

import asyncio
import time

from simulator import ManualClock, SystemClock


async def test_sleepers_wake_in_order_when_their_time_has_come() -> None:
    clock, woken = ManualClock(start=100.0), []

    async def sleep(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    tasks = [asyncio.create_task(sleep(seconds)) for seconds in (3, 1, 2, 0)]
    await asyncio.sleep(0.01)
    assert woken == [0]
    clock.advance(2)
    await asyncio.sleep(0)
    assert woken == [0, 1, 2]
    assert clock.time() == 102
    clock.advance(1)
    await asyncio.gather(*tasks)
    assert woken == [0, 1, 2, 3]


async def test_a_cancelled_sleeper_disturbs_nobody() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    clock.advance(2)


async def test_the_system_clock_is_the_real_one() -> None:
    clock = SystemClock()
    before = time.time()
    await clock.sleep(0.01)
    assert before < clock.time() <= time.time()
