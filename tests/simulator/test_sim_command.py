"""The command `python -m simulator`, and what the package imports."""

from __future__ import annotations

import ast
import json
from pathlib import Path
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING
import urllib.request

import pytest

import simulator
from simulator.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(simulator.__file__).parent
ROOT = PACKAGE.parent


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "simulator", "--port", "0", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    with run("--camera", "SHOP0001:Shop", "--camera", "YARD0001:Yard:offline") as process:
        yield process
        process.kill()


def post(url: str, body: object) -> dict[str, str]:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as response:
        return json.load(response)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_logs_and_ends(
    process: subprocess.Popen[str], number: int, socket_enabled: None
) -> None:
    ready = process.stdout.readline()
    assert ready.startswith("SodaLife simulator at http://127.0.0.1:")
    root = ready.split()[3]
    credentials = {
        "grant_type": "client_credentials",
        "client_id": "demo-client",
        "client_secret": "demo-secret",
    }
    token = post(f"{root}/oauth2/access_token", credentials)["access_token"]
    calls = f"{root}/iot/cameras"
    body = {"device_serial": "SHOP0001", "protocol": "hls"}
    url = post(f"{calls}/liveurl?access_token={token}", body)["url"]
    body = {"device_serial": "YARD0001", "action": 0, "command": 8}
    assert post(f"{calls}/controlling?access_token={token}", body)["error"] == "20007"
    urllib.request.urlopen(url, timeout=5).close()  # the encoder runs

    started = time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=10)
    assert time.monotonic() - started < 3
    assert (process.returncode, errors) == (0, "")
    live, start = output.splitlines()
    assert live.split()[1:5] == ["SHOP0001", "liveurl", "hls", "ok"]
    assert start.split()[1:6] == ["YARD0001", "controlling", "start", "8", "20007"]
    assert token not in output


def test_a_wrong_serial_is_one_sentence() -> None:
    with run("--camera", "shop") as process:
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (1, "")
    assert errors == "The simulator cannot start: not a serial: 'shop'\n"


def test_its_options_are_explained(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["simulator", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert "--live-life" in capsys.readouterr().out


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_it_knows_nothing_of_the_integration(path: Path) -> None:
    """A misreading of the documents must not be shared by both sides."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        for name in names:
            assert name.partition(".")[0] not in {"custom_components", "homeassistant"}
