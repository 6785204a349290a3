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
    Sound,
    Still,
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
    "SodaClient",
    "SodaError",
    "Sound",
    "Still",
    "SystemClock",
    "TalkAddress",
    "Token",
    "TokenStore",
]
