"""The two contract revisions of the camera API, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .codes import PlatformError

SEED_ENDPOINTS: Final = frozenset({"capture", "controlling", "sendvoice", "liveurl"})
SEED_COMMANDS: Final = frozenset(range(12))
HOME: Final = 99
START: Final = 0
STOP: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What one revision accepts."""

    name: str
    endpoints: frozenset[str]
    commands: frozenset[int]
    command_type: type[int | str]
    protocols: frozenset[str]
    default_protocol: str | None
    folds_protocol_case: bool

    @property
    def token_in_query(self) -> bool:
        """Whether the token travels in the address (otherwise in the body or form)."""
        return self.name == "query"

    def command(self, value: object) -> int:
        """Return the number of a `command` field of the right type."""
        # `type() is`: JSON's true is an int to isinstance, but not to the platform.
        if type(value) is not self.command_type:
            raise PlatformError("10001")
        known = {self.command_type(number): number for number in self.commands}
        if value not in known:
            raise PlatformError("10001")
        return known[value]

    def action(self, value: object) -> int:
        """Return a valid `action` field; it is an integer in both revisions."""
        if type(value) is not int or value not in (START, STOP):
            raise PlatformError("10001")
        return value

    def protocol(self, value: object) -> str:
        """Return the protocol asked for, or the default one."""
        if value is None:
            value = self.default_protocol
        if not isinstance(value, str):
            raise PlatformError("10001")
        protocol = value.lower() if self.folds_protocol_case else value
        if protocol not in self.protocols:
            raise PlatformError("10001")
        return protocol


REVISIONS: Final = {
    # 2020-12-21
    "body": Revision(
        name="body",
        endpoints=SEED_ENDPOINTS,
        commands=SEED_COMMANDS,
        command_type=str,
        protocols=frozenset({"hls", "ezopen"}),
        default_protocol="hls",
        folds_protocol_case=False,
    ),
    # 2020-12-22 to 2021-03-17
    "query": Revision(
        name="query",
        endpoints=SEED_ENDPOINTS | {"onlinestatus", "talkurl"},
        commands=SEED_COMMANDS | {HOME},
        command_type=int,
        protocols=frozenset(
            {"ezopen", "ezopenhd", "hls", "hlshd", "rtmp", "rtmphd", "flv", "flvhd", "rtsp"},
        ),
        default_protocol=None,
        folds_protocol_case=True,
    ),
}
