"""The rules, looked at whenever an instant is over."""

from __future__ import annotations

from collections.abc import Callable
import heapq
import itertools

from simulator import Cloud, Fault
from simulator.camera import SimCamera

from .course import FREE_AGAIN, NEVER
from .exchange import TOKEN, Exchange
from .journal import EVERYBODY, Journal
from .live_rules import LiveRules
from .token_rules import TokenRules
from .virtual_loop import VirtualLoop
from .watch import Watch

EPSILON = 0.001


class Violation(Exception):
    """A rule was broken."""

    def __init__(self, serial: str, what: str) -> None:
        """Say which camera is concerned."""
        super().__init__(what)
        self.serial = serial


class Promise:
    """Somebody gets an answer by some time."""

    def __init__(self, serial: str, what: str, due: float) -> None:
        """Note what is promised to whom."""
        self.serial = serial
        self.what = what
        self.due = due
        self.kept = False


class Rules:
    """Sees everything that goes on, and raises `Violation` at the end of a bad instant.

    Attributes:
        waiting: gives a camera's seconds between calls if somebody waits for a turn, else None.

    """

    def __init__(self, loop: VirtualLoop, cloud: Cloud, journal: Journal) -> None:
        """Look at a loop and at the cloud that lives on it."""
        self.watches: dict[str, Watch] = {}
        self.tokens = TokenRules(loop, cloud, self.broken)
        self.live = LiveRules(loop, cloud, self.broken)
        self.hindered_by_bugs = False
        self.waiting: Callable[[str], float | None] = lambda _: None
        self._loop = loop
        self._cloud = cloud
        self._journal = journal
        self._numbers = itertools.count()
        self._promises: list[tuple[float, int, Promise]] = []
        self._faulty: dict[Exchange, None] = {}  # under way, and met by a fault
        self._broken: Violation | None = None

    def watch(self, sim: SimCamera) -> None:
        """Watch a camera from now on."""
        self.watches[sim.serial] = Watch(sim)

    def clock_set(self) -> None:
        """Note that the client's time of day has jumped."""
        self.tokens.clock_set()
        for watch in self.watches.values():
            watch.clock_set(self._loop.time())

    def broken(self, serial: str, what: str) -> None:
        """Note that a rule was broken; the first one counts."""
        self._journal.note(serial, "BROKEN:", what)
        if self._broken is None:
            self._broken = Violation(serial, what)

    def breach(self, text: str) -> None:
        """Judge what the platform calls a breach of its rules."""
        serial = text.partition(" ")[0]
        watch = self.watches[serial]
        if "after an answer" in text or "before the previous" in text:
            excused = watch.crossed_by_a_stop()
        elif "stops command" in text:
            excused = watch.overtaken or watch.forgotten
        else:
            excused = watch.is_free(self._loop.time())
        if not excused:
            self.broken(serial, text)

    def promise(self, serial: str, what: str, seconds: float) -> Promise:
        """Note that somebody is to have an answer within some seconds."""
        promise = Promise(serial, what, self._loop.time() + seconds)
        heapq.heappush(self._promises, (promise.due, next(self._numbers), promise))
        return promise

    def sent(self, exchange: Exchange) -> None:
        """See something leave."""
        self._journal.note(exchange.serial or EVERYBODY, "sent", exchange)
        if exchange.endpoint == TOKEN:
            self._see_activity()
            self.tokens.sent(exchange)
        elif (watch := self.watches.get(exchange.serial)) is not None:
            watch.sent(exchange)

    def settled(self, exchange: Exchange) -> None:
        """See its sender learn what became of it."""
        now = self._loop.time()
        told = exchange.told()
        self._journal.note(exchange.serial or EVERYBODY, "told", exchange)
        post = exchange.post
        self._journal.seal(f"{exchange.sent_at} {post.path} {post.query} {post.fields} {told}")
        if self._faulty.pop(exchange, exchange) is None:
            self.hindered(exchange.serial)
        if exchange.endpoint == TOKEN:
            self._see_activity()
            if self.tokens.hopeless:
                self.hindered()  # until now
        self.tokens.settled(exchange)
        if (watch := self.watches.get(exchange.serial)) is not None:
            watch.settled(exchange, now)

    def _see_activity(self) -> None:
        """Note that calls to whichever camera may be waiting for a token."""
        for watch in self.watches.values():
            watch.active_at = self._loop.time()

    def met(self, exchange: Exchange, fault: Fault) -> None:
        """See a fault meet something."""
        self._journal.note(exchange.serial or EVERYBODY, "met", fault.kind, exchange.endpoint)
        if exchange.endpoint == TOKEN or exchange.stops or exchange.starts:
            self.hindered(exchange.serial)
            if exchange.settled_at is None:
                self._faulty[exchange] = None

    def met_bug(self, exchange: Exchange) -> None:
        """See a bug of our own keep something from going out, or its answer from being read."""
        self._journal.note(exchange.serial, "met a bug", exchange)
        self.hindered(exchange.serial)

    def moved(self, start: Exchange) -> None:
        """See a start make a motor turn."""
        self._journal.note(start.serial, "moves", start.command)
        self.watches[start.serial].moved(start, self._loop.time())

    def crashed(self) -> None:
        """See everything that was under way lose its sender."""
        self._faulty.clear()
        self.tokens.crashed()

    def hindered(self, serial: str = "") -> None:
        """Note that just now a stop was not possible, for one camera or for all."""
        for watch in self.watches.values():
            if serial in {"", watch.sim.serial}:
                watch.hindered_at = self._loop.time()

    def told_that_it_stopped(self, serial: str, since: float, command: int | None) -> None:
        """Check that what somebody wanted to stop, and was told that it has, did."""
        if self.watches[serial].moves_since(since, command):
            self.broken(serial, "somebody is told that it has stopped, but it moves")

    def told_of_address(self, serial: str, url: str) -> None:
        """Check that a live address which somebody was given is not dead."""
        self.live.told(serial, url)

    def told_of_a_stop(self, serial: str, since: float) -> None:
        """Check that a stop which somebody pressed went out, whatever is known to move."""
        watch = self.watches[serial]
        hindered = self._is_hindered(watch) or watch.hindered_at >= since
        if watch.stop_settled_at < since and not hindered:
            self.broken(serial, "a stop is pressed, but none goes out")

    def at_rest(self, until: float) -> None:
        """Check everything: nothing will happen until some time.

        Raises:
            Violation: if a rule is broken.

        """
        now = self._loop.time()
        for watch in self.watches.values():
            self._check_move(watch, now, until)
            self._check_queue(watch, now)
        while self._promises and self._promises[0][0] < until - EPSILON:
            _, _, promise = heapq.heappop(self._promises)
            if not promise.kept:
                self.broken(promise.serial, f"nobody answered in time: {promise.what}")
        if self._broken is not None:
            raise self._broken

    def _check_move(self, watch: Watch, now: float, until: float) -> None:
        deadline = watch.deadline(now)
        if deadline >= until - EPSILON:
            return
        if self._is_hindered(watch):
            watch.hindered_at = until
        elif watch.deadline(now) < until - EPSILON:
            late = max(now, deadline) - deadline
            self.broken(watch.sim.serial, f"moves on, {late:.1f} s after it had to be over")

    def _check_queue(self, watch: Watch, now: float) -> None:
        """See that those who wait are not kept from their turn for long without a reason.

        Stops come in between, and start the seconds between calls anew: whoever presses stop again
        and again has others wait. Stops that are tried on come with growing pauses.
        """
        interval = self.waiting(watch.sim.serial)
        if interval is None or watch.opened_at is None:
            watch.nobody_waited_at = now
            return
        free_since = max(
            watch.active_at, watch.held_until, watch.stop_settled_at, watch.nobody_waited_at
        )
        if now > free_since + FREE_AGAIN + interval + 1.0:
            self.broken(watch.sim.serial, f"closed for {now - free_since:.1f} s")

    def _is_hindered(self, watch: Watch) -> bool:
        """Tell whether the platform would not take a stop just now."""
        serial = watch.sim.serial
        return (
            self.hindered_by_bugs
            or self.tokens.hopeless
            or any(
                fault.matches("controlling", serial) or fault.matches(TOKEN, "")
                for fault in self._cloud.faults.active
            )
            or any(faulty.serial in {"", serial} for faulty in self._faulty)
        )

    @property
    def next_deadline(self) -> float:
        """When something that was promised is due."""
        return self._promises[0][0] if self._promises else NEVER
