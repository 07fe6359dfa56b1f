"""Exporting exactly once and verifying it: the effects ledger, its runner, the comparison, the reports."""
