"""The bench ERP and its adapter: as quick as an ERP can be, so that what is measured is the product."""
