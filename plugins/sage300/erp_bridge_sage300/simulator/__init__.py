"""A simulator of Sage 300 CRE: Job Cost with Import Estimates and Post Entries, the share, and the hh2-shaped service.

What Sage's knowledge base and vendors' documents say for sure is held; what nobody outside knows is a switch.
"""

from erp_bridge_sage300.simulator.simulator import SageSimulator

__all__ = ["SageSimulator"]
