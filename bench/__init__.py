"""How fast the integration is, beside a bare call and beside bare entities."""
