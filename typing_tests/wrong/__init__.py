"""What a vendor gets wrong: each marked line must be an error for mypy and for pyright."""
