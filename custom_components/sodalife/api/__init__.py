"""The SodaLife open platform's camera API, for asyncio.

Imports nothing from Home Assistant. `Camera` is where to start; `SodaClient` speaks to
the platform without regard for its rules about one device.
"""

from .camera import Camera
from .client import SodaClient
from .clock import Clock, SystemClock
from .errors import SodaError
from .http_transport import HttpTransport
from .models import (
    Clip,
    Command,
    Endpoint,
    LiveAddress,
    PhotoReason,
    Picture,
    Snapshot,
    Sound,
    TalkAddress,
    Timeouts,
    Token,
)
from .move import LeftMove, MoveRecord
from .speaker import NowPlaying, Place
from .token import TokenStore
from .transport import Answer, Post, Transport

__all__ = [
    "Answer",
    "Camera",
    "Clip",
    "Clock",
    "Command",
    "Endpoint",
    "HttpTransport",
    "LeftMove",
    "LiveAddress",
    "MoveRecord",
    "NowPlaying",
    "PhotoReason",
    "Picture",
    "Place",
    "Post",
    "Snapshot",
    "SodaClient",
    "SodaError",
    "Sound",
    "SystemClock",
    "TalkAddress",
    "Timeouts",
    "Token",
    "TokenStore",
    "Transport",
]
