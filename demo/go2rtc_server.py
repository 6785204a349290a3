"""What shows live pictures by WebRTC: go2rtc where it is installed, else the stand-in for it."""

from __future__ import annotations

import os
from pathlib import Path
import shutil
import sys

from .child import Child, DemoError
from .options import ROOT
from .state import HOST

ENVIRONMENT = ROOT / ".venv-go2rtc-{}.{}".format(*sys.version_info)
INSTALLED = ENVIRONMENT / "installed-requirements_go2rtc.txt"

PORTS = 3  # for its API, for WebRTC, and for RTSP

# It keeps in this file what Home Assistant tells it. By RTSP it reads itself, to make Opus.
CONFIGURATION = """\
api:
  listen: {host}:{port}
rtsp:
  listen: {host}:{rtsp_port}
webrtc:
  listen: {host}:{webrtc_port}
  candidates: ["{host}:{webrtc_port}"]
  ice_servers: []
  filters:
    loopback: true
    interfaces: [lo, lo0]
"""


def find_go2rtc() -> Path | None:
    """Return the go2rtc that GO2RTC names or that is on PATH; raise DemoError if there is none."""
    named = os.environ.get("GO2RTC")
    found = shutil.which(named or "go2rtc")
    if named and not found:
        raise DemoError(f"GO2RTC={named} is no program.")
    return Path(found) if found else None


def go2rtc(folder: Path, port: int) -> Child | None:
    """Return what listens on this port, and the next ones, of this machine alone.

    None if there is nothing to start. The folder is there.
    """
    log = folder / "go2rtc.log"
    if program := find_go2rtc():
        configuration = folder / "go2rtc.yaml"
        configuration.write_text(
            CONFIGURATION.format(host=HOST, port=port, webrtc_port=port + 1, rtsp_port=port + 2)
        )
        return Child(f"go2rtc ({program})", ["-config", str(configuration)], log, program=program)
    if not INSTALLED.exists():
        return None
    arguments = ["-m", "demo.go2rtc", "--port", str(port)]
    python = ENVIRONMENT / "bin" / "python"
    return Child("The stand-in for go2rtc", arguments, log, program=python)
