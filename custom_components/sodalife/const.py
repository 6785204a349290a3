"""Names and limits of the integration."""

from __future__ import annotations

import logging
from typing import Final

from .api import Command
from .api.live_protocol import AUTO

DOMAIN: Final = "sodalife"
LOGGER = logging.getLogger(__package__)

# 1.2: online checks are less frequent, see DEFAULT_OPTIONS; entries made before keep theirs.
ENTRY_VERSION: Final = 1
ENTRY_MINOR_VERSION: Final = 2
POLL_INTERVAL_BEFORE: Final = 60

DEFAULT_HOST: Final = "https://open.sodalife.xyz"
SUBENTRY_CAMERA: Final = "camera"

CONF_DEVICE_SERIAL: Final = "device_serial"
CONF_DEVICE_SERIALS: Final = "device_serials"
CONF_REVISION: Final = "revision"

OPT_SNAPSHOT_INTERVAL: Final = "snapshot_interval"
OPT_CALL_INTERVAL: Final = "call_interval"
OPT_POLL_INTERVAL: Final = "poll_interval"
OPT_LIVE_PROTOCOL: Final = "live_protocol"
OPT_PTZ_PULSE: Final = "ptz_pulse"
OPT_TTS_ENGINE: Final = "tts_engine"
OPT_KEEP_PHOTOS: Final = "keep_photos"
OPT_KEEP_DAYS: Final = "keep_days"
OPT_KEEP_MEGABYTES: Final = "keep_megabytes"
OPT_PHOTOS_PER_DAY: Final = "photos_per_day"
OPT_GONG: Final = "gong"
OPT_PHRASES: Final = "phrases"

KEEP_OFF: Final = "off"
KEEP_COMMANDED: Final = "commanded"  # by a button, an action, an automation, the card
KEEP_ALL: Final = "all"
KEEP: Final = (KEEP_OFF, KEEP_COMMANDED, KEEP_ALL)

DEFAULT_OPTIONS: Final = {
    OPT_SNAPSHOT_INTERVAL: 30,
    OPT_CALL_INTERVAL: 4,  # SodaLife "视频API", 接口说明 3: at least 4 s between calls
    OPT_POLL_INTERVAL: 300,
    OPT_LIVE_PROTOCOL: AUTO,
    OPT_PTZ_PULSE: 0.5,
    OPT_KEEP_PHOTOS: KEEP_OFF,
    OPT_KEEP_DAYS: 30,
    OPT_KEEP_MEGABYTES: 2000,
    OPT_PHOTOS_PER_DAY: 0,  # no limit
    OPT_GONG: "none",
}

# What Home Assistant's stream can read; `ezopen` is for the vendor's own players.
STREAM_PROTOCOLS: Final = ("hls", "hlshd", "flv", "flvhd", "rtmp", "rtmphd", "rtsp")
LIVE_PROTOCOLS: Final = (AUTO, *STREAM_PROTOCOLS)
ALL_PROTOCOLS: Final = (*STREAM_PROTOCOLS, "ezopen", "ezopenhd")

_LENS = (Command.ZOOM_IN, Command.ZOOM_OUT, Command.FOCUS_NEAR, Command.FOCUS_FAR)
_DIRECTIONS = tuple(command for command in Command if command not in {*_LENS, Command.HOME})
LENS_COMMANDS: Final = tuple(command.name.lower() for command in _LENS)
PTZ_COMMANDS: Final = (*LENS_COMMANDS, *(command.name.lower() for command in _DIRECTIONS))
