"""What differs between the two contract revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import FormData
import pytest

from simulator import Cloud

if TYPE_CHECKING:
    from .conftest import Platform, Serve

SERIAL = "TEST0001"


PATH = "/iot/cameras/capture"


async def test_query_reads_the_token_from_the_address_only(query: Platform) -> None:
    body = {"device_serial": SERIAL, "access_token": query.token}
    assert (await query.post_json(PATH, body)).error == "10002"
    assert (await query.post_json(f"{PATH}?access_token={query.token}", body)).error == ""
    assert [call.token_place for call in query.cam.calls] == ["body", "query+body"]


async def test_body_reads_the_token_from_the_body_only(body: Platform) -> None:
    path = f"{PATH}?access_token={body.token}"
    assert (await body.post_json(path, {"device_serial": SERIAL})).error == "10002"
    assert (await body.call("capture")).error == ""


@pytest.mark.parametrize("revision", ["query", "body"])
async def test_the_form_follows_the_revision(serve: Serve, revision: str) -> None:
    platform = await serve(revision=revision)
    form = FormData()
    form.add_field("voice_file", b"no sound", filename="a.mp3")
    form.add_field("device_serial", SERIAL)
    form.add_field("access_token", platform.token)
    async with platform.client.post("/iot/cameras/sendvoice", data=form()) as response:
        error = (await response.json())["error"]
    assert error == {"query": "10002", "body": "111001"}[revision]
    assert platform.cam.calls[-1].token_place == "form"


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_no_token_is_answered_like_a_wrong_one(platform: Platform, token: str) -> None:
    platform.token = token
    answer = await platform.call("capture")
    assert (answer.status, answer.error) == (200, "10002")
    assert (await platform.post_json(PATH, {"device_serial": SERIAL})).error == "10002"


@pytest.mark.parametrize(
    ("revision", "command", "code"),
    [
        ("query", 8, ""),
        ("query", 99, ""),
        ("query", "8", "10001"),
        ("query", 12, "10001"),
        ("query", -1, "10001"),
        ("query", 8.0, "10001"),
        ("query", True, "10001"),
        ("query", None, "10001"),
        ("body", "8", ""),
        ("body", 8, "10001"),
        ("body", "99", "10001"),
        ("body", "08", "10001"),
        ("body", "", "10001"),
        ("body", ["8"], "10001"),
    ],
)
async def test_the_type_of_a_command(
    serve: Serve, revision: str, command: object, code: str
) -> None:
    platform = await serve(revision=revision)
    answer = await platform.call("controlling", action=0, command=command)
    assert answer.error == code
    if not code:
        assert answer.json == {"data": "SUCCESS"}


@pytest.mark.parametrize("action", [None, "0", 2, True, 0.0])
async def test_action_is_an_integer_in_both(platform: Platform, action: object) -> None:
    command = 8 if platform.cloud.revision == "query" else "8"
    answer = await platform.call("controlling", action=action, command=command)
    assert answer.error == "10001"


@pytest.mark.parametrize(
    ("revision", "protocol", "code"),
    [
        ("query", None, "10001"),
        ("query", "", "10001"),
        ("query", "webrtc", "10001"),
        ("query", 1, "10001"),
        ("query", "rtsp", "60020"),
        ("query", "HlsHD", ""),
        ("query", "FLV", ""),
        ("body", None, ""),
        ("body", "hls", ""),
        ("body", "ezopen", ""),
        ("body", "hlshd", "10001"),
        ("body", "rtmp", "10001"),
        ("body", "HLS", "10001"),
    ],
)
async def test_protocols(serve: Serve, revision: str, protocol: object, code: str) -> None:
    platform = await serve(revision=revision)
    fields = {} if protocol is None else {"protocol": protocol}
    answer = await platform.call("liveurl", **fields)
    assert answer.error == code
    assert ("url" in answer.json) == (not code)


@pytest.mark.parametrize("endpoint", ["onlinestatus", "talkurl", "nothing"])
async def test_body_does_not_know_the_later_endpoints(body: Platform, endpoint: str) -> None:
    body.token = "wrong"  # not even looked at
    answer = await body.call(endpoint)
    assert (answer.status, answer.error) == (404, "NOT_FOUND")


async def test_query_knows_them(query: Platform) -> None:
    assert (await query.call("onlinestatus")).json == {"online": 1}
    url = (await query.later("talkurl")).json["url"]
    assert url.startswith(f"rtsp://127.0.0.1:554/talk/{SERIAL}?t=")


async def test_the_platform_can_change_under_us(query: Platform) -> None:
    query.cloud.revision = "body"
    answer = await query.post_json(f"{PATH}?access_token={query.token}", {"device_serial": SERIAL})
    assert set(answer.json) == {"error", "error_description"}
    assert answer.error == "10002"
    assert (await query.call("capture")).error == ""


def test_there_are_two_revisions() -> None:
    with pytest.raises(ValueError, match="no such revision"):
        Cloud(revision="2022")


async def test_the_status_of_errors_is_anybodys_guess(serve: Serve) -> None:
    platform = await serve(http_error_status=400)
    answer = await platform.call("capture", device_serial="")
    assert (answer.status, answer.error) == (400, "10001")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null"])
async def test_a_body_that_is_no_object_is_a_parameter_error(query: Platform, data: bytes) -> None:
    path = f"{PATH}?access_token={query.token}"
    headers = {"Content-Type": "application/json"}
    async with query.client.post(path, data=data, headers=headers) as response:
        assert (await response.json())["error"] == "10001"
