"""The ERP Integrations tool: what was sent waits here for an accounting approver."""
