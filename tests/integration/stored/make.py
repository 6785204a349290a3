"""Keeps what a real Home Assistant has stored after using this version; README.md says how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import os
from pathlib import Path
import shutil
import sys
import tempfile
from typing import Any

from aiohttp import ClientSession
from homeassistant.const import __version__ as running

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

from demo.__main__ import check_port, home_assistant, wait_until_up  # noqa: E402
from demo.child import Child  # noqa: E402
from demo.home_assistant import HomeAssistant  # noqa: E402
from demo.state import HOST, INTEGRATION, State  # noqa: E402

DOMAIN = INTEGRATION.name
PORT = 18423  # of Home Assistant; the platforms take the next ones
LONG = 100 * 365 * 86400  # seconds that the tokens live, so that the tests need not renew them
FLOWS = "/api/config/config_entries"

# Two applications: the one has stored every option, none at its default; the other has stored none.
APPLICATIONS = {
    "demo-client": {"DEMO0001": "Shop", "DEMO0002": "仓库", "DEMO0003": "Yard"},
    "plain-client": {"PLAIN001": "Laundry"},
}
OPTIONS = {
    "snapshot_interval": 45,
    "call_interval": 5,
    "poll_interval": 120,
    "live_protocol": "hlshd",
    "ptz_pulse": 0.8,
    "tts_engine": "tts.espeak",
}
# What the user has changed, by the unique id of the entity.
CHANGES: dict[str, dict[str, Any]] = {
    "DEMO0001_camera": {"new_entity_id": "camera.shop_door", "name": "Door", "icon": "mdi:door"},
    "DEMO0001_left": {"disabled_by": None},
    "DEMO0003_last_error": {"disabled_by": "user"},
    "PLAIN001_zoom_out": {"hidden_by": "user"},
}
DEVICE_NAMES = {"DEMO0003": "Behind the house"}


async def finish(client: HomeAssistant, path: str, start: Any, *inputs: Any) -> Any:
    """Walk through a flow to its end."""
    result = await client.post(path, start)
    for given in inputs:
        assert result["type"] == "form", result
        assert not result.get("errors"), result
        result = await client.post(f"{path}/{result['flow_id']}", given)
    assert result["type"] != "form", result
    return result


async def use(client: HomeAssistant, platforms: dict[str, str]) -> None:
    """Do what users do, with Home Assistant's own flows."""
    for application, (first, *others) in APPLICATIONS.items():
        account = {"host": platforms[application], "client_id": application}
        account["client_secret"] = secret_of(application)
        cameras = {"device_serials": [first]}
        made = await finish(client, f"{FLOWS}/flow", {"handler": DOMAIN}, account, cameras)
        entry_id = made["result"]["entry_id"]
        (camera,) = await client.command("config_entries/subentries/list", entry_id=entry_id)
        names, handler = APPLICATIONS[application], {"handler": [entry_id, "camera"]}
        rename = {**handler, "subentry_id": camera["subentry_id"]}
        path = f"{FLOWS}/subentries/flow"
        await finish(client, path, rename, {"name": names[first]})
        for serial in others:
            await finish(client, path, handler, {"device_serial": serial, "name": names[serial]})
        if application == "demo-client":
            await finish(client, f"{FLOWS}/options/flow", {"handler": entry_id}, OPTIONS)
    await customise(client)


async def customise(client: HomeAssistant) -> None:
    """Change entities and devices as users do."""
    entity_ids = await ours(client)
    for unique_id, changes in CHANGES.items():
        await client.command(
            "config/entity_registry/update", entity_id=entity_ids[unique_id], **changes
        )
    for device in await client.command("config/device_registry/list"):
        for domain, serial in device["identifiers"]:
            if domain == DOMAIN and serial in DEVICE_NAMES:
                await client.command(
                    "config/device_registry/update",
                    device_id=device["id"],
                    name_by_user=DEVICE_NAMES[serial],
                )


async def ours(client: HomeAssistant) -> dict[str, str]:
    """Return our entity ids by their unique ids, once all are there."""
    expected = {f"{serial}_speaker" for names in APPLICATIONS.values() for serial in names}
    for _ in range(60):
        entities = await client.command("config/entity_registry/list")
        found = {
            one["unique_id"]: one["entity_id"] for one in entities if one["platform"] == DOMAIN
        }
        if found.keys() >= {*CHANGES, *expected}:
            return found
        await asyncio.sleep(0.5)
    raise AssertionError("the entities did not appear")


