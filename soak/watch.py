"""One camera's moves, watched from both ends: what moves, what its client knows, what is due."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.camera import SimCamera

from .exchange import Exchange
from .verdict import Known, known_of, stopped

PROMPT = 2.0  # seconds in which a stop arrives that nothing hinders; a token may be needed first
LATE_START = 10.0  # seconds in which a start may be carried out
FREE_AGAIN = 15.0  # seconds after an unknown start when others may pass in any case
EXCLUSIVE = 60.0  # seconds that nothing else passes while a stop is due
GIVEN_UP = 900.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
NEVER = float("inf")
LONGEST_WAIT = 31.0  # seconds that a press may wait for its turn


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody has asked for a move."""

    at: float
    command: int
    seconds: float


class Watch:
    """Watches one camera.

    Attributes:
        hindered_at: the last time at which the platform would not have taken a stop.
        opened_at: since when there is a client for it; None: there is none now.
        start: the last start that was sent.

    """

    def __init__(self, sim: SimCamera) -> None:
        """Watch a camera that nobody uses yet."""
        self.sim = sim
        self.hindered_at = 0.0
        self.opened_at: float | None = None
        self.start: Exchange | None = None
        self.held_until = 0.0  # an acknowledged move, or one left by a crash, was under way
        self.active_at = 0.0  # the last time that something other than a stop was under way
        self._held = False
        self._left = False  # the run that sent the start did not live to see its stop ...
        self._forgotten = False  # ... which was not due any more
        self._end_wanted_at = NEVER
        self._stop_sent_at = NEVER  # the first one since the start was settled
        self._clock_set_at = 0.0
        self._presses: deque[Press] = deque(maxlen=40)
        self._under_way: dict[Exchange, None] = {}
        self._moving_since: float | None = None

    def pressed(self, now: float, command: int | None, seconds: float = 0.0) -> None:
        """Note that somebody wants a move, or, without a command, a stop."""
        if command is not None:
            self._presses.append(Press(now, command, seconds))
        if self.start is not None and command != self.start.command:
            self._end_wanted_at = min(self._end_wanted_at, now)

    def sent(self, exchange: Exchange) -> None:
        """Note that something has left for this camera."""
        if exchange.starts:
            self.start, self._left = exchange, False
            self._end_wanted_at = self._stop_sent_at = NEVER
        elif exchange.stops and self.start is not None and self.start.settled_at is not None:
            self._stop_sent_at = min(self._stop_sent_at, exchange.sent_at)
        if not exchange.stops:
            self._under_way[exchange] = None

    def settled(self, exchange: Exchange, now: float) -> None:
        """Note that its sender knows what became of it."""
        if self._under_way.pop(exchange, exchange) is None:
            self.active_at = now
        if exchange is self.start and known_of(exchange) is Known.ACKNOWLEDGED:
            self._held = True
        elif exchange.stops and stopped(exchange) and exchange.sent_at >= self._settled_at():
            self._held = False

    def opened(self, now: float, *, left: bool) -> None:
        """Note that there is a client from now on; it may know of a move that was left behind."""
        self.opened_at, self._held = now, left
        self._left = self._left or left
        given_up = self.start is None or (
            known_of(self.start) is Known.UNKNOWN and self.start.sent_at + FREE_AGAIN < now
        )
        self._forgotten = self._left and not left and given_up
        self.active_at = self.held_until = now

    def closing(self, now: float) -> None:
        """Note that the client lets go."""
        self._end_wanted_at = min(self._end_wanted_at, now)

    def closed(self, *, crashed: bool) -> None:
        """Note that there is no client any more."""
        self.opened_at = None
        self._left = self._left or crashed
        self._under_way.clear()

    def clock_set(self, now: float) -> None:
        """Note that the time of day has jumped."""
        self._clock_set_at = now

    def look(self, now: float) -> float:
        """Look at the end of an instant; return by when the move under way has to be over.

        Nothing happens before the next instant: what is not over by then is late.
        """
        if self._held:
            self.held_until = now
        if self._under_way:
            self.active_at = now
        if self.sim.moving is None:
            self._moving_since = None
            return NEVER
        if self._moving_since is None:
            self._moving_since = now
        return min(self._deadlines(self._moving_since))

    def free(self, now: float) -> bool:
        """Tell whether others may be let through although something moves."""
        start = self.start
        if start is None or self.opened_at is None or self._forgotten:
            return True
        if self._left:
            set_meanwhile = self._clock_set_at >= start.sent_at
            return set_meanwhile or now >= self.opened_at + EXCLUSIVE - 0.1
        known = known_of(start)
        if known is Known.UNKNOWN:
            return now >= start.sent_at + FREE_AGAIN - 0.1
        return known is Known.ACKNOWLEDGED and now >= self._due(start) + EXCLUSIVE - 0.1

    def _settled_at(self) -> float:
        settled = self.start.settled_at if self.start is not None else 0.0
        return NEVER if settled is None else settled

    def _deadlines(self, since: float) -> Iterator[float]:
        """Return when it has to be over by the rule that applies."""
        yield NEVER
        start = self.start
        if start is None:
            return
        if self._left:
            if self.opened_at is not None and not self._forgotten:
                yield self._left_behind(start, since, self.opened_at)
        elif (known := known_of(start)) is Known.ACKNOWLEDGED:
            yield self._insisting(self._due(start))
        elif known is Known.UNKNOWN:
            yield self._of_an_unknown_start(start, since)

    def _due(self, start: Exchange) -> float:
        """Return when the stop of an acknowledged move was due at the latest."""
        settled = self._settled_at()
        runs_until = max(
            (
                max(press.at, settled) + press.seconds
                for press in self._presses
                if press.command == start.command and press.at > start.sent_at - LONGEST_WAIT
            ),
            default=settled,
        )
        return min(runs_until, max(settled, self._end_wanted_at), self._stop_sent_at)

    def _insisting(self, due: float) -> float:
        """Return by when a stop arrives that is tried until it does."""
        hindered = self.hindered_at
        if hindered <= due:
            return due + PROMPT
        if self.opened_at is None or hindered > due + GIVEN_UP - LONGEST_PAUSE:
            return NEVER
        return hindered + min(FIRST_PAUSE + hindered - due, LONGEST_PAUSE) + PROMPT

    def _of_an_unknown_start(self, start: Exchange, since: float) -> float:
        settled = self._settled_at()
        if self.hindered_at <= settled and since <= settled:
            return settled + PROMPT
        if self.hindered_at <= start.sent_at + LATE_START - 0.1:
            return max(start.sent_at + LATE_START, settled) + PROMPT
        return NEVER

    def _left_behind(self, start: Exchange, since: float, opened_at: float) -> float:
        if since <= opened_at:
            return self._insisting(opened_at)
        if self._clock_set_at >= start.sent_at:
            return NEVER  # nobody can tell any more how late it is
        return self._insisting(max(opened_at, start.sent_at + LATE_START))
