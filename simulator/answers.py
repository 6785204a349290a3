"""From what the platform says to an HTTP response."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from .cloud import Cloud
    from .codes import PlatformError

TOO_MANY_REQUESTS: Final = 429
NOT_FOUND: Final = 404


def success(body: object) -> web.Response:
    """Return a JSON body."""
    return web.json_response(body)


def failure(
    cloud: Cloud, error: PlatformError, *, status: int | None = None, as_number: bool = False
) -> web.Response:
    """Return an error body in the shape of the revision in force."""
    body: dict[str, object] = {
        "error": int(error.code) if as_number else error.code,
        "error_description": error.description,
    }
    if cloud.rules.token_in_query:
        body["error_uri"] = ""
    known = {"TOO_MANY_REQUESTS": TOO_MANY_REQUESTS, "NOT_FOUND": NOT_FOUND}
    if status is None:
        status = known.get(error.code, cloud.http_error_status)
    text = json.dumps(body, ensure_ascii=False)
    # Half a pair goes out the way that JSON spells it.
    raw = text.encode(errors="backslashreplace")
    return web.Response(body=raw, status=status, content_type="application/json", charset="utf-8")


def html(status: int, title: str) -> web.Response:
    """Return the kind of page a web server in front of the platform makes."""
    head = f"<html>\n<head><title>{status} {title}</title></head>\n"
    body = f"<body>\n<center><h1>{status} {title}</h1></center>\n</body>\n</html>\n"
    return web.Response(text=head + body, status=status, content_type="text/html")


def redirect(request: web.Request) -> web.Response:
    """Send the caller where it came to."""
    return web.Response(status=302, headers={"Location": request.raw_path})
