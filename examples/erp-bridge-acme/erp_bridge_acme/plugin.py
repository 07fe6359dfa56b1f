"""The hooks of the adapter: those of this ERP's modules, its profile, and its simulator."""

from erp_bridge_core.contract import ErpProfile, Simulator, hookimpl

from erp_bridge_acme.entries import export
from erp_bridge_acme.profile import PROFILE
from erp_bridge_acme.reading import check_connection, read_job
from erp_bridge_acme.review import revision_fields, validate_budget
from erp_bridge_acme.verify import verify_posted

__all__ = [
    "check_connection",
    "erp_profile",
    "erp_simulator",
    "export",
    "read_job",
    "revision_fields",
    "validate_budget",
    "verify_posted",
]


@hookimpl
def erp_profile() -> ErpProfile:
    """Describe the ERP."""
    return PROFILE


@hookimpl
def erp_simulator() -> Simulator:
    """The simulator, loaded only when it is wanted."""
    from erp_bridge_acme.simulator.simulator import ThisSimulator

    return ThisSimulator()
