"""Keeping signed addresses out of what others log about a camera's stream."""

from __future__ import annotations

import logging

from ..api.foreign import hide_addresses


class SignedAddressFilter(logging.Filter):
    """Takes the signed part of addresses out of what a stream logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message; every record passes."""
        message = record.getMessage()
        clean = hide_addresses(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True


_FILTER = SignedAddressFilter()
# What opens addresses in libav: it says which, when the log of streams is at DEBUG.
_LIBAV_LOGGERS = tuple(
    f"libav.{name}"
    for name in ("NULL", "flv", "hls", "http", "https", "mpegts", "rtmp", "rtsp", "tcp", "tls")
)


def hide_signed_addresses(entity_id: str) -> None:
    """Keep signed addresses out of the log of a camera's stream."""
    names = (
        f"homeassistant.components.stream.stream.{entity_id}",
        "homeassistant.components.go2rtc.server",  # hands on what go2rtc says
        *_LIBAV_LOGGERS,
    )
    for name in names:
        logging.getLogger(name).addFilter(_FILTER)  # adding it twice changes nothing
