"""Any JSON at every endpoint: no exception but the client's own, and nothing that can't be kept."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import orjson
import pytest

from custom_components.sodalife.api import Answer, Command, Post, SodaClient, SodaError
from custom_components.sodalife.api.device import Device
from custom_components.sodalife.api.errors import PictureUnusable
from custom_components.sodalife.api.fetch import Unfetchable
from custom_components.sodalife.api.live_content import LiveContent
from custom_components.sodalife.api.models import Picture
from simulator.codes import CODES
from soak.spellings import WAYS, found_in
from tests.api.answers import sound
from tests.api.world import SERIAL
from tests.clock import ManualClock

SECRET = 'demo/Secret+é"1'
TOKEN = "a-token-of/the platform+1"

texts = st.one_of(
    st.text(st.characters(exclude_categories=())),  # halves of pairs, too
    st.sampled_from(list(CODES)),
    st.builds(
        lambda before, way, secret, after: before + way(secret) + after,
        st.text(max_size=5),
        st.sampled_from(WAYS),
        st.sampled_from([SECRET, TOKEN]),
        st.text(max_size=5),
    ),
)
scalars = st.one_of(texts, st.integers(), st.floats(), st.booleans(), st.none())
anything = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8
)
fields = st.sampled_from(
    [
        *("error", "error_description", "data", "url", "picUrl", "online"),
        *("access_token", "expires_in"),
    ]
)
bodies = st.one_of(
    st.dictionaries(fields, anything).map(json.dumps).map(str.encode),
    st.fixed_dictionaries({"error": scalars, "error_description": texts})
    .map(json.dumps)
    .map(str.encode),
    anything.map(json.dumps).map(str.encode),
    st.binary(),
)
statuses = st.sampled_from([200, 200, 200, 302, 401, 404, 407, 413, 429, 500, 504, 0, 999])
answers = st.builds(Answer, statuses, st.none() | bodies)


class Line:
    """Answers with what it is given, and then with the same for ever."""

    def __init__(self, endpoint: str, *said: Answer) -> None:
        self.endpoint = endpoint
        self.said = list(said)

    async def post(self, post: Post) -> Answer:
        post.on_send()
        if post.path.rpartition("/")[2] != self.endpoint:
            token = {"access_token": TOKEN, "expires_in": 7200}
            return Answer(200, json.dumps(token).encode())
        return self.said.pop(0) if len(self.said) > 1 else self.said[0]

    async def picture(self, address: str) -> Picture:
        raise PictureUnusable

    async def live_content(self, address: str) -> LiveContent:
        raise Unfetchable


CALLS: dict[str, Any] = {
    "access_token": lambda device: device.client.tokens.get(),
    "capture": lambda device: device.capture(),
    "controlling": lambda device: device.start(Command.UP, lambda: None),
    "sendvoice": lambda device: device.send_voice(sound()),
    "liveurl": lambda device: device.live_url("hls"),
    "onlinestatus": lambda device: device.check_online(),
    "talkurl": lambda device: device.talk_url(),
}


@pytest.mark.parametrize("endpoint", CALLS)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,  # new ones are what script/fuzz is for
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=st.lists(answers, min_size=1, max_size=3))
async def test_whatever_is_answered(
    caplog: pytest.LogCaptureFixture, endpoint: str, said: list[Answer]
) -> None:
    client = SodaClient(Line(endpoint, *said), "demo-client", SECRET, clock=ManualClock())
    device = Device(client, SERIAL)
    told: list[str] = []
    try:
        result = await CALLS[endpoint](device)
    except SodaError as err:
        told += [str(err), repr(err), err.code, err.description]
    else:
        orjson.dumps(getattr(result, "url", result) if endpoint != "access_token" else None)
    if (failure := device.last_failure) is not None:
        told += [failure.error.code, failure.error.description]
    told += [stats.last_error for stats in client.stats.values()]
    secrets = (SECRET,) if endpoint == "access_token" else (SECRET, TOKEN)
    for text in [*told, caplog.text]:
        orjson.dumps(text)
        assert found_in(text, secrets) is None
    assert all(len(text) <= 600 for text in told)
    orjson.dumps(device.memory().to_json())
