"""What arrives at the platform, and what is written down about it."""

from __future__ import annotations

from dataclasses import dataclass, field
import time
from typing import Final

ACTION_NAMES: Final[dict[int | None, str]] = {0: "start", 1: "stop"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart form."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """A decoded request of the camera API."""

    endpoint: str
    host: str  # host and port the caller used: addresses in answers name it
    tokens: dict[str, str] = field(default_factory=dict)  # place it was found in: token
    fields: dict[str, object] = field(default_factory=dict)
    upload: Upload | None = None

    @property
    def serial(self) -> str:
        """The device asked for, as far as it is text."""
        serial = self.fields.get("device_serial")
        return serial if isinstance(serial, str) else ""


@dataclass(slots=True)
class Call:
    """One call to one camera; times in seconds since the epoch, by the platform's clock."""

    endpoint: str
    serial: str
    arrived: float
    action: int | None = None
    command: int | None = None
    protocol: str | None = None
    token_place: str = ""  # "query", "body", "form", several joined by "+", or ""
    answered: float | None = None
    code: str = ""  # "" is success, or no answer yet
    admitted: bool = False  # got as far as the device
    needless: bool = False  # a stop with nothing to stop

    def __str__(self) -> str:
        """Return a line for a log: time, serial, endpoint, command, code, duration."""
        clock = time.strftime("%H:%M:%S", time.localtime(self.arrived))
        what = self.protocol or "-"
        if self.command is not None:
            what = f"{ACTION_NAMES.get(self.action, '?')} {self.command}"
        duration = (
            "" if self.answered is None else f" {(self.answered - self.arrived) * 1000:.0f} ms"
        )
        serial, code = self.serial or "-", self.code or "ok"
        return f"{clock} {serial} {self.endpoint} {what} {code}{duration}"

    @classmethod
    def of(cls, ask: Ask, arrived: float) -> Call:
        """Write down a request before anybody has judged it."""
        protocol = ask.fields.get("protocol")
        return cls(
            ask.endpoint,
            ask.serial,
            arrived,
            action=_number(ask.fields.get("action")),
            command=_number(ask.fields.get("command")),
            protocol=protocol if isinstance(protocol, str) else None,
            token_place="+".join(ask.tokens),
        )


def _number(value: object) -> int | None:
    """Return a number for the record, right type or not."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if type(value) is int else None
