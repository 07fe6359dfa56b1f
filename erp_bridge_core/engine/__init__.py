"""The installation's own work, done by workers: exports brought to their end, the ERP read back, people told."""
