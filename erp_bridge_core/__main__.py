"""`python -m erp_bridge_core` is `erp-bridge`."""

from erp_bridge_core.cli import main

if __name__ == "__main__":
    main()
