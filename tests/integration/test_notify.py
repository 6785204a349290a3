"""Messages that a camera speaks, with an engine that runs offline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import sys
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest

from demo.espeak.tts import EspeakEntity
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.integration.common import OTHER, SERIAL, Act, FindEntity, SetUp, count_arrived, state_of

type Spoken = list[tuple[str, str]]


@pytest.fixture
def say(hass: HomeAssistant, entity_id: FindEntity) -> Act:
    """Have cameras speak a message."""

    async def say(message: str, *serials: str) -> None:
        targets = [entity_id("notify", "speaker", serial) for serial in serials or (SERIAL,)]
        await hass.services.async_call(
            "notify",
            "send_message",
            {"entity_id": targets, "message": message},
            blocking=True,
        )

    return say


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    """Note what the engine is asked to say, in which language; it says it all the same."""
    spoken: Spoken = []
    speak = EspeakEntity.async_get_tts_audio

    async def note(self: EspeakEntity, message: str, language: str, options: Any) -> Any:
        spoken.append((message, language))
        return await speak(self, message, language, options)

    monkeypatch.setattr(EspeakEntity, "async_get_tts_audio", note)
    return spoken


async def refused(action: Any, key: str) -> str:
    """Check with which sentence an action fails; it names the camera."""
    with pytest.raises(HomeAssistantError) as caught:
        await action
    assert (caught.value.translation_domain, caught.value.translation_key) == ("sodalife", key)
    assert "Camera 1" in str(caught.value)
    return str(caught.value)


async def test_a_message_is_spoken(
    hass: HomeAssistant,
    espeak: str,
    set_up: SetUp,
    say: Act,
    sim: SimCamera,
    spoken: Spoken,
    entity_id: FindEntity,
) -> None:
    await set_up()
    assert state_of(hass, entity_id("notify", "speaker")) == "unknown"
    await say("The parcel is here.")
    assert spoken == [("The parcel is here.", "en")]
    (voice,) = sim.voices
    assert 0.5 < voice.duration < 3
    assert max(voice.peaks) > 0.1
    assert state_of(hass, entity_id("notify", "speaker")) != "unknown"
    state = hass.states.get(entity_id("media_player", "speaker"))
    assert state is not None
    assert (state.state, state.attributes["media_title"]) == ("playing", "The parcel is here.")


async def test_a_longer_message_is_a_longer_sound(
    espeak: str, set_up: SetUp, say: Act, cloud: Cloud
) -> None:
    await set_up(SERIAL, OTHER)
    await say("Hello.", SERIAL)
    await say("Hello, this is the shop. Please come to the door, somebody is waiting.", OTHER)
    short, long = (cloud.cameras[serial].voices[0].duration for serial in (SERIAL, OTHER))
    assert long > 3 * short


async def test_several_cameras_speak_at_once(
    espeak: str, set_up: SetUp, say: Act, cloud: Cloud, spoken: Spoken
) -> None:
    await set_up(SERIAL, OTHER)
    await say("Closing time.", SERIAL, OTHER)
    assert [len(camera.voices) for camera in cloud.cameras.values()] == [1, 1]
    assert len(spoken) == 1, "Home Assistant keeps what was said"


async def test_a_message_goes_before_sounds_that_wait(
    hass: HomeAssistant, espeak: str, set_up: SetUp, say: Act, sim: SimCamera, play: Act
) -> None:
    await set_up()
    await say("One.")
    speech = "media-source://tts/tts.espeak?message="
    tasks = [hass.async_create_task(play(f"{speech}Two {number}.")) for number in (1, 2)]
    await asyncio.sleep(0.1)
    await say("Now.")
    assert len(sim.voices) == 2
    await asyncio.gather(*tasks)
    assert len(sim.voices) == 4


# --- who speaks


async def test_without_any_engine(set_up: SetUp, say: Act, sim: SimCamera) -> None:
    await set_up()
    assert "text-to-speech" in await refused(say("Hello."), "tts_no_engine")
    assert count_arrived(sim, "sendvoice") == 0


async def test_the_engine_of_the_options(
    espeak: str, set_up: SetUp, say: Act, spoken: Spoken
) -> None:
    await set_up(options={"tts_engine": espeak})
    await say("Hello.")
    assert spoken == [("Hello.", "en")]


async def test_the_engine_of_the_options_is_gone(espeak: str, set_up: SetUp, say: Act) -> None:
    await set_up(options={"tts_engine": "tts.another"})
    assert "tts.another" in await refused(say("Hello."), "tts_engine_gone")


def _stand_in(voice: SimpleNamespace | Exception) -> ModuleType:
    """Stand in for a part of Home Assistant whose packages not every test machine has."""
    module = ModuleType("assist_pipeline")

    def async_get_pipeline(hass: HomeAssistant) -> SimpleNamespace:
        if isinstance(voice, Exception):
            raise voice
        return voice

    module.__dict__["async_get_pipeline"] = async_get_pipeline
    return module


def assistant(**about: str | None) -> SimpleNamespace:
    return SimpleNamespace(
        **({"tts_engine": "tts.espeak", "tts_language": "en", "tts_voice": None} | about)
    )


@pytest.mark.parametrize(
    ("preferred", "language"),
    [
        (assistant(tts_language="zh"), "zh"),
        (assistant(tts_engine=None, tts_language=None), "en"),
        (assistant(tts_engine="tts.gone", tts_language="zh"), "en"),
        (HomeAssistantError("there is none"), "en"),
    ],
    ids=["speaks Chinese", "does not speak", "its engine is gone", "is none"],
)
async def test_the_voice_of_the_preferred_assistant(
    hass: HomeAssistant,
    espeak: str,
    set_up: SetUp,
    say: Act,
    spoken: Spoken,
    monkeypatch: pytest.MonkeyPatch,
    preferred: Any,
    language: str,
) -> None:
    await set_up()
    hass.config.components.add("assist_pipeline")
    name = "homeassistant.components.assist_pipeline"
    monkeypatch.setitem(sys.modules, name, _stand_in(preferred))
    await say("Hello.")
    assert spoken == [("Hello.", language)]


async def test_a_voice_that_the_engine_does_not_have(
    hass: HomeAssistant, espeak: str, set_up: SetUp, say: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up()
    hass.config.components.add("assist_pipeline")
    name = "homeassistant.components.assist_pipeline"
    monkeypatch.setitem(sys.modules, name, _stand_in(assistant(tts_voice="bass")))
    await refused(say("Hello."), "tts_failed")


async def test_the_real_preferred_assistant(
    hass: HomeAssistant,
    espeak: str,
    set_up: SetUp,
    say: Act,
    spoken: Spoken,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for microphone in ("pymicro_vad", "pyspeex_noise"):  # nobody listens here
        monkeypatch.setitem(sys.modules, microphone, MagicMock())
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "assist_pipeline", {})
    from homeassistant.components import assist_pipeline  # noqa: PLC0415

    await set_up()
    pipeline = assist_pipeline.async_get_pipeline(hass)
    await assist_pipeline.async_update_pipeline(
        hass, pipeline, tts_engine=espeak, tts_language="zh", tts_voice=None
    )
    await say("你好。")
    assert spoken == [("你好。", "zh")]


# --- what can go wrong


@pytest.mark.parametrize("message", ["", "  \n"])
async def test_nothing_to_say(
    espeak: str, set_up: SetUp, say: Act, spoken: Spoken, message: str
) -> None:
    await set_up()
    await refused(say(message), "voice_empty")
    assert spoken == []


def _raises(err: Exception) -> Callable[..., Any]:
    async def raises(*_: Any, **__: Any) -> Any:
        raise err

    return raises


def _answers(*answer: Any) -> Callable[..., Any]:
    async def answers(*_: Any, **__: Any) -> Any:
        return answer

    return answers


@pytest.mark.parametrize(
    "speaks",
    [
        _raises(HomeAssistantError("the quota is used up")),
        _raises(RuntimeError("https://speech.example/?key=secret")),
        _answers(None, None),
        _answers("mp3", b"<html>not a sound</html>" * 500),
        _answers("mp3", b""),
    ],
    ids=["error", "bug", "nothing", "a page", "empty"],
)
async def test_an_engine_that_fails(
    espeak: str,
    set_up: SetUp,
    say: Act,
    sim: SimCamera,
    monkeypatch: pytest.MonkeyPatch,
    expected_log: list[str],
    request: pytest.FixtureRequest,
    speaks: Any,
) -> None:
    expected_log.append("homeassistant.components.tts: ")
    await set_up()
    monkeypatch.setattr(EspeakEntity, "async_get_tts_audio", speaks)
    case = request.node.callspec.id
    key = {"a page": "voice_format", "empty": "voice_empty"}.get(case, "tts_failed")
    assert "secret" not in await refused(say("Hello."), key)
    assert count_arrived(sim, "sendvoice") == 0


async def test_the_platform_fails(espeak: str, set_up: SetUp, say: Act, cloud: Cloud) -> None:
    await set_up()
    cloud.faults.add(Fault("code", "sendvoice", code="111003", times=1))
    await refused(say("Hello."), "voice_failed")
    await say("Hello.")
