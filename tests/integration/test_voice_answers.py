"""What the platform answers to a sound, and several cameras."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.integration.common import OTHER, SERIAL, Act, count_arrived
from tests.integration.refusals import LOCAL, refused
from tests.integration.sounds import sound, wav

# --- the platform's answers


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("111001", "voice_format"),
        ("111003", "voice_failed"),
        ("111004", "voice_format"),
        ("111005", "voice_failed"),
        ("111008", "voice_empty"),
        ("20007", "device_offline"),
        ("111012", "device_busy"),
        ("424242", "unknown_code"),
    ],
)
async def test_what_the_platform_says_is_what_the_action_says(
    ready: None, media_folder: Path, cloud: Cloud, play: Act, code: str, key: str
) -> None:
    (media_folder / "chime.wav").write_bytes(wav(0.5))
    cloud.faults.add(Fault("code", "sendvoice", code=code))
    await refused(play(f"{LOCAL}chime.wav"), key)


@pytest.mark.parametrize(
    ("seconds", "key"), [(61, "voice_too_long"), (5, "voice_too_long"), (0.5, "voice_duration")]
)
async def test_a_length_that_the_platform_does_not_allow(
    ready: None,
    media_folder: Path,
    cloud: Cloud,
    sim: SimCamera,
    play: Act,
    seconds: float,
    key: str,
) -> None:
    cloud.max_voice_seconds = min(seconds - 0.1, 60)
    (media_folder / "long.wav").write_bytes(wav(seconds))
    error = await refused(play(f"{LOCAL}long.wav"), key)
    assert count_arrived(sim, "sendvoice") == 1, "it was not sent"
    if key == "voice_too_long":
        assert f"{seconds} s" in str(error)


async def test_more_than_a_minute_is_sent(
    ready: None, media_folder: Path, cloud: Cloud, sim: SimCamera, play: Act
) -> None:
    cloud.max_voice_seconds = 300
    (media_folder / "long.wav").write_bytes(wav(75))
    await play(f"{LOCAL}long.wav")
    assert sim.voices[0].duration == 75


# --- several cameras


async def test_several_cameras_at_once(
    ready: None, media_folder: Path, cloud: Cloud, act: Act
) -> None:
    (media_folder / "chime.ogg").write_bytes(sound("ogg"))
    cloud.faults.add(Fault("slow", "sendvoice", seconds=2))
    began = asyncio.get_running_loop().time()
    await act("send_voice", SERIAL, OTHER, file=str(media_folder / "chime.ogg"))
    assert asyncio.get_running_loop().time() - began < 3.9, "one after the other"
    assert [len(camera.voices) for camera in cloud.cameras.values()] == [1, 1]


async def test_one_failing_does_not_stop_the_other(
    ready: None, media_folder: Path, cloud: Cloud, act: Act
) -> None:
    (media_folder / "chime.ogg").write_bytes(sound("ogg"))
    cloud.faults.add(Fault("code", "sendvoice", serial=SERIAL, code="111003"))
    action = act("send_voice", SERIAL, OTHER, file=str(media_folder / "chime.ogg"))
    error = await refused(action, "voice_failed")
    assert "Camera 2" not in str(error)
    assert len(cloud.cameras[OTHER].voices) == 1


async def test_both_failing_are_both_named(
    ready: None, media_folder: Path, cloud: Cloud, act: Act
) -> None:
    (media_folder / "chime.ogg").write_bytes(sound("ogg"))
    cloud.faults.add(Fault("code", "sendvoice", serial=SERIAL, code="111003"))
    cloud.faults.add(Fault("code", "sendvoice", serial=OTHER, code="20008"))
    action = act("send_voice", SERIAL, OTHER, file=str(media_folder / "chime.ogg"))
    error = await refused(action, "several_failed")
    assert "Camera 2" in str(error)
