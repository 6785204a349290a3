"""What tests of the client share: every call, and what it takes."""

from __future__ import annotations

import io
from typing import Any
import wave

import pytest

from custom_components.sodalife.api import (
    Command,
    Endpoint,
    Sound,
)
from tests.api.world import SERIAL


def sound(seconds: float = 0.5) -> Sound:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(range(250)) * int(seconds * 64))
    return Sound(file.getvalue(), "wav")


OPERATIONS: dict[Endpoint, Any] = {
    Endpoint.CAPTURE: lambda client: client.capture(SERIAL),
    Endpoint.CONTROL: lambda client: client.start(SERIAL, Command.ZOOM_IN),
    Endpoint.VOICE: lambda client: client.send_voice(SERIAL, sound()),
    Endpoint.LIVE: lambda client: client.live_url(SERIAL),
    Endpoint.ONLINE: lambda client: client.is_online(SERIAL),
    Endpoint.TALK: lambda client: client.talk_url(SERIAL),
}
SEED = (Endpoint.CAPTURE, Endpoint.CONTROL, Endpoint.VOICE, Endpoint.LIVE)
everywhere = pytest.mark.parametrize(
    ("revision", "endpoint"),
    [*(("query", endpoint) for endpoint in Endpoint), *(("body", endpoint) for endpoint in SEED)],
)
