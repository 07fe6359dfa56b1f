"""Tin Books, a whole small ERP, and correct adapters of each safety class over it: what defects are planted into.

`books`, `checks`, `writes`, `server`, `desk`, `mischief` and `simulator` are the ERP and its people; the rest are the
adapters, which share no code with it. `variants.variant("keyed")` gives a correct plugin, `variants.subject(...)` the
registry's adapter for one. A defect is a subclass of an adapter, of its client or of one of its operations:

    class FlippedRows(EnterRows):
        def row(self, line):
            return super().row(line) | {"amount": plain(-line.amount)}

    class FlipsSigns(KeyedAdapter):
        operation_classes = {"enter_rows": FlippedRows}

    adapter = subject(FlipsSigns("tin_flips_signs"))
"""
