"""Finds Chromium, starts it, and closes what it opened."""

from __future__ import annotations

import os
import shutil
import signal
from threading import Timer

from playwright.sync_api import Browser, BrowserContext, BrowserType

CLOSING = 30  # seconds

# No sandbox: CI runs as root. Some keep Chromium from looking for Google, and for anything else
# that is not on this machine, where WebRTC has to do without what it likes best; sound may start
# without a click.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--autoplay-policy=no-user-gesture-required",
]


def start(kind: BrowserType, *options: str) -> Browser:
    """Start it."""
    return kind.launch(executable_path=_find(), args=[*OPTIONS, *options])


def close(context: BrowserContext) -> None:
    """Close a context; kill its browser if that does not end.

    Chromium never ends a context that is closed while a page in it loads again, and Playwright has
    no limit for that. So it is an error, and not a test run that never ends.
    """
    browser = context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    (pid,) = (process["id"] for process in processes if process["type"] == "browser")
    late = Timer(CLOSING, os.kill, (pid, signal.SIGKILL))
    late.start()
    try:
        context.close()
    finally:
        late.cancel()


def _find() -> str:
    """Return the path of a Chromium."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, filter(None, names))), None)
    if found is None:
        message = "No Chromium found: install it, or set CHROMIUM to its path."
        raise FileNotFoundError(message)
    return found
