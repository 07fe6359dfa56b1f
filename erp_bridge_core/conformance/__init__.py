"""The shared conformance suite: what an adapter must prove before anyone trusts it with a ledger.

It is a pytest plugin and needs no line of test code: `pytest --pyargs erp_bridge_core.conformance --erp NAME`. It comes
with the extra `conformance`. `rules/` holds the rules, one ordinary test function each; the rest is what they stand on.
"""
