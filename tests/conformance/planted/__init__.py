"""Tin Books, a whole small ERP, and correct adapters of each safety class over it: what defects are planted into.

`books`, `checks`, `writes`, `server`, `desk`, `mischief` and `simulator` are the ERP and its people; the rest are the
adapters, which share no code with it. `variants.variant("keyed")` gives a correct plugin, `variants.subject(...)` an
adapter of the registry's from one; a defect is a subclass of an adapter, its client or one of its operations.
"""
