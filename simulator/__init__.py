"""A stand-in for the SodaLife open platform, to develop, test and show against."""

from .app import create_app
from .clock import Clock, ManualClock, SystemClock
from .cloud import Cloud
from .faults import Fault
from .motion import Position

__all__ = ["Clock", "Cloud", "Fault", "ManualClock", "Position", "SystemClock", "create_app"]
