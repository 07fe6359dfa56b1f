"""Settings, secrets and the `erp` object that an adapter is given: HTTP, files, clock, throttle."""
