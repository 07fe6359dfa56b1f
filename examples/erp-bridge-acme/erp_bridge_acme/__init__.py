"""ERP Bridge's adapter for Acme Books, and a simulator of it."""
