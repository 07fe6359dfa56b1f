"""The adapter as the product meets it."""

from importlib.metadata import entry_points

from erp_bridge_cmic import plugin
from erp_bridge_cmic.planning import ADD_LINE, ADD_PHASE, CREATE_PCI, CREATE_ROW, POST_PCI, SEAL_PCI, SET_ROW
from erp_bridge_cmic.profile import PROFILE
from erp_bridge_cmic.simulator import CmicSimulator
from erp_bridge_core.contract import Capability


def test_entry_point_leads_to_the_plugin() -> None:
    """The product finds the adapter under its short name."""
    (found,) = entry_points(group="erp_bridge.erps", name="cmic")
    assert plugin is found.load()


def test_profile_declares_every_operation() -> None:
    """Each kind of write that is planned is declared with its class and a reason, nothing else is."""
    planned = {ADD_PHASE, CREATE_ROW, SET_ROW, CREATE_PCI, ADD_LINE, SEAL_PCI, POST_PCI}
    assert (planned, True) == (
        {operation.name for operation in PROFILE.operations}, all(one.because for one in PROFILE.operations),
    )  # fmt: skip


def test_profile_claims_what_is_asked() -> None:
    """Original, changes, sub jobs and import are claimed; the limits are CMiC's own."""
    claimed = {Capability.ORIGINAL, Capability.CHANGES, Capability.SUB_JOBS, Capability.IMPORT}
    assert (True, (15.0, 5)) == (claimed <= PROFILE.capabilities, (PROFILE.rate.per_second, PROFILE.rate.at_once))


def test_simulator_is_offered() -> None:
    """The plugin brings a simulator of CMiC."""
    assert isinstance(plugin.erp_simulator(), CmicSimulator)
