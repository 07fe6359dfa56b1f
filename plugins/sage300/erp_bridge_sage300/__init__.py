"""ERP Bridge's adapter for Sage 300 Construction and Real Estate."""
