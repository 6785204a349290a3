"""One HTTP exchange with the platform, whole: what comes back is an answer or a `SodaError`.

The vendor names no HTTP status for errors, so the body is looked at whatever the status
is, and a body that cannot be read is a failure of the connection, not of the credentials.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
import json
from typing import Any

import aiohttp
from yarl import URL

from .codes import error_of
from .errors import AnswerTimeout, CannotConnect, MalformedAnswer, RateLimited

MAX_ANSWER = 1 << 20  # bytes; real answers have some hundreds
MAX_TEXT = 200  # characters kept of an error description

type Payload = dict[str, Any]


async def read_limited(response: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Read a body, or None if it is longer than `limit` bytes."""
    if (response.content_length or 0) > limit:
        return None
    chunks = bytearray()
    async for chunk in response.content.iter_any():
        chunks += chunk
        if len(chunks) > limit:
            return None
    return bytes(chunks)


def reason(err: BaseException) -> str:
    """Say why a connection failed without the address, which may be signed.

    Nothing that an error is asked for need be there: a certificate error of aiohttp 3.11, which
    Home Assistant 2025.4 brings, has an `os_error` that raises.
    """
    text: object = getattr(getattr(err, "os_error", None), "strerror", None)
    return f"{type(err).__name__} {text}" if isinstance(text, str) else type(err).__name__


async def exchange(
    session: aiohttp.ClientSession,
    url: URL,
    *,
    seconds: float,
    secrets: Iterable[str] = (),
    body: object = None,
    form: aiohttp.FormData | None = None,
) -> Payload:
    """POST a JSON body or a form and return the JSON object that comes back.

    Raises:
        AnswerTimeout, CannotConnect, MalformedAnswer: if nothing readable came back.
        SodaError: whatever the platform answered, with `secrets` taken out of its text.

    """
    try:
        async with session.post(
            url,
            json=body if form is None else None,
            data=form,
            timeout=aiohttp.ClientTimeout(total=seconds),
            allow_redirects=False,  # a POST that is redirected loses its body
        ) as response:
            raw = await read_limited(response, MAX_ANSWER)
            status = response.status
    except TimeoutError:
        raise AnswerTimeout from None
    except (aiohttp.ClientError, OSError, ValueError) as err:
        # "from None": aiohttp's texts can hold the address, and with it the token.
        raise CannotConnect("", reason(err)) from None
    return _parse(raw, status, secrets)


def _redacted(value: object, secrets: Iterable[str]) -> str:
    text = str(value or "")
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _parse(raw: bytes | None, status: int, secrets: Iterable[str]) -> Payload:
    try:
        payload = json.loads(raw) if raw else None
    except (ValueError, RecursionError):  # the latter: a million brackets
        payload = None
    if isinstance(payload, dict) and payload.get("error"):
        code, text = (
            _redacted(payload.get(name), secrets)[:MAX_TEXT]
            for name in ("error", "error_description")
        )
        raise error_of(code, text)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimited("", "HTTP 429")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CannotConnect("", f"HTTP {status}")  # a gateway speaks, not the platform
    if not isinstance(payload, dict) or status >= HTTPStatus.MULTIPLE_CHOICES:
        raise MalformedAnswer("", f"HTTP {status}")
    return payload
