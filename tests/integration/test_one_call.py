"""How far one call goes through the integration's files: script/trace, with its limits."""

from __future__ import annotations

from homeassistant.core import HomeAssistant

from bench import trace
from bench.trace import Step, Walk
from tests.integration.common import OTHER, SERIAL, SetUp

MOST_RETURNS = {trace.PRESS: 12, trace.NEW_SNAPSHOT: 8, trace.SNAPSHOT: 0}


async def test_a_call_seldom_returns_to_a_file_already_left(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up(SERIAL, OTHER, revision="query")
    walks = await trace.follow(hass, [SERIAL, OTHER])

    assert all(walk.functions for walk in walks.values()), "nothing was followed"
    missed = {
        f"{call}: {walks[call].returns} returns, at most {most}"
        for call, most in MOST_RETURNS.items()
        if walks[call].returns > most
    }
    assert not missed, f"{missed}\n{trace.table(walks)}\nscript/trace --steps shows the way"


def test_what_counts_as_a_return() -> None:
    files = ["a.py", "a.py", "b.py", trace.CLOCK, "b.py", "a.py", "c.py", "c.py", "b.py"]
    walk = Walk([Step(file, f"f{number % 5}", 1) for number, file in enumerate(files)])

    assert walk.files == 4
    assert walk.functions == 8
    assert walk.returns == 2, "to a.py, and to b.py from c.py"
    assert walk.returns_with_clock == 3, "to b.py from the clock, too"


def test_only_what_is_ours_is_followed_and_only_while_it_is() -> None:
    with trace.followed() as walk:
        trace.table({})
    assert walk.steps == []
    with trace.followed() as again:
        pass
    assert again.steps == []
