"""Rules of the token desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Platform, Serve

CREDENTIALS = {
    "grant_type": "client_credentials",
    "client_id": "demo-client",
    "client_secret": "demo-secret",
}


async def test_a_token_lives_as_long_as_it_says(query: Platform) -> None:
    query.clock.advance(1)
    answer = await query.fetch(scope="iot:public,iot:control")
    assert answer.status == 200
    assert answer.json["expires_in"] == 7200
    query.token = answer.json["access_token"]
    query.clock.advance(7199)
    assert (await query.call("onlinestatus")).error == ""
    query.clock.advance(4)
    assert (await query.call("onlinestatus")).error == "10002"


async def test_a_new_token_kills_the_old_one(platform: Platform) -> None:
    old = platform.token
    platform.clock.advance(1)
    await platform.renew()
    assert (await platform.call("capture")).error == ""
    platform.token = old
    assert (await platform.later("capture")).error == "10002"


async def test_a_rival_kills_the_token_and_is_not_counted_as_ours(platform: Platform) -> None:
    platform.cloud.rival()
    assert (await platform.call("capture")).error == "10002"
    assert (platform.cloud.token_fetches, platform.cloud.token_requests) == (1, 1)
    platform.clock.advance(1)
    await platform.renew()
    assert (await platform.call("capture")).error == ""


async def test_a_revoked_token_is_dead(platform: Platform) -> None:
    platform.cloud.revoke()
    assert (await platform.call("capture")).error == "10002"


async def test_tokens_fetched_too_fast_are_refused(query: Platform) -> None:
    answer = await query.fetch()
    assert (answer.status, answer.error) == (429, "TOO_MANY_REQUESTS")
    query.clock.advance(1)
    assert (await query.fetch()).error == ""
    assert (query.cloud.token_fetches, query.cloud.token_requests) == (2, 3)


async def test_the_limit_can_be_off(serve: Serve) -> None:
    platform = await serve(token_fetch_interval=0)
    assert [(await platform.fetch()).error for _ in range(3)] == ["", "", ""]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "other"}, "INVALID_CLIENT"),
        ({"client_secret": "wrong"}, "INVALID_CLIENT"),
        ({"client_secret": 5}, "INVALID_REQUEST"),
        ({"client_id": ""}, "INVALID_REQUEST"),
        ({"grant_type": "password"}, "UNSUPPORTED_GRANT_TYPE"),
        ({"grant_type": None}, "INVALID_REQUEST"),
        ({"scope": "iot:everything"}, "INVALID_SCOPE"),
        ({"scope": ["iot:public"]}, "INVALID_REQUEST"),
    ],
)
async def test_wrong_requests_are_refused(
    query: Platform, changes: dict[str, object], code: str
) -> None:
    query.clock.advance(1)
    answer = await query.fetch(**changes)
    assert answer.error == code
    assert answer.status == 200
    assert set(answer.json) == {"error", "error_description", "error_uri"}
    assert (await query.call("capture")).error == ""  # the old token is still good


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"text"', b"\xff"])
async def test_what_is_no_json_object_is_an_invalid_request(query: Platform, data: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with query.client.post("/oauth2/access_token", data=data, headers=headers) as response:
        assert (await response.json())["error"] == "INVALID_REQUEST"


async def test_credentials_in_a_form_are_not_read(query: Platform) -> None:
    async with query.client.post("/oauth2/access_token", data=CREDENTIALS) as response:
        assert (await response.json())["error"] == "INVALID_REQUEST"


async def test_a_get_hands_out_nothing(query: Platform) -> None:
    assert (await query.get("/oauth2/access_token")).status == 405


async def test_a_frozen_application_gets_tokens_but_no_camera(platform: Platform) -> None:
    platform.cloud.frozen = True
    platform.clock.advance(1)
    await platform.renew()
    assert (await platform.call("capture")).error == "10005"
