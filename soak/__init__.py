"""Hours of use and trouble in minutes: random operations and faults against the simulator."""
