"""One camera: what it can do, what was asked of it, and the rules about asking it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .codes import NEVER_REACHED_DEVICE, PlatformError
from .motion import DIRECTIONS, Motor
from .revision import START, STOP
from .scene import Scene, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calls import Call
    from .clock import Clock
    from .motion import Position
    from .store import LiveAddresses
    from .voice import Voice

KEPT_VOICES: Final = 20
KEPT_CALLS: Final = 10_000


class SimCamera:
    """A device behind the platform.

    Attributes:
        live_life: seconds that its live addresses live; 0: as long as the platform's others.
        live_cut: seconds after which a live connection (FLV) is closed; 0: never. The address
            lives on.
        live_slow_start: seconds from the first look to the first picture, in both protocols.
        live_h265: its live picture is H.265, not H.264.
        live_sound: there is sound with it.
        live_outlasts: who is connected (FLV) when the address ends watches on.

    """

    live_life: float = 0
    live_cut: float = 0
    live_slow_start: float = 0
    live_h265: bool = False
    live_sound: bool = True
    live_outlasts: bool = False

    def __init__(
        self,
        serial: str,
        *,
        clock: Clock,
        live: LiveAddresses,
        report: Callable[[str], None],
        name: str,
        online: bool,
        ptz: bool,
        pan_tilt: bool,
        encrypted: bool,
        foreign: bool,
    ) -> None:
        """`report` is told of every breach of the rules."""
        self.serial = serial
        self.name = name
        self.ptz = ptz  # has motors at all
        self.pan_tilt = pan_tilt  # has motors for pan and tilt
        self.encrypted = encrypted
        self.foreign = foreign  # belongs to another user
        self.calls: list[Call] = []
        self.voices: list[Voice] = []
        self.voices_received = 0
        self.photos = 0
        self.scene = Scene(serial)
        self._clock = clock
        self._live = live
        self._report = report
        self._online = online
        self._motor = Motor(clock)
        self._pending = 0  # admitted calls without an answer
        self._last_answer: float | None = None

    @property
    def online(self) -> bool:
        """Whether the platform reaches the device."""
        return self._online

    @online.setter
    def online(self, online: bool) -> None:
        if not online:
            self._motor.halt()
        self._online = online

    @property
    def moving(self) -> int | None:
        """The command of the move that still wants its stop."""
        return self._motor.awaits_stop

    @property
    def position(self) -> Position:
        """Where it looks now."""
        return self._motor.position

    @property
    def view(self) -> View:
        """What it sees now."""
        return View(self.name, self.position, self._clock.time())

    def put_home(self) -> None:
        """Have it look straight ahead at once, as somebody's hand would."""
        self._motor = Motor(self._clock)

    def kill_live(self) -> None:
        """End all its live addresses at once."""
        self._live.kill(self.serial)

    def record(self, call: Call) -> None:
        """Write a call down, whatever becomes of it."""
        self.calls.append(call)
        del self.calls[:-KEPT_CALLS]

    def admit(self, call: Call, interval: float) -> None:
        """Let a call through to the device if the rules allow it now."""
        if call.endpoint == "controlling" and call.action == STOP:
            self._check_stop(call)
        else:
            self._check_spacing(call, interval)
            self._check_move(call)
        call.admitted = True
        self._pending += not call.needless

    def close(self, call: Call) -> None:
        """Note that an admitted call is answered; one that hung never was."""
        if call.needless:
            return  # it may come at any time, so a call on its way cannot know of it
        self._pending -= 1
        if call.code not in NEVER_REACHED_DEVICE and call.code != "hang":
            self._last_answer = call.answered

    def control(self, action: int, command: int) -> None:
        """Start or stop a move."""
        if not self.ptz:
            raise PlatformError("60000")
        if command in DIRECTIONS and not self.pan_tilt:
            raise PlatformError("60020")
        if action == START:
            self._motor.start(command)
        else:
            self._motor.stop()

    def hear(self, voice: Voice) -> None:
        """Keep a sound that arrived."""
        self.voices_received = voice.number
        self.voices.append(voice)
        del self.voices[:-KEPT_VOICES]

    def _check_stop(self, call: Call) -> None:
        """Accept every stop; one with the wrong command is a breach all the same."""
        call.needless = self.moving is None
        if self.moving is not None and call.command != self.moving:
            self._breach(call, f"stops command {call.command} while {self.moving} runs")

    def _check_spacing(self, call: Call, interval: float) -> None:
        if not interval:
            return
        if self._pending:
            self._breach(call, "arrived before the previous call was answered")
            raise PlatformError("TOO_MANY_REQUESTS")
        if self._last_answer is None:
            return
        gap = call.arrived - self._last_answer
        if gap < interval:
            self._breach(call, f"arrived {gap:.2f} s after an answer, {interval:g} s are wanted")
            raise PlatformError("TOO_MANY_REQUESTS")

    def _check_move(self, call: Call) -> None:
        starts = call.endpoint == "controlling"
        if self.moving is not None:
            self._breach(call, f"arrived while move {self.moving} runs")
        if starts and self._motor.homing:
            raise PlatformError("60009")
        if self.moving is not None:
            raise PlatformError("60006" if starts else "LOCKED")

    def _breach(self, call: Call, what: str) -> None:
        command = "" if call.command is None else f" {call.action}/{call.command}"
        self._report(f"{self.serial} {call.endpoint}{command} {what}")
