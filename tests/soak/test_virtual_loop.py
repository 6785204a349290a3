"""The loop on which time is virtual."""

from __future__ import annotations

import asyncio
import time

import pytest

from soak.virtual_loop import Stalled, VirtualLoop, run_virtually


def test_days_pass_in_no_time() -> None:
    async def work() -> float:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(3 * 86_400)
        return loop.time()

    began = time.monotonic()
    assert run_virtually(work()) == 3 * 86_400
    assert time.monotonic() - began < 1


def test_things_happen_in_order_and_at_their_time() -> None:
    async def work() -> list[tuple[float, str]]:
        loop = asyncio.get_running_loop()
        seen: list[tuple[float, str]] = []

        async def sleeper(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append((loop.time(), name))

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.5):
                await asyncio.gather(sleeper("b", 2), sleeper("a", 1), sleeper("c", 3))
        return seen

    assert run_virtually(work()) == [(1.0, "a"), (2.0, "b")]


def test_somebody_who_waits_for_a_moment_gets_there() -> None:
    """Sums of seconds do not come out even: a timer must not fire for ever just before its time."""

    async def work() -> int:
        loop = asyncio.get_running_loop()
        turns = 0
        for number in range(1, 1000):
            moment = loop.time() + number / 7
            while loop.time() < moment:
                turns += 1
                await asyncio.sleep(moment - loop.time())
        return turns

    assert 999 <= run_virtually(work()) < 2100


def test_each_instant_has_an_end() -> None:
    loop = VirtualLoop()
    seen: list[tuple[float, float, int]] = []
    done = 0

    async def work() -> None:
        nonlocal done
        for _ in range(3):
            done += 1
            await asyncio.sleep(0)
            done += 1
            await asyncio.sleep(1)

    loop.at_rest = lambda until: seen.append((loop.time(), until, done))
    run_virtually(work(), loop)
    assert seen == [(0, 1, 2), (1, 2, 4), (2, 3, 6)]
    assert loop.timers() == []


def test_waiting_for_nothing_is_noticed() -> None:
    async def work() -> None:
        await asyncio.get_running_loop().create_future()

    loop = VirtualLoop()
    with pytest.raises(Stalled):
        loop.run_until_complete(work())
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
