"""Stories of one camera that are told shorter and shorter, until only what matters is left.

The simulation (`soak`) finds out whether a rule is broken in a long life with all the trouble that
there is; here the same rules are tried with a few steps, and what breaks one is reduced to the
fewest and simplest that do. The rules: whatever may be moving gets its stops, promptly and for as
long as the design says; calls keep their distance; nothing but a stop goes out during a move; each
caller is answered in time and told the truth; nothing is left when all is quiet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
import gc
import logging
from typing import Any

from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
import pytest

from custom_components.sodalife.api import Camera, Command
from simulator import Fault
from soak.household import CALL_INTERVAL
from soak.line import Bug
from soak.operations import CAPTURE_IDEA, MOVE, START, STOP_IDEA, Idea
from soak.rules import Violation
from soak.virtual import LOGGER, Simulation
from soak.virtual_loop import VirtualLoop, run_virtually

THERE_AND_BACK = 0.2  # seconds that a call takes, if nothing hinders it
SERIAL = "SOAK0000"
SEEDS = {"query": 7, "body": 1}  # of worlds with these revisions
PROFILE = settings(
    max_examples=200,
    stateful_step_count=25,
    derandomize=True,  # the same stories each time
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

commands = st.sampled_from([Command.UP, Command.LEFT, Command.HOME])
durations = st.sampled_from([1.0, 8.0])
then = st.sampled_from([THERE_AND_BACK, 5.0, 0.0])  # seconds until more happens
patience = st.sampled_from([None, None, 1.0])  # seconds; None: as long as it takes
times = st.sampled_from([1, 4])
# What the device or the platform says: that nothing moves, that it does not know, that it is over.
codes = st.sampled_from(["60020", "20007", "20008", "77777", "60002"])
unread = st.sampled_from(["html", "reset_after", "hang"])
pauses = st.sampled_from([5.0, 9.0, 30.0])  # longer than a call of the run before may take


class MoveStory(RuleBasedStateMachine):
    """A camera, its user, and what befalls them."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.level = LOGGER.level
        LOGGER.setLevel(logging.CRITICAL)
        gc.disable()  # errors that nobody has looked at are told at the end of the story
        self.told = False  # to its end, good or bad

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            self.loop.run_until_complete(work)
        except Violation as err:
            self.told = True
            err.add_note("\n".join(self.simulation.journal.last(err.serial)))
            raise

    @initialize(revision=st.sampled_from(list(SEEDS)))
    def begin(self, revision: str) -> None:
        self.revision = revision

        async def live() -> None:
            self.simulation = Simulation(self.loop, SEEDS[revision], 0, 1)
            self.simulation.household.polling = False
            await self.simulation.household.start(revision)
            await asyncio.sleep(CALL_INTERVAL)

        self.run(live())

    def act(self, idea: Idea, then: float, patience: float | None = None) -> None:
        async def do() -> None:
            crowd = self.simulation.crowd
            crowd.acting += 1
            try:
                await crowd._act(SERIAL, idea, patience)
            finally:
                crowd.acting -= 1

        async def begin() -> None:
            self.latest = asyncio.create_task(do())
            await asyncio.sleep(then)

        self.run(begin())

    @rule(command=commands, seconds=durations, patience=patience, its_stops=st.none() | codes)
    def start(
        self, command: Command, seconds: float, patience: float | None, its_stops: str | None
    ) -> None:
        def work(camera: Camera) -> Coroutine[Any, Any, None]:
            return camera.ptz.start(command, seconds)

        idea = Idea("start", work, START, command=command, seconds=seconds)
        self.act(idea, THERE_AND_BACK, patience)
        if its_stops is not None:
            self.next_answer_is_a_code(its_stops, 4)

    @rule(command=commands, seconds=durations, patience=patience, then=then)
    def move(self, command: Command, seconds: float, patience: float | None, then: float) -> None:
        def work(camera: Camera) -> Coroutine[Any, Any, None]:
            return camera.ptz.move(command, seconds)

        idea = Idea("move", work, MOVE, command=command, seconds=seconds, stops=True)
        self.act(idea, then, patience)

    @rule(then=then)
    def stop(self, then: float) -> None:
        self.act(STOP_IDEA, then)

    @rule(then=then)
    def photo(self, then: float) -> None:
        self.act(CAPTURE_IDEA, then)

    @rule(seconds=st.sampled_from([1.0, 12.0, 100.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule(code=codes, times=times)
    def next_answer_is_a_code(self, code: str, times: int) -> None:
        self.trouble(Fault("code", "controlling", code=code, times=times))

    @rule(kind=unread, times=times)
    def next_answer_cannot_be_read(self, kind: str, times: int) -> None:
        self.trouble(Fault(kind, "controlling", times=times, seconds=40.0))

    @rule(code=st.sampled_from([None, "20008", "77777"]), seconds=st.sampled_from([0.0, 3.0, 9.8]))
    def next_is_carried_out_late(self, code: str | None, seconds: float) -> None:
        self.trouble(Fault("late", "controlling", code=code, seconds=seconds, times=1))

    @rule(after=st.booleans())
    def next_meets_a_bug_of_ours(self, *, after: bool) -> None:
        self.simulation.household.line.bugs.append(Bug("controlling", after, 1))

    @rule(pause=pauses)
    def closes_and_comes_back(self, pause: float) -> None:
        async def leave() -> None:
            household = self.simulation.household
            await household.close(SERIAL)
            await asyncio.sleep(pause)
            await household.open(SERIAL)
            await asyncio.sleep(CALL_INTERVAL)

        self.run(leave())

    @rule(pause=pauses)
    def crashes_and_comes_back(self, pause: float) -> None:
        async def crash() -> None:
            household = self.simulation.household
            await household.crash()
            await asyncio.sleep(pause)
            await household.start(self.revision)
            await asyncio.sleep(CALL_INTERVAL)

        self.run(crash())

    def trouble(self, fault: Fault) -> None:
        self.simulation.mischief._force(fault)

    def teardown(self) -> None:
        async def end() -> None:
            await self.simulation._quiet()
            await self.simulation.household.stop()

        async def nothing() -> None:
            pass

        try:
            if not self.told:
                self.run(end())
        finally:
            self.loop.at_rest = lambda _: None
            run_virtually(nothing(), self.loop)
            gc.enable()
            LOGGER.setLevel(self.level)


# Hypothesis's own, on Python 3.14: what it says of its generator of random numbers is not so.
@pytest.mark.filterwarnings("ignore:It looks like `register_random`")
def test_whatever_happens_what_moves_is_stopped_and_everybody_is_told() -> None:
    gc.freeze()  # each story ends with a look for garbage, and Home Assistant is none
    try:
        run_state_machine_as_test(MoveStory, settings=PROFILE)
    finally:
        gc.unfreeze()
