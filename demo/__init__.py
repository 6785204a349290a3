"""Starts the simulated platform and a Home Assistant that uses it: script/demo."""
