"""A simulator of the parts of Procore that budgets pass through: REST API, OAuth, ERP connector platform, webhooks.

It runs on loopback alone, keeps its state in one SQLite file, and shares no code with the client.
"""

from erp_bridge_procore.simulator.simulator import ProcoreSimulator
from erp_bridge_procore.simulator.source import SimulatedSource

__all__ = ["ProcoreSimulator", "SimulatedSource"]
