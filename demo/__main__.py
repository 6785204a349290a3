"""Starts the simulated platform and a Home Assistant that uses it; ends both on Ctrl-C."""

from __future__ import annotations

from argparse import Namespace
import asyncio
from contextlib import AsyncExitStack, closing, suppress
import signal
import socket
import sys

from aiohttp import ClientError, ClientSession

from .child import Child, DemoError
from .go2rtc_server import PORTS, go2rtc
from .home_assistant import HomeAssistant
from .options import options
from .setup import CLIENT_ID, CLIENT_SECRET, DASHBOARD, OFFLINE, cameras_in, set_up
from .state import HOST, REPLACED, STAND_INS, State

# How Home Assistant ends when a person restarts it from its own pages.
RESTART = 100

# Seconds until go2rtc is started again if it ends, as Home Assistant's own would be. So long that
# somebody who ended it sees what a card does meanwhile.
WITHOUT_GO2RTC = 15


def check_port(port: int) -> None:
    """Make sure that nobody else listens on the port."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            message = f"Port {port} cannot be used: choose another with --port."
            raise DemoError(message) from None


def simulator(state: State, port: int, chosen: Namespace) -> Child:
    """Return the simulated platform."""
    arguments = ["-m", "simulator", "--host", HOST, "--port", str(port)]
    arguments += ["--revision", chosen.revision, "--interval", str(chosen.interval)]
    arguments += ["--capture-seconds", str(chosen.capture_seconds)]
    arguments += ["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET, "--only-served"]
    for camera in cameras_in(chosen.language):
        offline = ":offline" if camera.serial == OFFLINE else ""
        arguments += ["--camera", f"{camera.serial}:{camera.name}{offline}"]
    return Child("The simulated platform", arguments, state.folder / "simulator.log")


def home_assistant(state: State) -> Child:
    """Return the Home Assistant."""
    arguments = ["-P", "-m", "homeassistant", "--config", str(state.config), "--log-no-color"]
    arguments += ["--skip-pip-packages", ",".join(REPLACED)]
    log = state.folder / "home-assistant.log"
    return Child("Home Assistant", arguments, log, {"PYTHONPATH": str(STAND_INS)})


async def wait_until_up(session: ClientSession, url: str) -> None:
    """Wait until a web server answers."""
    while True:
        with suppress(ClientError):
            async with session.get(url) as response:
                if response.ok:
                    return
        await asyncio.sleep(0.2)


async def get_ready(
    session: ClientSession, url: str, platform: str, state: State, language: str
) -> None:
    """Wait for both programs and set up what has not been set up yet."""
    await wait_until_up(session, f"{platform}/_sim/state")
    await wait_until_up(session, f"{url}/manifest.json")
    async with HomeAssistant(session, url) as client:
        while not await client.is_running():  # noqa: ASYNC110 - it has to be asked
            await asyncio.sleep(0.2)
        await set_up(client, platform, state, language)
    print(
        f"\nThe demo is ready:\n"
        f"  Home Assistant  {url}/{DASHBOARD}\n"
        f"  The platform    {platform}/\n"
        f"  Logs            {state.folder}/*.log\n"
        f"Ctrl-C ends it.",
        flush=True,
    )


async def watch(child: Child) -> None:
    """Restart a program that wants it; fail when it ends for another reason."""
    while await child.ended() == RESTART:
        await child.start()
    raise child.failure()


async def keep_running(child: Child) -> None:
    """Restart a program that others do without for a while."""
    while True:
        code = await child.ended()
        print(f"{child.name} ended ({code}). It starts again in {WITHOUT_GO2RTC} s.", flush=True)
        await asyncio.sleep(WITHOUT_GO2RTC)
        await child.start()


def prepare(chosen: Namespace) -> tuple[State, Child | None]:
    """Make sure of the ports and write the folder; return that and go2rtc, if it is to run."""
    for offset in range(2 + (PORTS if chosen.go2rtc else 0)):
        check_port(chosen.port + offset)
    state = State(chosen.folder)
    if chosen.fresh:
        state.delete()
    state.folder.mkdir(parents=True, exist_ok=True)
    port = chosen.port + 2
    webrtc = go2rtc(state.folder, port) if chosen.go2rtc else None
    more = chosen.configuration.read_text() if chosen.configuration else ""
    address = f"http://{HOST}:{port}" if webrtc else None
    state.prepare(chosen.port, chosen.language, address, more)
    return state, webrtc


def say_how_live_comes(chosen: Namespace, webrtc: Child | None) -> None:
    """Say what shows live pictures."""
    if webrtc:
        print(f"Live pictures come by WebRTC. {webrtc.name} hands them on.", flush=True)
    elif chosen.go2rtc:
        print("There is no go2rtc, and no stand-in: live pictures come some seconds late.")


async def run(chosen: Namespace) -> None:
    """Run the demo until somebody ends it."""
    url, platform = (f"http://{HOST}:{chosen.port + offset}" for offset in (0, 1))
    state, webrtc = prepare(chosen)
    print("Starting Home Assistant and the simulated platform ...", flush=True)
    say_how_live_comes(chosen, webrtc)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession())
        children = [simulator(state, chosen.port + 1, chosen), home_assistant(state)]
        for child in [webrtc, *children] if webrtc else children:
            stack.push_async_callback(child.stop)
            await child.start()
        async with asyncio.TaskGroup() as tasks:
            for child in children:
                tasks.create_task(watch(child))
            if webrtc:
                tasks.create_task(keep_running(webrtc))
            tasks.create_task(get_ready(session, url, platform, state, chosen.language))


async def main(chosen: Namespace) -> int:
    """Run the demo and return the exit code: 0 when a person ended it."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - this is a coroutine
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    code = 0
    try:
        await run(chosen)
    except* asyncio.CancelledError:
        print("\nThe demo has ended.")
    except* DemoError as group:
        print(group.exceptions[0], file=sys.stderr)
        code = 1
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(main(options())))
