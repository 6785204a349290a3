"""Every fault, on every endpoint, in both dialects: the right sentence, and a recovery.

One test is one endpoint in one dialect with one HTTP status; it goes through all codes,
as text and as number. `CASES` counts what was gone through.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
import wave

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sodalife.api import Endpoint, picture as api_picture
from simulator import Cloud, Fault
from tests.clock import ManualClock, until
from tests.integration.common import DOMAIN, SERIAL, Act, FindEntity, SetUp, state_of
from tests.integration.faults import CODES, NETWORK, PICTURE

QUIET_TIMEOUT = 0.4  # real seconds, that a hanging answer is waited for
OPERATIONS = {
    "capture": "capture",
    "start": "controlling",
    "sendvoice": "sendvoice",
    "liveurl": "liveurl",
    "talkurl": "talkurl",
    "onlinestatus": "onlinestatus",
}
CASES: dict[str, int] = {}
# The camera is off, asleep or unknown here: the refusal is what tells, not a sentence.
TOKEN_KEYS = {"token_rejected", "token_paused"}


@pytest.fixture
def expected_log() -> list[str]:
    """Faults may be logged as what they are, in one line."""
    return [
        r"custom_components\.sodalife: The SodaLife platform cannot be reached",
        r"custom_components\.sodalife\.api\.stop_delivery: Camera \w+: stop not delivered yet",
    ]


@pytest.fixture
def sound(tmp_path: Path, hass: HomeAssistant) -> str:
    """Half a second of something to hear, where Home Assistant may read it."""
    path = tmp_path / "beep.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x00\x20\x00\xe0" * 2000)
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    return str(path)


def hurry(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
    """Wait shorter for answers that will not come."""
    client = bench.entry.runtime_data.client
    monkeypatch.setattr(client, "timeouts", dict.fromkeys(Endpoint, QUIET_TIMEOUT))
    monkeypatch.setattr(api_picture, "TIMEOUT", QUIET_TIMEOUT)


@pytest.fixture
async def running_clock(clock: ManualClock) -> AsyncIterator[ManualClock]:
    """Let the clock run some hundred times as fast as it should."""

    async def run() -> None:
        while True:
            await clock.advance(0.5)
            await asyncio.sleep(0.001)

    task = asyncio.create_task(run())
    yield clock
    task.cancel()
    await asyncio.wait({task})


@pytest.fixture(scope="module", autouse=True)
def _count(request: pytest.FixtureRequest) -> Iterator[None]:
    """Say at the end how many cases there were."""
    yield
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"\nfault matrix: {sum(CASES.values())} cases")


class Bench:
    """An entry, a camera, and a way to run one case after the other."""

    def __init__(
        self,
        hass: HomeAssistant,
        cloud: Cloud,
        clock: ManualClock,
        entry: MockConfigEntry,
        act: Callable[[], Awaitable[Any]],
        camera_id: str,
    ) -> None:
        self.hass, self.cloud, self.clock, self.entry = hass, cloud, clock, entry
        self.act, self.camera_id = act, camera_id
        self.failed: list[str] = []

    async def outcome(self) -> str:
        """Act, and tell what a user is told: the translation key, or "" for success."""
        try:
            await self.act()
        except HomeAssistantError as err:
            if err.translation_domain != DOMAIN or not err.translation_key:
                return f"untranslated: {err!r}"
            placeholders = err.translation_placeholders or {}
            if placeholders.get("camera") != "Camera 1":
                return f"names no camera: {err!r}"
            if err.translation_key == "unknown_code" and not (
                placeholders["code"] and placeholders["description"]
            ):
                return f"no code, no text: {err!r}"
            return err.translation_key
        except Exception as err:  # noqa: BLE001 - whatever else comes is what is looked for
            return f"leaked: {err!r}"
        return ""

    async def run(self, name: str, faults: list[Fault], expected: set[str]) -> None:
        """Have one fault, compare what is told, and see that the next call works."""
        for fault in faults:
            self.cloud.faults.add(fault)
        told = await self.outcome()
        if told not in expected:
            self.failed.append(f"{name}: told {told!r}, should be {expected}")
        self.cloud.faults.clear()
        # NOT_FOUND teaches that there is no such endpoint: not for the next case.
        self.entry.runtime_data.client.probe.missing.clear()
        await self.recover(name)
        CASES[name] = CASES.get(name, 0) + 1

    async def recover(self, name: str) -> None:
        """Wait, on the clock, for what may take its time; no restart is allowed."""
        camera = self.cloud.cameras[SERIAL]
        try:
            await until(lambda: camera.moving is None)
        except AssertionError:
            self.failed.append(f"{name}: still moving")
        # A pause, a contention, a quota; and a pause again: answers that were on their way while
        # a day went by came too late, and so may a new token.
        for patience in (0, 400, 4000, 90_000, 400, 4000):
            await self.clock.advance(patience)
            if state_of(self.hass, self.camera_id) == "unavailable":
                try:
                    await until(lambda: state_of(self.hass, self.camera_id) != "unavailable", 3)
                except AssertionError:
                    told = "unavailable"
                    continue
            if not (told := await self.outcome()):
                return
        self.failed.append(f"{name}: no recovery, {told!r}")


@pytest.fixture
async def bench(
    hass: HomeAssistant,
    cloud: Cloud,
    set_up: SetUp,
    act: Act,
    entity_id: FindEntity,
    sound: str,
    operation: str,
    running_clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Bench:
    """Set up a camera on which one operation will be tried again and again."""
    entry = await set_up(options={"poll_interval": 120})
    camera_id = entity_id("camera")
    soda = next(iter(entry.runtime_data.cameras.values()))

    async def online_check() -> None:
        # It belongs to no action, so it is asked for where the background check asks,
        # and its error is translated as the others are.
        from custom_components.sodalife.errors import translated  # noqa: PLC0415

        with translated("Camera 1"):
            await soda.check_online()

    acts: dict[str, Callable[[], Awaitable[Any]]] = {
        "capture": lambda: act("capture"),
        "start": lambda: act("ptz_move", command="zoom_in", duration=0.1),
        "sendvoice": lambda: act("send_voice", file=sound),
        "liveurl": lambda: _fresh_live(soda, act),
        "talkurl": lambda: act("get_talk_url", answers=True),
        "onlinestatus": online_check,
    }
    bench = Bench(hass, cloud, running_clock, entry, acts[operation], camera_id)
    await bench.recover("at the start")
    return bench


async def _fresh_live(soda: Any, act: Act) -> Any:
    soda.live.drop()
    return await act("get_live_url", answers=True)


def _expected(operation: str, code: str, key: str) -> set[str]:
    if key == "token_rejected":
        return TOKEN_KEYS
    if key == "ptz_end_stop" and operation == "start":
        return {""}  # the end of the range is no error
    if key == "device_offline" and operation == "onlinestatus":
        return {""}  # that is an answer
    if code == "NOT_FOUND" and operation == "onlinestatus":
        return {""}  # the platform has changed its contract: a live address tells, too
    return {key}


def _operations(revision: str) -> list[str]:
    return [op for op in OPERATIONS if revision == "query" or op not in ("talkurl", "onlinestatus")]


ALL = [(revision, op) for revision in ("query", "body") for op in _operations(revision)]


@pytest.mark.parametrize("status", [200, 401, 503])
@pytest.mark.parametrize(("revision", "operation"), ALL)
async def test_every_code(bench: Bench, operation: str, status: int) -> None:
    for code, key in CODES.items():
        for as_number in (False, True) if code.isdecimal() else (False,):
            fault = Fault(
                "code",
                OPERATIONS[operation],
                code=code,
                status=status,
                as_number=as_number,
                description="whatever the platform says",
            )
            name = f"{code}{' as number' if as_number else ''}"
            await bench.run(name, [fault], _expected(operation, code, key))
    _check(bench)


@pytest.mark.parametrize(("revision", "operation"), ALL)
async def test_every_network_fault(
    bench: Bench, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, key in NETWORK.items():
        with monkeypatch.context() as patch:
            if kind == "hang":
                hurry(patch, bench)
            await bench.run(kind, [Fault(kind, OPERATIONS[operation])], {key})
    _check(bench)


@pytest.mark.parametrize("revision", ["query", "body"])
@pytest.mark.parametrize("operation", ["capture"])
async def test_every_fault_of_a_picture(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, key in PICTURE.items():
        with monkeypatch.context() as patch:
            if kind == "hang":
                hurry(patch, bench)
            await bench.run(kind, [Fault(kind, "picture")], {key})
    _check(bench)


def _check(bench: Bench) -> None:
    """Nothing failed, nothing asked for credentials without need, nothing was broken."""
    assert bench.failed == []
    assert bench.entry.state is ConfigEntryState.LOADED
    assert [v for v in bench.cloud.violations if "token" in v.lower()] == []
    flows = bench.hass.config_entries.flow.async_progress()
    asked = {flow["context"]["source"] for flow in flows}
    assert asked <= {"reauth"}
