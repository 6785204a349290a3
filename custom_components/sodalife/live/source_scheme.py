"""What WebRTC providers may know of a camera's source before somebody watches."""

from __future__ import annotations

_SCHEMES = {"rtmp": "rtmp", "rtmphd": "rtmp", "rtsp": "rtsp"}


class SourceScheme:
    """Stands in for a camera where WebRTC providers want to see the scheme of its source.

    Home Assistant asks for that when a camera is added and when a provider comes or goes: it must
    cost no call, and cannot fail.
    """

    def __init__(self, protocol: str) -> None:
        """Take the protocol of the live picture."""
        self._scheme = _SCHEMES.get(protocol, "http")

    async def stream_source(self) -> str:
        """Return an address with the right scheme, and nothing behind it."""
        return f"{self._scheme}://127.0.0.1/"
