"""The demo's command line and its words; that it runs is seen in the browser tests."""

from __future__ import annotations

import asyncio
from dataclasses import fields
import os
from pathlib import Path
import signal
import subprocess
import sys
from typing import Any

import pytest
import yaml

from custom_components.sodalife.phrases import error_in
from demo import go2rtc_server
from demo.child import DemoError
from demo.state import State
from demo.words import WORDS, Words

ROOT = Path(__file__).parents[1]
PORT = 18_000
TRANSLATIONS = ROOT / "custom_components" / "sodalife" / "translations"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [(["--help"], 0, "--fresh"), (["--no-such"], 2, "unrecognized arguments")],
)
def test_what_can_be_chosen_is_told_before_anything_is_installed(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    before = {path.name for path in ROOT.iterdir()}
    ended = subprocess.run(
        [ROOT / "script" / "demo", *arguments],
        env={**os.environ, "PYTHON": sys.executable, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == code
    assert says in ended.stdout + ended.stderr
    assert "Installing" not in ended.stderr
    assert {path.name for path in ROOT.iterdir()} == before


def test_the_demo_speaks_the_languages_of_the_integration() -> None:
    assert WORDS.keys() == {path.stem for path in TRANSLATIONS.glob("*.json")}
    for words in WORDS.values():
        assert "{platform}" in words.welcome
        assert "{serial}" in words.welcome
        assert error_in(words.phrases) is None
    english = WORDS["en"]
    for language in WORDS.keys() - {"en"}:
        same = [
            field.name
            for field in fields(Words)
            if getattr(WORDS[language], field.name) == getattr(english, field.name)
        ]
        assert same == [], language


async def test_go2rtc_that_is_named_runs_on_this_machine_alone_and_ends_with_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "my-go2rtc"
    program.write_text('#!/bin/sh\necho "started with $2"\nexec sleep 60\n')
    program.chmod(0o755)
    monkeypatch.setenv("GO2RTC", str(program))
    child = go2rtc_server.go2rtc(tmp_path, PORT)
    assert child is not None
    assert str(program) in child.name
    await child.start()
    log = tmp_path / "go2rtc.log"
    for _ in range(100):
        if log.read_text():
            break
        await asyncio.sleep(0.05)
    assert log.read_text().strip() == f"started with {tmp_path / 'go2rtc.yaml'}"
    settings = yaml.safe_load((tmp_path / "go2rtc.yaml").read_text())
    listens = [settings[part]["listen"] for part in ("api", "webrtc", "rtsp")]
    assert listens == [f"127.0.0.1:{PORT + offset}" for offset in range(3)]
    assert settings["webrtc"]["ice_servers"] == []
    await child.stop()
    assert await child.ended() == -signal.SIGTERM


def test_go2rtc_that_is_named_has_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GO2RTC", str(tmp_path / "nothing"))
    with pytest.raises(DemoError, match="nothing"):
        go2rtc_server.go2rtc(tmp_path, PORT)


@pytest.mark.parametrize("is_installed", [True, False])
def test_stand_in_takes_its_place_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_installed: bool
) -> None:
    monkeypatch.delenv("GO2RTC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    stamp = tmp_path / "installed"
    monkeypatch.setattr(go2rtc_server, "INSTALLED", stamp)
    if is_installed:
        stamp.touch()
    child = go2rtc_server.go2rtc(tmp_path, PORT)
    assert (child is not None) == is_installed
    if child is not None:
        assert "stand-in" in child.name


@pytest.mark.parametrize("address", ["http://127.0.0.1:18000", None])
def test_home_assistant_is_told_of_go2rtc_if_there_is_one(
    tmp_path: Path, address: str | None
) -> None:
    settings = settings_of(tmp_path, address)
    if address:
        assert settings["go2rtc"] == {"url": address}
        assert settings["web_rtc"] == {"ice_servers": []}
    else:
        assert not {"go2rtc", "web_rtc"} & settings.keys()


def test_what_is_done_is_kept_in_the_logbook_for_a_day(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert {"history", "logbook"} <= settings.keys()
    assert settings["recorder"] == {"purge_keep_days": 1}


def settings_of(folder: Path, go2rtc: str | None = None) -> dict[str, Any]:
    """Return the configuration that the demo writes."""
    state = State(folder)
    state.prepare(PORT, "en", go2rtc)
    text = (state.config / "configuration.yaml").read_text()
    settings: dict[str, Any] = yaml.safe_load(text.replace("!include", ""))  # Home Assistant's own
    return settings
