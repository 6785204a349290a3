"""The part of Home Assistant's REST and websocket API that the demo speaks."""

from __future__ import annotations

from collections.abc import Mapping
import secrets
from typing import Any, Self

from aiohttp import ClientError, ClientSession

from .child import DemoError

type Json = dict[str, Any]


class HomeAssistant:
    """A Home Assistant on this machine that lets the demo in without a password."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self.url = url
        self._session = session
        self._client_id = f"{url}/"
        self._token: Json = {}

    async def __aenter__(self) -> Self:
        """Log in as the demo's user, who is made first if there is nobody."""
        flow = await self._log_in()
        if flow["type"] == "form" and not flow["data_schema"][0]["options"]:
            await self._create_user()
            flow = await self._log_in()
        if flow["type"] == "form":  # somebody added users
            user = flow["data_schema"][0]["options"][0][0]
            flow = await self.post(
                f"/auth/login_flow/{flow['flow_id']}",
                {"client_id": self._client_id, "user": user},
            )
        self._token = await self._post_form(
            "/auth/token", grant_type="authorization_code", code=flow["result"]
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Log out: a log-in would otherwise be kept with each start of the demo."""
        await self._post_form("/auth/revoke", token=self._token["refresh_token"])
        self._token = {}

    async def is_running(self) -> bool:
        """Tell whether everything has been set up."""
        config = await self._request("GET", "/api/config")
        return bool(config["state"] == "RUNNING")

    async def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """Post JSON and return the JSON answer."""
        answer: Json = await self._request("POST", path, json=body)
        return answer

    async def entries(self, domain: str) -> list[Json]:
        """Return the config entries of a domain."""
        path = f"/api/config/config_entries/entry?domain={domain}"
        entries: list[Json] = await self._request("GET", path)
        return entries

    async def flow(self, start: Mapping[str, str], *inputs: Mapping[str, Any]) -> Json:
        """Walk through a config flow with one input for each step and return its end."""
        path = "/api/config/config_entries/flow"
        result = await self.post(path, start)
        for step_input in inputs:
            if result["type"] != "form":
                break
            result = await self.post(f"{path}/{result['flow_id']}", step_input)
            if result.get("errors"):
                break
        if result["type"] == "form":
            message = f"Home Assistant refused to set up SodaLife: {result['errors']}"
            raise DemoError(message)
        return result

    async def set_options(self, entry_id: str, **options: object) -> None:
        """Fill in some fields of the options' form, and leave the others as they are."""
        path = "/api/config/config_entries/options/flow"
        form = await self.post(path, {"handler": entry_id})
        found = {field["name"]: field.get("description") or {} for field in form["data_schema"]}
        key = "suggested_value"
        kept = {name: about[key] for name, about in found.items() if key in about}
        await self.post(f"{path}/{form['flow_id']}", {**kept, **options})

    async def command(self, kind: str, **fields: object) -> Any:  # noqa: ANN401 - it is JSON
        """Send one websocket command and return its result."""
        async with self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token["access_token"]})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": kind, **fields})
            answer = await socket.receive_json()
        if not answer.get("success"):
            message = f"Home Assistant refused {kind}: {answer.get('error')}"
            raise DemoError(message)
        return answer["result"]

    async def _log_in(self) -> Json:
        return await self.post(
            "/auth/login_flow",
            {
                "client_id": self._client_id,
                "handler": ["trusted_networks", None],
                "redirect_uri": self._client_id,
            },
        )

    async def _create_user(self) -> None:
        await self.post(
            "/api/onboarding/users",
            {
                "client_id": self._client_id,
                "name": "Demo",
                "username": "demo",
                "password": secrets.token_urlsafe(),  # nobody needs it on this machine
                "language": "en",
            },
        )

    async def _post_form(self, path: str, **fields: str) -> Json:
        form = {"client_id": self._client_id, **fields}
        answer: Json | None = await self._request("POST", path, data=form)
        return answer or {}

    async def _request(self, method: str, path: str, **content: Any) -> Any:  # noqa: ANN401
        headers = {}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token['access_token']}"
        try:
            async with self._session.request(
                method, self.url + path, headers=headers, **content
            ) as response:
                text = await response.text()
                if response.status >= 400:
                    message = f"Home Assistant answered {response.status} to {path}: {text}"
                    raise DemoError(message)
                return await response.json() if text else None
        except ClientError as err:
            message = f"Home Assistant does not answer to {path}: {err}"
            raise DemoError(message) from err
