"""The rules of the suite for budget sources: test functions that pytest runs with `--source`."""
