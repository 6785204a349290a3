"""Phrases: in the options, by the action, at the speaker's browser, and as the card is told."""

from __future__ import annotations

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.sodalife.phrases import MAX_PHRASES, Phrase, parsed
from simulator import Cloud
from simulator.camera import SimCamera
from tests.clock import ManualClock
from tests.integration.common import OTHER, SERIAL, Act, FindEntity, SetUp
from tests.integration.refusals import LOCAL, refused
from tests.integration.sounds import sound, wav


@pytest.mark.parametrize(
    ("line", "phrase"),
    [
        ("Welcome!", Phrase("Welcome!", "Welcome!")),
        ("  Welcome!  ", Phrase("Welcome!", "Welcome!")),
        ("Hello = Welcome, do come in!", Phrase("Hello", "Welcome, do come in!")),
        ("您好＝欢迎光临", Phrase("您好", "欢迎光临")),
        ("Dog=media-source://x/dog.mp3", Phrase("Dog", "media-source://x/dog.mp3")),
        ("Dog = https://x/dog?a=b", Phrase("Dog", "https://x/dog?a=b")),
        ("https://x/big%20dog.mp3?a=b", Phrase("big dog.mp3", "https://x/big%20dog.mp3?a=b")),
        ("= Welcome!", Phrase("Welcome!", "Welcome!")),
        ("x" * 70, Phrase("x" * 60, "x" * 70)),
    ],
)
def test_what_a_line_says(line: str, phrase: Phrase) -> None:
    assert parsed([line]) == [phrase]
    assert phrase.is_sound is ("://" in line)


def test_lines_that_say_nothing() -> None:
    assert parsed(["", "  ", "=", "Hello ="]) == []


async def test_a_text_is_spoken_and_a_sound_is_played(
    espeak: str, clock: ManualClock, set_up: SetUp, act: Act, cloud: Cloud, media_folder: Any
) -> None:
    (media_folder / "dog.wav").write_bytes(wav(3))
    lines = ["Welcome!", f"Dog = {LOCAL}dog.wav"]
    await set_up(SERIAL, OTHER, options={"phrases": lines})
    await act("say_phrase", SERIAL, OTHER, phrase="Welcome!")
    await clock.advance(30)
    await act("say_phrase", phrase="Dog")
    first, second = cloud.cameras[SERIAL].voices
    assert 0.4 < first.duration < 3
    assert second.data == wav(3)
    assert len(cloud.cameras[OTHER].voices) == 1


async def test_a_long_phrase_is_known_by_its_text(
    espeak: str, set_up: SetUp, act: Act, sim: SimCamera
) -> None:
    text = "The shop is closed now. " * 3
    await set_up(options={"phrases": [text]})
    await act("say_phrase", phrase=text)
    assert len(sim.voices) == 1


async def test_a_name_is_looked_for_before_what_others_say(
    espeak: str, set_up: SetUp, act: Act, sim: SimCamera, media_folder: Any
) -> None:
    (media_folder / "long.wav").write_bytes(wav(5))
    await set_up(options={"phrases": ["Hello = Welcome", f"Welcome = {LOCAL}long.wav"]})
    await act("say_phrase", phrase="Welcome")
    assert sim.voices[0].data == wav(5)


async def test_a_phrase_that_there_is_not(set_up: SetUp, act: Act, sim: SimCamera) -> None:
    await set_up(options={"phrases": ["Welcome!"]})
    error = await refused(act("say_phrase", phrase="Go away"), "phrase_unknown")
    assert "Go away" in str(error)
    assert sim.voices == []


async def test_phrases_stand_in_the_media_browser(
    hass: HomeAssistant,
    espeak: str,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    play: Act,
    sim: SimCamera,
    entity_id: FindEntity,
) -> None:
    await set_up(options={"phrases": ["Is 5 % enough?", "Hello = Welcome!"]})
    client = await hass_ws_client()

    async def browse(**where: str) -> dict[str, Any]:
        speaker = entity_id("media_player", "speaker")
        await client.send_json_auto_id(
            {"type": "media_player/browse_media", "entity_id": speaker, **where}
        )
        answer = await client.receive_json()
        assert answer["success"], answer
        found: dict[str, Any] = answer["result"]
        return found

    root = await browse()
    folder = root["children"][0]
    assert folder["title"] == "Phrases"
    assert len(root["children"]) > 1, "all other sounds are still there"
    where = {key: folder[key] for key in ("media_content_id", "media_content_type")}
    found = (await browse(**where))["children"]
    assert [item["title"] for item in found] == ["Is 5 % enough?", "Hello"]
    assert all(item["can_play"] for item in found)
    await play(found[0]["media_content_id"])
    assert sim.voices[0].duration > 0.4
    state = hass.states.get(entity_id("media_player", "speaker"))
    assert state is not None
    assert state.attributes["media_title"] == "Is 5 % enough?"


