"""What can be chosen on the command line. Needs nothing that would have to be installed first."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from .words import WORDS

ROOT = Path(__file__).resolve().parent.parent


def options() -> Namespace:
    """Return the command line's options; tell what there is and end, if that is asked."""
    parser = ArgumentParser(
        prog="script/demo",
        description="Starts the simulated platform and a Home Assistant that uses it; "
        "ends both on Ctrl-C.",
    )
    parser.add_argument("--fresh", action="store_true", help="forget earlier runs")
    parser.add_argument(
        "--port",
        type=int,
        default=8123,
        help="of Home Assistant; the platform and go2rtc take the next four",
    )
    parser.add_argument(
        "--language", choices=sorted(WORDS), default="en", help="of names and of the dashboard"
    )
    parser.add_argument(
        "--revision", choices=["query", "body"], default="query", help="of the platform's API"
    )
    parser.add_argument(
        "--interval", type=float, default=4.0, help="seconds the platform wants between calls"
    )
    parser.add_argument("--capture-seconds", type=float, default=1.0, help="seconds a photo takes")
    parser.add_argument(
        "--no-go2rtc",
        dest="go2rtc",
        action="store_false",
        help="live without WebRTC, as where go2rtc is not installed",
    )
    parser.add_argument(
        "--configuration", type=Path, help="a file with more of Home Assistant's configuration"
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / ".demo", help="where to keep everything"
    )
    return parser.parse_args()


if __name__ == "__main__":
    options()
