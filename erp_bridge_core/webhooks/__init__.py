"""Webhooks: a company's programs are told when an item changes state, each change to each program at least once."""
