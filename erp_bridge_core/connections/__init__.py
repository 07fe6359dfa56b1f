"""Connections to ERPs and budget sources, and the `erp` and `source` objects that their plugins are given."""
