"""The two revisions of the platform's contract, each as one value.

Revision 2020-12-21 wants the token in the body, commands as text, and knows four
endpoints. Since 2020-12-22 the token travels in the query; since 2021-01-08 there are
`onlinestatus` and `talkurl`; since 2021-03-17 command 99. (SodaLife "视频API".)
Nothing outside this module may ask which revision is spoken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .errors import NotSupported
from .models import Command, Endpoint, Request

type Fields = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where the token goes, how a command is written, what there is to call."""

    revision: str
    token_in_query: bool
    command_value: Callable[[Command], str | int]
    endpoints: frozenset[Endpoint]
    commands: frozenset[Command]
    protocols: tuple[str, ...]

    def encode(self, request: Request, token: str) -> tuple[dict[str, str] | None, Fields]:
        """Return the query and the body fields of a call.

        Raises:
            NotSupported: if this revision has no such endpoint, command or protocol.

        """
        if request.endpoint not in self.endpoints:
            raise self._lacks(request.endpoint)
        fields: Fields = {"device_serial": request.serial}
        if (command := request.command) is not None:
            if command not in self.commands:
                if not request.stop:
                    raise self._lacks(command.name)
                # Begun in the other dialect, before this one was found: a stop has to go out.
                command = Command.ZOOM_IN
            fields |= {"action": int(request.stop), "command": self.command_value(command)}
        if (protocol := request.protocol) is not None:
            if protocol not in self.protocols:
                raise self._lacks(protocol)
            fields["protocol"] = protocol
        if self.token_in_query:
            return {"access_token": token}, fields
        return None, {"access_token": token, **fields}

    def knows(self, endpoint: Endpoint) -> bool:
        """Tell whether there is such an endpoint."""
        return endpoint in self.endpoints

    def _lacks(self, what: str) -> NotSupported:
        return NotSupported("", f"no {what} in revision {self.revision}")


BODY = Dialect(
    revision="body",
    token_in_query=False,
    command_value=lambda command: str(command.value),
    endpoints=frozenset(Endpoint) - {Endpoint.ONLINE, Endpoint.TALK},
    commands=frozenset(Command) - {Command.HOME},
    protocols=("hls", "ezopen"),
)
QUERY = Dialect(
    revision="query",
    token_in_query=True,
    command_value=lambda command: command.value,
    endpoints=frozenset(Endpoint),
    commands=frozenset(Command),
    protocols=(
        *("hls", "hlshd", "ezopen", "ezopenhd", "rtmp", "rtmphd", "flv", "flvhd"),
        "rtsp",  # Hikvision platforms only
    ),
)
DIALECTS = {dialect.revision: dialect for dialect in (QUERY, BODY)}


def other(dialect: Dialect) -> Dialect:
    """Return the dialect that is tried when this one is not understood."""
    return BODY if dialect is QUERY else QUERY
