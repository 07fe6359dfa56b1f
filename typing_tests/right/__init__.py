"""As a vendor writes an adapter: no line may be an error."""
