"""From an HTTP request to what it asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from aiohttp import BodyPartReader

from .calls import Ask, Upload
from .voice import MAX_BYTES

if TYPE_CHECKING:
    from aiohttp import web

CHUNK: Final = 64 * 1024
MAX_FIELD_BYTES: Final = 4096


async def decode_call(request: web.Request, endpoint: str) -> Ask:
    """Read a request of the camera API; what cannot be read is simply not there."""
    fields: dict[str, object] = {}
    tokens: dict[str, str] = {}
    upload = None
    place = "body"
    if endpoint == "sendvoice" and request.content_type != "application/json":
        place = "form"
        fields, upload = await _read_form(request)
    else:
        body = await read_json(request)
        if isinstance(body, dict):
            fields = body
    if "access_token" in request.query:
        tokens["query"] = request.query["access_token"]
    if isinstance(token := fields.pop("access_token", None), str):
        tokens[place] = token
    return Ask(endpoint, request.host, tokens, fields, upload)


async def read_json(request: web.Request) -> object:
    """Return the JSON body, or None if it is none."""
    body = await request.read()
    if request.content_type != "application/json":
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None


async def _read_form(request: web.Request) -> tuple[dict[str, object], Upload | None]:
    """Return the text fields and the file of a form."""
    if request.content_type != "multipart/form-data":
        return dict(await request.post()), None
    fields: dict[str, object] = {}
    upload = None
    try:
        reader = await request.multipart()
        while part := await reader.next():
            if not isinstance(part, BodyPartReader):
                break
            if part.filename is not None and part.name == "voice_file":
                # Some clients send names beyond ASCII percent-encoded.
                upload = Upload(unquote(part.filename), await _read_part(part, MAX_BYTES))
            elif part.name:
                data = await _read_part(part, MAX_FIELD_BYTES)
                fields[part.name] = data.decode(errors="replace")
    except ValueError:  # a broken form
        return {}, None
    return fields, upload


async def _read_part(part: BodyPartReader, limit: int) -> bytes:
    """Return the part, or its beginning and one byte more than the limit."""
    data = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        if len(data) <= limit:
            data += chunk
    return bytes(data[: limit + 1])
