"""What an answer says about a motor, read from the documents and not from the client's table."""

from __future__ import annotations

from enum import Enum, auto
import json

from custom_components.sodalife.api.transport import Answer

from .exchange import Exchange

# With these the device or the platform says that nothing moves (design.md, "PTZ"). The platform
# in this process keeps to it: what it answers so is never carried out.
REFUSALS = frozenset(
    {"60000", "60001", "60020", "60002", "60003", "60004", "60005", "10001", "20002", "20007"}
    | {"INVALID_RESOURCE", "INVALID_REQUEST", "INVALID_CLIENT", "INVALID_GRANT", "INVALID_SCOPE"}
    | {"10002", "UNAUTHORIZED", "UNAUTHORIZED_USER", "10028", "10029", "TOO_MANY_REQUESTS"}
)
RESULTS = ("picUrl", "url", "online", "access_token")
END_STOPS = frozenset({"60002", "60003", "60004", "60005"})
TOKEN_REFUSALS = frozenset({"10002", "INVALID_GRANT", "UNAUTHORIZED", "UNAUTHORIZED_USER"})
# After these it would take other credentials, or another contract, to get a token.
FINAL = frozenset(
    {"INVALID_CLIENT", "UNAUTHORIZED_CLIENT", "ACCESS_DENIED", "INVALID_SCOPE", "10005"}
    | {"INVALID_REDIRECT_URI", "UNSUPPORTED_RESPONSE_TYPE", "UNSUPPORTED_GRANT_TYPE"}
)


class Known(Enum):
    """What a sender knows of a start that it sent."""

    NOTHING_YET = auto()
    ACKNOWLEDGED = auto()
    REFUSED = auto()
    UNKNOWN = auto()


def code_of(exchange: Exchange) -> str | None:
    """Return the code that was answered, "" for success, None if nothing readable was."""
    answer = exchange.outcome
    if not isinstance(answer, Answer):
        return None
    try:
        body = json.loads(answer.body or b"")
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    if body.get("error"):
        return str(body["error"])
    return (
        "" if {"picUrl", "url", "online", "access_token"} & set(body) or _succeeded(body) else None
    )


def _succeeded(body: dict[str, object]) -> bool:
    return body.get("data") == "SUCCESS"


def known_of(start: Exchange) -> Known:
    """Return what the sender of a start knows."""
    if start.settled_at is None:
        return Known.NOTHING_YET
    code = code_of(start)
    if code == "":
        return Known.ACKNOWLEDGED
    return Known.REFUSED if code in REFUSALS else Known.UNKNOWN


def stopped(stop: Exchange) -> bool:
    """Tell whether the sender of a stop knows that nothing moves."""
    return (code := code_of(stop)) == "" or code in END_STOPS
