"""Keeping an installation's database: looked at, upgraded, backed up, restored, moved to another kind of database."""
