"""Reads what is wanted from the platform's answers."""

from __future__ import annotations

import math
from urllib.parse import parse_qs, urlsplit

from .errors import MalformedAnswer
from .transport import Payload


def text_of(answer: Payload, name: str) -> str:
    """Return a text that has to be there.

    Raises:
        MalformedAnswer: if it is not; so for every function here.

    """
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedAnswer("", f"no {name}")
    return value


def seconds_of(answer: Payload, name: str) -> float:
    """Return a span of time that is a number or the text of one."""
    try:
        seconds = float(answer.get(name) or 0)
    except (TypeError, ValueError, OverflowError):
        seconds = 0.0
    if not 0 < seconds < math.inf or answer[name] is True:
        raise MalformedAnswer("", f"no {name}")
    return seconds


def require_success(answer: Payload) -> None:
    """See that the platform has done what it was asked."""
    if answer.get("data") != "SUCCESS":
        raise MalformedAnswer("", "data is not SUCCESS")


def end_of(url: str) -> float | None:
    """Return the deadline that newer addresses carry (`expire`, epoch seconds), if any."""
    try:
        expire = parse_qs(urlsplit(url).query).get("expire", [""])[0]
    except ValueError:
        raise MalformedAnswer("", "url is no address") from None
    return float(expire) if expire.isdecimal() else None
