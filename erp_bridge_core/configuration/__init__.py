"""`erp-bridge.toml` in the home folder: its sections, what is wrong with them, and the secrets that they refer to."""
