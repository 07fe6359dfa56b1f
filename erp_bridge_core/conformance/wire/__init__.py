"""The suite's wire: a proxy and a share that fail on purpose, and a clock that takes no time.

`faults` names what can happen to a request, `strikes` does it, `proxy` is what a bench opens. Nothing here knows an ERP
or a rule, and nothing needs a test library.
"""

from erp_bridge_core.conformance.wire.clock import SuiteClock
from erp_bridge_core.conformance.wire.exchange import Answer, Armed, Exchange, Incoming
from erp_bridge_core.conformance.wire.faults import Commits, WireFault
from erp_bridge_core.conformance.wire.files import ArmedFile, FaultyFiles, FileAct, FileCall, FileFault, FileTrace
from erp_bridge_core.conformance.wire.proxy import FaultProxy
from erp_bridge_core.conformance.wire.upstream import Unreached

__all__ = [
    "Answer", "Armed", "ArmedFile", "Commits", "Exchange", "FaultProxy", "FaultyFiles", "FileAct", "FileCall",
    "FileFault", "FileTrace", "Incoming", "SuiteClock", "Unreached", "WireFault",
]  # fmt: skip
