"""Starts the demo for a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
import json
import os
from pathlib import Path
import random
import signal
import socket
import subprocess
import tempfile
import threading
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PATIENCE = 600  # seconds: the first start installs Home Assistant


@dataclass(frozen=True)
class Demo:
    """A running Home Assistant and the platform it talks to."""

    url: str
    platform: str
    go2rtc: str = ""
    pid: int = 0

    def state(self, serial: str) -> dict[str, Any]:
        """Return what the platform knows of a camera."""
        cameras = self._ask("/_sim/state")["cameras"]
        return next(camera for camera in cameras if camera["serial"] == serial)

    def change(self, serial: str, **properties: object) -> None:
        """Change a camera at the platform."""
        self._ask(f"/_sim/cameras/{serial}", properties)

    def add_fault(self, endpoint: str, code: str, serial: str) -> None:
        """Have an endpoint answer with a code."""
        fault = {"kind": "code", "endpoint": endpoint, "code": code, "serial": serial}
        self._ask("/_sim/faults", fault)

    def clear_faults(self) -> None:
        """Have everything work."""
        self._ask("/_sim/faults", method="DELETE")

    def end_go2rtc(self) -> None:
        """End go2rtc, or its stand-in, as a crash would; the demo starts it again 15 s later."""
        for pid in self._go2rtc():
            os.kill(pid, signal.SIGKILL)

    @property
    def has_go2rtc(self) -> bool:
        """Whether there is a process of it."""
        return bool(self._go2rtc())

    def _go2rtc(self) -> list[int]:
        search = ["pgrep", "-P", str(self.pid), "-f", "go2rtc"]
        found = subprocess.run(search, check=False, capture_output=True, text=True)
        return [int(pid) for pid in found.stdout.split()]

    def _ask(self, path: str, body: object = None, method: str | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.platform + path, data=data, method=method)
        with urlopen(request, timeout=10) as answer:
            content: dict[str, Any] = json.load(answer)
        return content


@contextmanager
def running_demo(*options: str) -> Iterator[Demo]:
    """Run a new demo in a folder of its own, on free ports."""
    with tempfile.TemporaryDirectory(prefix="sodalife-") as folder:
        port = free_ports()
        arguments = ["--port", str(port), "--folder", folder, "--fresh", *options]
        process = subprocess.Popen(
            [ROOT / "script" / "demo", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            wait_until_ready(process)
            yield Demo(*(f"http://{HOST}:{port + offset}" for offset in range(3)), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    """Wait for the demo's word that it is ready."""
    assert process.stdout is not None
    giving_up = threading.Timer(PATIENCE, process.terminate)
    giving_up.start()
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                return
    finally:
        giving_up.cancel()
    message = "".join(["The demo did not start:\n", *said])
    raise RuntimeError(message)


def free_ports(count: int = 5) -> int:
    """Return the first of some free ports in a row."""
    for port in random.sample(range(18200, 19200, count), 20):
        with ExitStack() as stack:
            try:
                for offset in range(count):
                    stack.enter_context(socket.socket()).bind((HOST, port + offset))
            except OSError:
                continue
            return port
    message = "No free ports."
    raise RuntimeError(message)
