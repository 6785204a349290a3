"""Live pictures: what keeps Home Assistant's streams on addresses that play."""
