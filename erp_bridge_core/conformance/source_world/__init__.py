"""The world of a source under test: its simulator behind the proxy, its people, our side of it, and a ledger."""
