"""That the simulation bites: every old fault that it can meet, put back, breaks one of its rules.

The rows are those of the list of faults that were found in the first revision: A, a stop that is
not delivered or a camera that is locked; B, one camera's trouble becomes everybody's; C, live
pictures. `old_stops`, `old_accounts` and `old_live` put each mechanism back, as far as there still
is a place for it.

Four rows need sockets or a real loop, which a simulation has not. They are tested elsewhere:

A8, A11  two budgets for one connection pool: "a stop goes out at once ..." and "a call finds a
         slot ..." in tests/api/test_transport.py, "a stop finds a connection ..." in
         tests/api/test_client.py; bench/stop.py and bench/snapshots.py measure it
B4       a proxy's status 413: "a sound too large for a proxy ..." in tests/api/test_transport.py,
         and among other cameras in tests/integration/test_one_among_many.py
B5       for how long the event loop is held: bench/fleet.py measures it

Found with less trouble and told shorter: tests/api/test_move_story.py.

A seed is good for as long as a run of it stays what it is. If one finds nothing any more, look for
another: a few dozen with some hundred operations each are enough for every row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from soak.virtual import simulate
from tests.soak import old_accounts, old_live, old_stops


@dataclass(frozen=True)
class Bite:
    """An old fault, and a run that meets it: what is broken by then."""

    put_back: Callable[[pytest.MonkeyPatch], None]
    seed: int
    operations: int
    cameras: int
    broken: str


BITES = {
    "A1 an error that cannot be described": Bite(
        old_stops.describing_an_error_raises, 2, 250, 3, "raises AttributeError('os_error')"
    ),
    "A1 and so a stop without an answer is one": Bite(
        old_stops.a_stop_that_gets_no_answer_is_one,
        8,
        250,
        3,
        "told that it has stopped, but it moves",
    ),
    "A2 a stop that raised is one": Bite(
        old_stops.any_odd_exception_is_a_stop, 41, 400, 3, "told that it has stopped, but it moves"
    ),
    "A2 and so it moves on": Bite(old_stops.any_odd_exception_is_a_stop, 80, 500, 3, "moves on"),
    "A3 closing sends no second stop": Bite(
        old_stops.closing_forgets_late_starts, 15, 350, 3, "moves on"
    ),
    "A4 only silence asks for a second stop": Bite(
        old_stops.only_silence_may_start_late, 15, 300, 3, "moves on"
    ),
    "A5 what cannot move is stopped for ever": Bite(
        old_stops.insists_although_nothing_may_move, 12, 250, 3, "closed for"
    ),
    "A6 four tries for a move that runs": Bite(
        old_stops.gives_up_on_a_hopeless_error, 25, 100, 3, "arrived while move 9 runs"
    ),
    "A7 a stop that the dialect lacks": Bite(
        old_stops.a_stop_is_refused_by_the_dialect,
        1,
        100,
        3,
        "a stop is pressed, but none goes out",
    ),
    "A9 closed before a task has begun": Bite(
        old_stops.waiters_are_told_by_the_task_itself, 89, 200, 3, "nobody answered in time: close"
    ),
    "A10 given up is stopped": Bite(
        old_stops.given_up_is_stopped, 1, 400, 3, "arrived while move 3 runs"
    ),
    "A12 the command of a start that was refused": Bite(
        old_stops.remembers_before_the_outcome, 6, 100, 2, "stops command 0 while 10 runs"
    ),
    "A13 a start that raised is nobody's": Bite(
        old_stops.nobody_looks_at_the_end_of_a_start, 202, 300, 1, "nobody answered in time: start"
    ),
    "A13 and nobody stops it": Bite(
        old_stops.nobody_looks_at_the_end_of_a_start, 50, 100, 2, "moves on"
    ),
    "A13 and its task is nobody's": Bite(
        old_stops.nobody_looks_at_the_end_of_a_task,
        38,
        500,
        2,
        "never retrieved: AttributeError('a bug')",
    ),
    "B1 failures are counted for all": Bite(
        old_accounts.failures_are_counted_for_all, 12, 100, 3, "unavailable, though it answered"
    ),
    "B2 the healthy are not asked": Bite(
        old_accounts.the_healthy_are_not_asked, 7, 100, 3, "unavailable, though it answered"
    ),
    "B3 a camera goes in mid-round": Bite(
        old_accounts.the_round_outlives_a_camera, 3, 100, 3, "never retrieved: KeyError('SOAK0001')"
    ),
    "B6 one camera's refusal ends the token": Bite(
        old_accounts.one_refusal_kills_a_token,
        31,
        500,
        3,
        "TokenPaused('token_paused'), though its token is good",
    ),
    "C1 a dead live address is handed out": Bite(
        old_live.a_dead_address_is_handed_out, 1, 400, 3, "is given an address that has been dead"
    ),
}


@pytest.fixture(params=BITES.values(), ids=BITES.keys())
def bite(request: pytest.FixtureRequest) -> Bite:
    """One of them, in a run that breaks no rule without it."""
    bite: Bite = request.param
    outcome = simulate(bite.seed, bite.operations, bite.cameras)
    assert outcome.violation is None, "\n".join(outcome.story)
    return bite


def test_the_simulation_finds_the_old_fault(bite: Bite, monkeypatch: pytest.MonkeyPatch) -> None:
    bite.put_back(monkeypatch)
    outcome = simulate(bite.seed, bite.operations, bite.cameras)
    assert outcome.violation is not None
    assert bite.broken in outcome.violation, "\n".join(outcome.story)
    assert outcome.operations <= bite.operations