async def test_without_phrases_there_is_no_folder(
    hass: HomeAssistant, espeak: str, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    await set_up()
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {"type": "media_player/browse_media", "entity_id": "media_player.camera_1_speaker"}
    )
    answer = await client.receive_json()
    assert "Phrases" not in [item["title"] for item in answer["result"]["children"]]


async def test_a_phrase_in_the_browser_that_is_gone(set_up: SetUp, play: Act) -> None:
    await set_up()
    await refused(play("sodalife-phrase:Welcome%21"), "phrase_unknown")


async def configure(hass: HomeAssistant, entry_id: str, **options: Any) -> Any:
    flow = await hass.config_entries.options.async_init(entry_id)
    quick = {
        "snapshot_interval": 30,
        "call_interval": 0,
        "poll_interval": 60,
        "live_protocol": "hls",
        "ptz_pulse": 0.5,
    }
    return await hass.config_entries.options.async_configure(flow["flow_id"], {**quick, **options})


async def test_the_card_is_told_of_them_when_they_change(
    hass: HomeAssistant, set_up: SetUp, entity_id: FindEntity
) -> None:
    entry = await set_up()

    def told() -> Any:
        state = hass.states.get(entity_id("media_player", "speaker"))
        assert state is not None
        return state.attributes.get("phrases")

    assert told() is None
    await configure(hass, entry.entry_id, phrases=["Welcome!", "Dog = /local/dog.wav"])
    await hass.async_block_till_done()
    assert told() == ["Welcome!", "Dog"]
    await configure(hass, entry.entry_id, phrases=[])
    await hass.async_block_till_done()
    assert told() is None


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([str(number) for number in range(MAX_PHRASES)], None),
        ([str(number) for number in range(MAX_PHRASES + 1)], "too_many_phrases"),
        (["Hello", "Hello = Welcome!"], "phrase_twice"),
    ],
)
async def test_what_the_options_refuse(
    hass: HomeAssistant, set_up: SetUp, lines: list[str], error: str | None
) -> None:
    entry = await set_up()
    result = await configure(hass, entry.entry_id, phrases=lines, gong="bell")
    if error is None:
        assert result["type"] is FlowResultType.CREATE_ENTRY
        return
    assert result["errors"] == {"phrases": error}
    shown = {str(key): key.description for key in result["data_schema"].schema}
    assert shown["phrases"]["suggested_value"] == lines, "nobody has to type them again"
    assert shown["gong"]["suggested_value"] == "bell"


async def test_any_media_id_can_be_the_gong(
    hass: HomeAssistant, set_up: SetUp, media_folder: Any
) -> None:
    (media_folder / "own.mp3").write_bytes(sound("mp3"))
    entry = await set_up()
    assert entry.runtime_data.options["gong"] == "none"
    result = await configure(hass, entry.entry_id, gong=f" {LOCAL}own.mp3 ")
    assert result["data"]["gong"] == f"{LOCAL}own.mp3"
    (media_folder / "own.mp3").unlink()  # for now: it keeps nobody from other options
    result = await configure(hass, entry.entry_id, gong=f"{LOCAL}own.mp3", phrases=["Welcome!"])
    assert result["data"]["phrases"] == ["Welcome!"]


@pytest.mark.parametrize(
    "gong", ["Bell", f"{LOCAL}gone.mp3", f"{LOCAL}text.mp3", f"{LOCAL}song.wav", "media-source://x"]
)
async def test_a_gong_that_would_spoil_all_that_is_said_is_refused(
    hass: HomeAssistant, set_up: SetUp, media_folder: Any, gong: str
) -> None:
    (media_folder / "text.mp3").write_bytes(b"No sound" * 100)
    (media_folder / "song.wav").write_bytes(wav(6))
    entry = await set_up()
    result = await configure(hass, entry.entry_id, gong=gong)
    assert result["errors"] == {"gong": "gong_unusable"}


async def test_diagnostics_do_not_tell_them(
    hass: HomeAssistant, set_up: SetUp, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    address = "https://x/dog.mp3?key=Zw93k"
    entry = await set_up(options={"phrases": ["Welcome, Zw93k!", address], "gong": address})
    client = await hass_client()
    async with client.get(f"/api/diagnostics/config_entry/{entry.entry_id}") as response:
        text = await response.text()
    assert "phrases" in text
    assert "Zw93k" not in text
    state = hass.states.get("media_player.camera_1_speaker")
    assert state is not None
    assert state.attributes["phrases"] == ["Welcome, Zw93k!", "dog.mp3"]


async def test_what_a_phrase_needs_is_said_when_it_is_missing(set_up: SetUp, act: Act) -> None:
    await set_up(options={"phrases": ["Welcome!"]})
    with pytest.raises(HomeAssistantError) as caught:
        await act("say_phrase", phrase="Welcome!")
    assert caught.value.translation_key == "tts_no_engine"
