"""What goes wrong in virtual time: everything that is known to, and more of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
import random
from typing import Any

from simulator import Cloud, Fault
from simulator.codes import CODES

from .household import Household
from .journal import EVERYBODY, Journal
from .line import Bug
from .machine import MachineClock
from .rules import Rules

WRONG = ("html", "empty", "cut", "json_list", "json_other", "not_success", "redirect_loop")
LOST = ("reset_before", "reset_after", "reset_after")
ENDPOINTS = (
    *("*", "*", "capture", "controlling", "controlling", "controlling", "sendvoice", "liveurl"),
    *("onlinestatus", "talkurl", "token", "picture", "playlist", "flv"),
)
# Said of a start, these say nothing about the motor.
SAY_NOTHING = (
    *("20008", "49999", "60006", "60009", "77777", "60012", "20006", "LOCKED", "GONE"),
    *("INTERNAL_SERVER_ERROR", "TEMPORARILY_UNAVAILABLE", "EXTERNAL_SERVER_ERROR"),
)
STUCK = ("20008", "60006", "49999", "60009", "77777", "60020", "60000", "20007")
UPSTREAM = ("10002", "EXTERNAL_SERVER_ERROR", "20008", "20006")
LATEST = 9.8  # seconds; the rule says 10, and a start is on its way for some milliseconds
LONGEST_SLOW = 8.0  # seconds; less than any endpoint's patience, ways included
HOUR = 3600.0


class Mischief:
    """Makes trouble, and ends it."""

    def __init__(
        self,
        cloud: Cloud,
        household: Household,
        clock: MachineClock,
        rules: Rules,
        journal: Journal,
        chance: random.Random,
    ) -> None:
        """Take the victims."""
        self.made: Counter[str] = Counter()
        self._cloud = cloud
        self._household = household
        self._clock = clock
        self._rules = rules
        self._journal = journal
        self._chance = chance
        self._lasting: dict[asyncio.Task[None], None] = {}
        self._kinds: tuple[tuple[int, Callable[[], object]], ...] = (
            (20, self._some),
            (20, self._code),
            (8, self._hang),
            (6, self._slow),
            (14, self._late),
            (4, self._bug),
            (2, self._rival),
            (6, self._switch),
            (6, self._kill_live),
            (1, self._webrtc),
            (5, self._stuck),
            (4, self._upstream),
            (2, self._outage),
            (2, self._set_clock),
            (12, self._mend),
        )

    async def run(self, pace: float) -> None:
        """Make trouble until cancelled, every so many seconds on average."""
        weights, kinds = zip(*self._kinds, strict=True)
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / pace))
            self._chance.choices(kinds, weights)[0]()

    def end(self) -> None:
        """Mend everything."""
        for task in tuple(self._lasting):
            task.cancel()
        self._mend()
        for camera in self._cloud.cameras.values():
            camera.online = True

    def _add(self, kind: str, *, seconds: float | None = None, **about: Any) -> None:
        """Have a fault for a few calls, of one camera or of all."""
        about.setdefault("endpoint", self._chance.choice(ENDPOINTS))
        about.setdefault("serial", self._chance.choice(("*", self._serial())))
        about.setdefault("times", self._chance.choice((1, 1, 2, 5)))
        if seconds is not None:
            about["seconds"] = seconds
        self._force(Fault(kind, **about))

    def _force(self, fault: Fault) -> None:
        self.made[fault.kind] += 1
        self._journal.note(EVERYBODY, "trouble:", fault)
        self._cloud.faults.add(fault)

    def _last(self, seconds: float, fault: Fault) -> None:
        """Have a fault for some time."""
        self._force(fault)

        async def end() -> None:
            try:
                await asyncio.sleep(seconds)
            finally:
                if fault in self._cloud.faults.active:
                    self._cloud.faults.active.remove(fault)

        task = asyncio.create_task(end())
        self._lasting[task] = None
        task.add_done_callback(self._lasting.pop)

    def _serial(self) -> str:
        return self._chance.choice(list(self._cloud.cameras))

    def _some(self) -> None:
        self._add(
            self._chance.choice(WRONG + LOST), status=self._chance.choice((None, None, 504, 403))
        )

    def _code(self) -> None:
        code = self._chance.choice(list(CODES))
        as_number = code.isdecimal() and self._chance.random() < 0.3  # noqa: PLR2004 - some
        self._add("code", code=code, as_number=as_number)

    def _hang(self) -> None:
        self._add(
            "hang", seconds=self._chance.choice((0.5, 5.0, 40.0)), times=self._chance.choice((1, 2))
        )

    def _slow(self) -> None:
        self._add("slow", seconds=self._chance.uniform(0.1, LONGEST_SLOW), times=1)

    def _late(self) -> None:
        answered = self._chance.choice(
            ({"code": self._chance.choice(SAY_NOTHING)}, {"status": 502}, {"status": 504}, {})
        )
        seconds = self._chance.choice((0.0, 0.5, LATEST, self._chance.uniform(0, LATEST)))
        self._add("late", endpoint="controlling", seconds=seconds, times=1, **answered)

    def _bug(self) -> None:
        endpoint = self._chance.choice(("controlling", "controlling", "capture", "liveurl"))
        bug = Bug(endpoint, self._chance.random() < 0.5, self._chance.choice((1, 1, 3)))  # noqa: PLR2004
        self.made["bug"] += 1
        self._journal.note(EVERYBODY, "trouble:", bug)
        self._household.line.bugs.append(bug)

    def _rival(self) -> None:
        self.made["token killed"] += 1
        self._journal.note(EVERYBODY, "trouble: token killed")
        self._chance.choice((self._cloud.rival, self._cloud.revoke))()
        self._rules.tokens.expected("killed")
        self._rules.hindered()

    def _switch(self) -> None:
        camera = self._cloud.cameras[self._serial()]
        camera.online = self._chance.random() < 0.6  # noqa: PLR2004 - a bit more often on
        self.made["switched on or off"] += 1
        self._journal.note(camera.serial, "trouble: online", camera.online)

    def _kill_live(self) -> None:
        """Have a camera's live addresses die before their time."""
        serial = self._serial()
        self.made["live addresses killed"] += 1
        self._journal.note(serial, "trouble: live addresses die")
        self._cloud.cameras[serial].kill_live()
        self._rules.live.died(serial)

    def _webrtc(self) -> None:
        self._household.webrtc = not self._household.webrtc
        self.made["WebRTC came or went"] += 1
        self._journal.note(EVERYBODY, "trouble: WebRTC", self._household.webrtc)

    def _stuck(self) -> None:
        """Have a camera that cannot move, or a platform that says so."""
        code, serial = self._chance.choice(STUCK), self._serial()
        seconds = self._chance.choice((30.0, 120.0, 700.0))
        self._last(seconds, Fault("code", "controlling", serial, code=code))

    def _upstream(self) -> None:
        """Have one camera whose every call goes wrong."""
        serial, seconds = self._serial(), self._chance.uniform(30, 600)
        code = self._chance.choice(UPSTREAM)
        faults = (Fault("code", serial=serial, code=code), Fault("html", serial=serial, status=504))
        self._last(seconds, self._chance.choice(faults))

    def _outage(self) -> None:
        """Have the whole platform down."""
        seconds = self._chance.choice((10.0, 60.0, 300.0, 1200.0))
        faults = (
            Fault("html", status=504),
            Fault("hang", seconds=100.0),
            Fault("code", code="TEMPORARILY_UNAVAILABLE"),
            Fault("reset_before"),
        )
        self._last(seconds, self._chance.choice(faults))

    def _set_clock(self) -> None:
        seconds = self._chance.choice((9 * HOUR, -9 * HOUR, 60.0, -60.0, 2.0, -2.0, 24 * HOUR))
        self._clock.offset += seconds
        self.made["clock set"] += 1
        self._journal.note(EVERYBODY, "trouble: clock set by", seconds)
        self._rules.clock_set()

    def _mend(self) -> None:
        self._journal.note(EVERYBODY, "all mended")
        self._cloud.faults.clear()
        self._household.line.bugs.clear()
