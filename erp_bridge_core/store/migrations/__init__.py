"""The migrations that this wheel carries, the same for SQLite and PostgreSQL."""
