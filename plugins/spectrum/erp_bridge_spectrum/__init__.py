"""ERP Bridge's adapter for Viewpoint (Trimble) Spectrum."""
