"""The database, its tables and its migrations."""
