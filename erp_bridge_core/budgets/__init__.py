"""The Budget tool: lines, sub jobs, budget changes, and sending them to the ERP."""
