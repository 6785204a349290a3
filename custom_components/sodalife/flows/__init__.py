"""The flows that are not in `config_flow.py`, and what all flows check."""
