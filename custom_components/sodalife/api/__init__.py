"""The SodaLife open platform's camera API, for asyncio.

Imports nothing from Home Assistant. `Camera` is where to start; `SodaClient` speaks to
the platform without regard for its rules about one device.
"""

from .camera import Camera
from .client import SodaClient
from .clock import Clock, SystemClock
from .errors import SodaError
from .models import (
    Clip,
    Command,
    Endpoint,
    LiveAddress,
    Picture,
    Snapshot,
    Sound,
    TalkAddress,
    Token,
)
from .speaker import NowPlaying, Place
from .token import TokenStore

__all__ = [
    "Camera",
    "Clip",
    "Clock",
    "Command",
    "Endpoint",
    "LiveAddress",
    "NowPlaying",
    "Picture",
    "Place",
    "Snapshot",
    "SodaClient",
    "SodaError",
    "Sound",
    "SystemClock",
    "TalkAddress",
    "Token",
    "TokenStore",
]
