"""The platform's rules as plain objects: no HTTP in here."""

from __future__ import annotations

import logging
import re
import secrets
from typing import TYPE_CHECKING, Final

from .actions import ACTIONS
from .calls import Call
from .camera import SimCamera
from .clock import SystemClock
from .codes import PlatformError
from .errands import Errands
from .faults import Faults
from .live import LiveStreams
from .revision import REVISIONS, Revision
from .store import LiveAddresses, Pictures
from .tokens import TokenDesk
from .voice import recognise
from .workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calls import Ask
    from .clock import Clock

CALLS: Final = logging.getLogger("simulator.calls")
SERIAL: Final = re.compile(r"[A-Z0-9]{4,32}")
KEPT_VIOLATIONS: Final = 1000


class Cloud:
    """The whole platform: one application, its cameras, and the rules."""

    def __init__(
        self,
        *,
        revision: str = "query",
        clock: Clock | None = None,
        client_id: str = "demo-client",
        client_secret: str = "demo-secret",  # noqa: S107  there is nothing behind it
        interval: float = 4.0,
        token_life: int = 7200,
        token_fetch_interval: float = 1.0,
        live_life: float = 300.0,
        talk_life: float = 300.0,
        picture_life: float = 7200.0,
        picture_size: tuple[int, int] = (1280, 720),
        capture_seconds: float = 0.0,
        max_voice_seconds: float = 60.0,
        http_error_status: int = 200,
        only_served: bool = False,
        make_secret: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        """Open for business. Times in seconds; 0 switches an interval off."""
        self.clock: Clock = clock or SystemClock()
        self.revision = revision
        self.interval = interval
        self.talk_life = talk_life
        self.picture_size = picture_size
        self.capture_seconds = capture_seconds
        self.max_voice_seconds = max_voice_seconds
        self.http_error_status = http_error_status
        self.only_served = only_served  # no live address that nobody serves here
        self.frozen = False  # the application, by the vendor
        self.cameras: dict[str, SimCamera] = {}
        self.violations: list[str] = []
        self.faults = Faults()
        self.errands = Errands(self.clock)
        self.workshop = Workshop()
        self.make_secret = make_secret  # of so many bytes, as hexadecimal digits
        self.pictures = Pictures(self.clock, picture_life, make_secret)
        self.live = LiveAddresses(self.clock, live_life, make_secret)
        self.streams = LiveStreams()
        self.desk = TokenDesk(
            self.clock,
            client_id=client_id,
            client_secret=client_secret,
            token_life=token_life,
            fetch_interval=token_fetch_interval,
            make_secret=make_secret,
        )

    @property
    def revision(self) -> str:
        """The contract the platform keeps: `body` or `query`. May change at any time."""
        return self.rules.name

    @revision.setter
    def revision(self, revision: str) -> None:
        if revision not in REVISIONS:
            raise ValueError(f"no such revision: {revision}")
        self.rules: Revision = REVISIONS[revision]

    @property
    def token_fetches(self) -> int:
        """How many tokens were handed out over the counter."""
        return self.desk.fetches

    @property
    def token_requests(self) -> int:
        """How often somebody asked for one."""
        return self.desk.requests

    def add_camera(
        self,
        serial: str,
        *,
        name: str = "",
        online: bool = True,
        ptz: bool = True,
        pan_tilt: bool = True,
        encrypted: bool = False,
        foreign: bool = False,
    ) -> SimCamera:
        """Make a camera known to the platform."""
        if not SERIAL.fullmatch(serial):
            raise ValueError(f"not a serial: {serial!r}")
        if serial in self.cameras:
            raise ValueError(f"there is a camera {serial} already")
        self.cameras[serial] = camera = SimCamera(
            serial,
            clock=self.clock,
            live=self.live,
            report=self.report,
            name=name or serial,
            online=online,
            ptz=ptz,
            pan_tilt=pan_tilt,
            encrypted=encrypted,
            foreign=foreign,
        )
        return camera

    def rival(self) -> str:
        """Let somebody else fetch a token, which kills the current one."""
        return self.desk.issue()

    def revoke(self) -> None:
        """Make the current token invalid; there is no other."""
        self.desk.revoke()

    def report(self, violation: str) -> None:
        """Write down a breach of the rules."""
        self.violations.append(violation)
        del self.violations[:-KEPT_VIOLATIONS]

    def open(self, ask: Ask, arrived: float) -> Call:
        """Write down a call that arrived."""
        call = Call.of(ask, arrived)
        if camera := self.cameras.get(call.serial):
            camera.record(call)
        return call

    def admit(self, call: Call, ask: Ask) -> None:
        """Check a call in the platform's order: service, token, parameters, device, time."""
        if call.endpoint not in self.rules.endpoints:
            raise PlatformError("NOT_FOUND")
        if self.frozen:
            raise PlatformError("10005")
        place = "query" if self.rules.token_in_query else self.body_place(call.endpoint)
        if not self.desk.accepts(ask.tokens.get(place)):
            raise PlatformError("10002")
        self._check_parameters(call, ask)
        self._known_camera(call).admit(call, self.interval)

    async def perform(self, call: Call, ask: Ask) -> dict[str, object]:
        """Do what an admitted call asks for."""
        camera = self.cameras[call.serial]
        if not camera.online and call.endpoint != "onlinestatus":
            raise PlatformError("20007")
        return await ACTIONS[call.endpoint](self, camera, call, ask)

    def close(self, call: Call) -> None:
        """Write down that a call is answered."""
        call.answered = self.clock.time()
        if call.admitted:
            self.cameras[call.serial].close(call)
        CALLS.info("%s", call)

    async def shut_down(self) -> None:
        """End every thread, and what is to be done later. The cloud can be used again."""
        await self.errands.cancel()
        await self.workshop.run(self.streams.close)
        self.workshop.close()

    @staticmethod
    def body_place(endpoint: str) -> str:
        """Where a token that is not in the address stands."""
        return "form" if endpoint == "sendvoice" else "body"

    def _check_parameters(self, call: Call, ask: Ask) -> None:
        """Refuse malformed parameters, and write the others down as understood."""
        if not ask.serial:
            raise PlatformError("111010" if call.endpoint == "sendvoice" else "10001")
        if call.endpoint == "controlling":
            call.action = self.rules.action(ask.fields.get("action"))
            call.command = self.rules.command(ask.fields.get("command"))
        elif call.endpoint == "liveurl":
            call.protocol = self.rules.protocol(ask.fields.get("protocol"))
        elif call.endpoint == "sendvoice":
            if ask.upload is None or not ask.upload.data:
                raise PlatformError("111008")
            recognise(ask.upload.data)

    def _known_camera(self, call: Call) -> SimCamera:
        if not SERIAL.fullmatch(call.serial):
            raise PlatformError("20014")
        camera = self.cameras.get(call.serial)
        if camera is None:
            raise PlatformError("20002")
        if camera.foreign:
            raise PlatformError("10051" if call.endpoint == "capture" else "20018")
        return camera
