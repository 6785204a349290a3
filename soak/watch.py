"""One camera, watched from both ends: what moves, what its client knows, what is due."""

from __future__ import annotations

from collections import deque

from simulator.camera import SimCamera

from .course import NEVER, Course, Press
from .exchange import Exchange
from .verdict import Known, known_of, stopped

ABANDONED = 10.0  # seconds in which a stop may be answered that was not waited for
NEVER_YET = float("-inf")
PRESSES = 60  # more than fit into the time that one may wait for its turn


class Watch:
    """Watches one camera.

    Attributes:
        hindered_at: the last time at which the platform would not have taken a stop.
        opened_at: since when there is a client for it; None: there is none now.
        course: the last move that was asked for.
        mover: what made the motor turn last.
        held_until: the last time at which an acknowledged move, or one left by a crash, ran.
        active_at: the last time at which something other than a stop was under way.
        stop_settled_at: when a stop was answered last.
        nobody_waited_at: the last time at which nobody waited for a turn.

    """

    def __init__(self, sim: SimCamera) -> None:
        """Watch a camera that nobody uses yet."""
        self.sim = sim
        self.hindered_at = 0.0
        self.opened_at: float | None = None
        self.course: Course | None = None
        self.mover: Course | None = None
        self.held_until = self.active_at = 0.0
        self.nobody_waited_at = 0.0
        self._stop_abandoned_at = NEVER_YET
        self._held = False
        self._clock_set_at = 0.0
        self._presses: deque[Press] = deque(maxlen=PRESSES)
        self._courses: dict[Exchange, Course] = {}  # the last few
        self._under_way: dict[Exchange, None] = {}
        self._stops: dict[Exchange, None] = {}  # under way
        self._call_sent_at = self.stop_settled_at = 0.0

    def pressed(self, now: float, command: int | None, seconds: float = 0.0) -> None:
        """Note that somebody wants a move, or, without a command, a stop."""
        if command is not None:
            self._presses.append(Press(now, command, seconds))
        for course in {id(course): course for course in (self.course, self.mover)}.values():
            if course is not None and command != course.start.command:
                course.end_wanted_at = min(course.end_wanted_at, now)

    def sent(self, exchange: Exchange) -> None:
        """Note that something has left for this camera."""
        if exchange.starts:
            self.course = self._courses[exchange] = Course(exchange)
            while len(self._courses) > 8:  # noqa: PLR2004 - nothing is carried out so late
                del self._courses[next(iter(self._courses))]
        elif exchange.stops:
            for course in (self.course, self.mover):
                if course is not None and course.settled_at <= exchange.sent_at:
                    course.stop_sent_at = min(course.stop_sent_at, exchange.sent_at)
            self._stops[exchange] = None
        if not exchange.stops:
            self._under_way[exchange] = None
            self._call_sent_at = exchange.sent_at

    def moved(self, start: Exchange, now: float) -> None:
        """Note that a start made the motor turn."""
        if (course := self._courses.get(start)) is not None:
            self.mover, course.began_at = course, now

    def settled(self, exchange: Exchange, now: float) -> None:
        """Note that its sender knows what became of it."""
        if self._under_way.pop(exchange, exchange) is None:
            self.active_at = now
        if self._stops.pop(exchange, exchange) is None:
            self.stop_settled_at = now
            if exchange.told() == "sender left":
                self._stop_abandoned_at = now
        course = self.course
        if course is None:
            return
        if exchange is course.start and known_of(exchange) is Known.ACKNOWLEDGED:
            self._held = True
        elif exchange.stops and stopped(exchange) and exchange.sent_at >= course.settled_at:
            self._held = False

    def opened(self, now: float, *, left: bool) -> None:
        """Note that there is a client from now on; it may know of a move that was left behind."""
        self.opened_at, self._held = now, left
        self.active_at = self.held_until = now
        if left:
            for course in self._courses.values():
                course.left_at = now if course.left_at is None else course.left_at
                course.found_at = now

    def closing(self, now: float) -> None:
        """Note that the client lets go."""
        for course in (self.course, self.mover):
            if course is not None:
                course.end_wanted_at = min(course.end_wanted_at, now)

    def closed(self, now: float, *, crashed: bool) -> None:
        """Note that there is no client any more."""
        self.opened_at = None
        self._under_way.clear()
        self._stops.clear()
        for course in self._courses.values():
            if crashed:
                course.left_at, course.found_at = now, NEVER

    def clock_set(self, now: float) -> None:
        """Note that the time of day has jumped."""
        self._clock_set_at = now

    def deadline(self, now: float) -> float:
        """Look at the end of an instant; return by when the move under way has to be over."""
        if self._held:
            self.held_until = now
        if self._under_way:
            self.active_at = now
        if self.sim.moving is None or self.mover is None:
            return NEVER
        open_ = self.opened_at is not None
        return self.mover.deadline(self._presses, self.hindered_at, self._clock_set_at, open_=open_)

    @property
    def overtaken(self) -> bool:
        """Tell whether another start may have taken over while it moved: which one is a guess."""
        mover = self.mover
        return mover is None or any(
            known_of(course.start) is not Known.REFUSED
            for course in self._courses.values()
            if course.start.sent_at > mover.start.sent_at
        )

    @property
    def forgotten(self) -> bool:
        """Tell whether the client that there is now need not know of what moves."""
        if self.mover is None or self.opened_at is None:
            return True
        if self.mover.start.sent_at >= self.opened_at:
            return False
        left = self.mover.left_at is not None and not self.mover.forgotten
        return not left or self._clock_set_at >= self.mover.start.sent_at

    def crossed_by_a_stop(self) -> bool:
        """Tell whether a stop was under way when the last other call left: it waits for nothing."""
        lately = self._call_sent_at - ABANDONED  # it may be answered after its sender has left
        return (
            bool(self._stops)
            or self.stop_settled_at >= self._call_sent_at
            or (self._stop_abandoned_at >= lately)
        )

    def is_free(self, now: float) -> bool:
        """Tell whether others may be let through although something moves."""
        if self.mover is None or self.opened_at is None:
            return True
        return self.mover.is_free(now, self._presses, self._clock_set_at)

    def moves_since(self, since: float, command: int | None) -> bool:
        """Tell whether it moves still what should have been stopped.

        Without a command that is what moved at some time, else what was started after it.
        """
        mover = self.mover
        if self.sim.moving is None or mover is None:
            return False
        if command is None:
            return mover.began_at <= since
        acknowledged = known_of(mover.start) is Known.ACKNOWLEDGED
        return acknowledged and mover.start.sent_at >= since and mover.start.command == command
