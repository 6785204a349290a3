"""One move as both ends see it: from its start to what is due by the rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .exchange import Exchange
from .verdict import Known, known_of

PROMPT = 2.0  # seconds in which a stop arrives that nothing hinders; a token may be needed first
LATE_START = 10.0  # seconds in which a start may be carried out
FREE_AGAIN = 15.0  # seconds after an unknown start when others may pass in any case
EXCLUSIVE = 60.0  # seconds that nothing else passes while a stop is due
GIVEN_UP = 900.0
# An unknown start's stops are repeated for a second, then come the 4 s between calls: the camera is
# to be usable again 15 s after the start.
UNKNOWN_FREE = 14.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
LONGEST_WAIT = 31.0  # seconds that a press may wait for its turn
NEVER = float("inf")
EPSILON = 0.1


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody has asked for a move."""

    at: float
    command: int
    seconds: float


class Course:
    """A start that was sent, and what has happened to its move since.

    Attributes:
        start: the start.
        began_at: when the motor began to turn.
        end_wanted_at: when somebody asked for the stop, or for another move.
        stop_sent_at: when the first stop was sent that counts for it.
        left_at: when the run that sent it ended without having stopped it.
        found_at: when a later run began that knew of it.

    """

    def __init__(self, start: Exchange) -> None:
        """Begin with a start that leaves now."""
        self.start = start
        self.began_at = NEVER
        self.end_wanted_at = NEVER
        self.stop_sent_at = NEVER
        self.left_at: float | None = None
        self.found_at = NEVER

    @property
    def settled_at(self) -> float:
        """When its sender knew what became of the start."""
        return NEVER if self.start.settled_at is None else self.start.settled_at

    @property
    def unknown_over_at(self) -> float:
        """When nothing is due any more if nothing was ever known of it."""
        return self.start.sent_at + FREE_AGAIN

    @property
    def forgotten(self) -> bool:
        """Whether a run ended when it owed no stop any more."""
        if self.left_at is None or self.found_at < NEVER:
            return False
        known = known_of(self.start)
        return known is Known.UNKNOWN and self.left_at > self.unknown_over_at - LATE_START / 2

    def due_at(self, presses: Iterable[Press]) -> float:
        """Return when the stop of an acknowledged move was due at the latest."""
        settled = self.settled_at
        runs_until = max(
            (
                max(press.at, settled) + press.seconds
                for press in presses
                if press.command == self.start.command
                and press.at > self.start.sent_at - LONGEST_WAIT
            ),
            default=settled,
        )
        return min(runs_until, max(settled, self.end_wanted_at), self.stop_sent_at)

    def is_free(self, now: float, presses: Iterable[Press], clock_set_at: float) -> bool:
        """Tell whether others may be let through although it moves."""
        if self.left_at is not None:
            if self.forgotten or clock_set_at >= self.start.sent_at:
                return True
            return now >= self.found_at + EXCLUSIVE - EPSILON
        known = known_of(self.start)
        if known is Known.UNKNOWN:
            return now >= self.start.sent_at + UNKNOWN_FREE - EPSILON
        return known is Known.ACKNOWLEDGED and now >= self.due_at(presses) + EXCLUSIVE - EPSILON

    def deadline(
        self, presses: Iterable[Press], hindered_at: float, clock_set_at: float, *, open_: bool
    ) -> float:
        """Return by when it has to be over, given when a stop was impossible last."""
        if self.left_at is not None:
            return self._of_one_left(hindered_at, clock_set_at, open_=open_)
        known = known_of(self.start)
        if known is Known.ACKNOWLEDGED:
            return _insisting(self.due_at(presses), hindered_at, open_=open_)
        return self._of_an_unknown_start(hindered_at) if known is Known.UNKNOWN else NEVER

    def _of_an_unknown_start(self, hindered_at: float) -> float:
        settled = self.settled_at
        if hindered_at <= settled and self.began_at <= settled:
            return settled + PROMPT
        if hindered_at <= self.start.sent_at + LATE_START - EPSILON:
            return max(self.start.sent_at + LATE_START, settled) + PROMPT
        return NEVER

    def _of_one_left(self, hindered_at: float, clock_set_at: float, *, open_: bool) -> float:
        if not open_ or self.forgotten:
            return NEVER
        if self.found_at == NEVER:
            return 0.0  # it should be written down, and is not
        if self.began_at <= self.found_at:
            return _insisting(self.found_at, hindered_at, open_=open_)
        if clock_set_at >= self.start.sent_at:
            return NEVER  # nobody can tell any more how late it is
        due = max(self.found_at, self.start.sent_at + LATE_START)
        return _insisting(due, hindered_at, open_=open_)


def _insisting(due: float, hindered_at: float, *, open_: bool) -> float:
    """Return by when a stop arrives that is tried until it does."""
    if hindered_at <= due:
        return due + PROMPT
    if not open_ or hindered_at > due + GIVEN_UP - LONGEST_PAUSE:
        return NEVER
    return hindered_at + min(FIRST_PAUSE + hindered_at - due, LONGEST_PAUSE) + PROMPT
