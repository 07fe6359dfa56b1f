"""ERP Bridge's adapter for CMiC."""