async def meant(client: HomeAssistant) -> dict[str, dict[str, Any]]:
    """Return the options in force for each application, as Home Assistant shows them."""
    found = {}
    for entry in await client.entries(DOMAIN):
        form = await client.post(f"{FLOWS}/options/flow", {"handler": entry["entry_id"]})
        found[entry["title"].split()[-1]] = {
            field["name"]: field["description"]["suggested_value"]
            for field in form["data_schema"]
            if "suggested_value" in (field.get("description") or {})
        }
    return found


def secret_of(application: str) -> str:
    return application.replace("client", "secret")


@asynccontextmanager
async def running_home(state: State, session: ClientSession) -> AsyncIterator[HomeAssistant]:
    """Start Home Assistant; end it the way a system does."""
    url, child = f"http://{HOST}:{PORT}", home_assistant(state)
    await child.start()
    try:
        async with asyncio.timeout(180):
            await wait_until_up(session, f"{url}/manifest.json")
        async with HomeAssistant(session, url) as client:
            while not await client.is_running():  # noqa: ASYNC110 - it has to be asked
                await asyncio.sleep(0.2)
            yield client
    finally:
        await child.stop()


async def run(folder: Path) -> dict[str, Any]:
    """Use this version, restart it once, and return what came of it."""
    state, platforms, children = State(folder), {}, []
    check_port(PORT)
    state.prepare(PORT)
    for port, (application, cameras) in enumerate(APPLICATIONS.items(), PORT + 1):
        check_port(port)
        platforms[application] = f"http://{HOST}:{port}"
        arguments = ["-m", "simulator", "--port", str(port), "--interval", "0"]
        arguments += ["--client-id", application, "--client-secret", secret_of(application)]
        arguments += ["--token-life", str(LONG)]
        for serial in cameras:
            arguments += ["--camera", serial]
        children.append(Child(application, arguments, state.folder / f"{application}.log"))
    try:
        async with ClientSession() as session:
            for child, url in zip(children, platforms.values(), strict=True):
                await child.start()
                async with asyncio.timeout(20):
                    await wait_until_up(session, f"{url}/_sim/state")
            async with running_home(state, session) as client:
                await use(client, platforms)
            async with running_home(state, session) as client:
                await ours(client)
                await asyncio.sleep(10)  # what is written late
                options = await meant(client)
    finally:
        for child in children:
            await child.stop()
    return {"options": options, "platforms": platforms, "storage": state.storage}


def keep(storage: Path, target: Path, platforms: dict[str, str]) -> None:
    """Copy our part of the storage, without anything of this machine."""

    def load(key: str) -> Any:
        return json.loads((storage / key).read_text(encoding="utf-8"))

    entries = load("core.config_entries")
    entries["data"]["entries"] = [one for one in entries["data"]["entries"] if is_ours(one)]
    entities = load("core.entity_registry")
    for kind in ("entities", "deleted_entities"):
        entities["data"][kind] = [one for one in entities["data"][kind] if is_ours(one)]
    devices = load("core.device_registry")
    for kind, found in devices["data"].items():
        if isinstance(found, list):
            devices["data"][kind] = [one for one in found if f'"{DOMAIN}"' in json.dumps(one)]
    files = {
        "core.config_entries": entries,
        "core.entity_registry": entities,
        "core.device_registry": devices,
    }
    swaps = {url: f"http://127.0.0.1:PORT-of-{name}" for name, url in platforms.items()}
    for path in sorted(storage.glob(f"{DOMAIN}.*")):
        files[path.name] = load(path.name)
        if "access_token" in (data := files[path.name]["data"]):
            (application,) = (name for name, url in platforms.items() if data["host"] == url)
            swaps[data["access_token"]] = f"stored-token-of-{application}"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for key, content in files.items():
        text = pretty(content)
        for found, placeholder in swaps.items():
            text = text.replace(found, placeholder)
        (target / key).write_text(text, encoding="utf-8")


def is_ours(one: dict[str, Any]) -> bool:
    return DOMAIN in (one.get("domain"), one.get("platform"))


def pretty(content: Any) -> str:
    """Return JSON with one line for each entity, device and entry."""
    data = content.pop("data")
    lines = [f'"{key}": {json.dumps(value)}' for key, value in content.items()]
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f'"{key}": [\n{rows}\n]')
        else:
            parts.append(f'"{key}": {json.dumps(value, ensure_ascii=False)}')
    lines.append('"data": {\n' + ",\n".join(parts) + "\n}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    version = json.loads((INTEGRATION / "manifest.json").read_text(encoding="utf-8"))["version"]
    target = Path(__file__).parent / version / running
    os.chdir(ROOT)  # the simulator is found from here
    with tempfile.TemporaryDirectory() as folder:
        made = asyncio.run(run(Path(folder)))
        keep(made["storage"], target, made["platforms"])
    text = json.dumps(made["options"], indent=1, sort_keys=True)
    (target / "meant.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
