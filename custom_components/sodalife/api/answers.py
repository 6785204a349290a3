"""Reads the platform's answers.

The vendor names no HTTP status for errors, so the body is looked at whatever the status
is, and a body that cannot be read is a failure of the connection, not of the credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .codes import error_of
from .errors import (
    CannotConnect,
    InvalidClient,
    InvalidParameter,
    MalformedAnswer,
    NotPermitted,
    PlatformTrouble,
    RateLimited,
    SodaError,
    TokenRejected,
    VoiceTooLarge,
)
from .foreign import is_address
from .models import Endpoint, LiveAddress, TalkAddress, Token
from .transport import Answer

LIVE_LIFE = 240.0  # seconds that a live address is kept which does not name its end
TALK_LIFE = 300.0  # "talkurl", rev. 2021-01-08: valid for 5 minutes
MAX_LIFE = 10 * 365 * 86400.0  # seconds; what is said to live longer is a mistake

_STATUSES = frozenset(HTTPStatus)
_OF_THE_TOKEN_ENDPOINT = (
    CannotConnect,
    InvalidClient,
    InvalidParameter,
    NotPermitted,
    PlatformTrouble,
    RateLimited,
    TokenRejected,
)
RESULT_FIELD = {  # what only an answer of the platform has; a gateway's proves nothing
    Endpoint.CAPTURE: "picUrl",
    Endpoint.CONTROL: "data",
    Endpoint.VOICE: "data",
    Endpoint.LIVE: "url",
    Endpoint.ONLINE: "online",
    Endpoint.TALK: "url",
}

type Payload = dict[str, Any]


def payload_of(
    answer: Answer, secrets: Callable[[], Iterable[str]] = tuple, *, to_sound: bool = False
) -> Payload:
    """Return the JSON object that an answer (`to_sound`: to a sound that was sent) is.

    `secrets` gives what may not be repeated.

    Raises:
        CannotConnect, MalformedAnswer: if it is none.
        SodaError: whatever the platform answered.

    """
    try:
        payload = json.loads(answer.body) if answer.body else None
    except (ValueError, RecursionError):  # the latter: a million brackets
        payload = None
    fields: Payload | None = payload if isinstance(payload, dict) else None
    error = fields and fields.get("error")
    if fields and error and isinstance(error, str | int | float):
        raise error_of(error, fields.get("error_description"), secrets())
    _check_status(answer.status, to_sound=to_sound)
    if error or fields is None:
        raise MalformedAnswer("", f"HTTP {answer.status}")
    return fields


def _check_status(status: int, *, to_sound: bool) -> None:
    """Look at the status where the body is not the platform's: a proxy or a gateway speaks.

    It knows nothing of our credentials: 401, 403 and 407 are about those that it wants itself.
    """
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        kind: type[SodaError] = RateLimited
    elif status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and to_sound:
        kind = VoiceTooLarge  # nothing else that we send is large
    else:
        gateway = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        kind = CannotConnect if gateway else MalformedAnswer
    phrase = HTTPStatus(status).phrase if status in _STATUSES else ""
    raise kind("", f"HTTP {status} {phrase}".strip())


def text_of(answer: Payload, name: str) -> str:
    """Return an address or a token that has to be there.

    Raises:
        MalformedAnswer: if it is not; so for every function here.

    """
    value = answer.get(name)
    if not isinstance(value, str) or not is_address(value):
        raise MalformedAnswer("", f"no {name}")
    return value


def seconds_of(answer: Payload, name: str) -> float:
    """Return a span of time that is a number or the text of one."""
    try:
        seconds = float(answer.get(name) or 0)
    except (TypeError, ValueError, OverflowError):
        seconds = 0.0
    if not 0 < seconds < MAX_LIFE or answer[name] is True:
        raise MalformedAnswer("", f"no {name}")
    return seconds


def token_of(answer: Answer, secrets: Callable[[], Iterable[str]], now: float) -> Token:
    """Return the token in an answer to what was asked `now` (seconds since the epoch).

    Raises:
        SodaError: see `payload_of`; nothing that speaks of a device, as none was asked.

    """
    try:
        payload = payload_of(answer, secrets)
    except _OF_THE_TOKEN_ENDPOINT:
        raise
    except SodaError as err:
        raise SodaError(err.code, err.description) from None
    return Token(text_of(payload, "access_token"), now, now + seconds_of(payload, "expires_in"))


def require_success(answer: Payload) -> None:
    """See that the platform has done what it was asked."""
    if answer.get("data") != "SUCCESS":
        raise MalformedAnswer("", "data is not SUCCESS")


def live_address_of(answer: Payload, protocol: str, now: float) -> LiveAddress:
    """Return the live address in an answer that came `now` (epoch)."""
    url = text_of(answer, "url")
    end = end_of(url)
    if end is None or not 0 < end - now < MAX_LIFE:  # no end in it, or our clocks disagree
        return LiveAddress(url, protocol, now + LIVE_LIFE, names_end=False)
    return LiveAddress(url, protocol, end, names_end=True)


def end_of(url: str) -> float | None:
    """Return the deadline that newer addresses carry (`expire`, epoch seconds), if any."""
    try:
        expire = parse_qs(urlsplit(url).query).get("expire", [""])[0]
    except ValueError:
        raise MalformedAnswer("", "url is no address") from None
    return float(expire) if expire.isdecimal() else None


def talk_address_of(answer: Payload, now: float) -> TalkAddress:
    """Return the address to talk through in an answer of `now` (seconds since the epoch)."""
    return TalkAddress(text_of(answer, "url"), now + TALK_LIFE)
