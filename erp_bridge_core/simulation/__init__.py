"""What the ERP simulators share: a loopback server, JSON routes, a state file, switches, a settable clock, a desk page.

It loads the standard library and attrs alone, so that a simulator stays as small as the plugin that ships it. What
makes desk commands of functions stands in `commands`, which loads the contract too.
"""

from erp_bridge_core.simulation.clock import CLOCK_SCHEMA, advance, now, today
from erp_bridge_core.simulation.desk import Act, DeskPage, Section
from erp_bridge_core.simulation.files import below, remove_aside, write_atomically
from erp_bridge_core.simulation.html import Markup, form, page, table
from erp_bridge_core.simulation.json_api import (
    Handler,
    JsonApi,
    Refusal,
    error_document,
    json_body,
    json_reply,
    page_of,
)
from erp_bridge_core.simulation.numbers import to_text, to_units
from erp_bridge_core.simulation.server import Address, Reply, Request, serve
from erp_bridge_core.simulation.stale import StaleReads
from erp_bridge_core.simulation.state import StateFile
from erp_bridge_core.simulation.switches import SWITCH_SCHEMA, Switch, Switches

__all__ = [
    "CLOCK_SCHEMA", "SWITCH_SCHEMA", "Act", "Address", "DeskPage", "Handler", "JsonApi", "Markup", "Refusal", "Reply",
    "Request", "Section", "StaleReads", "StateFile", "Switch", "Switches", "advance", "below", "error_document", "form",
    "json_body", "json_reply", "now", "page", "page_of", "remove_aside", "serve", "table", "to_text", "to_units",
    "today", "write_atomically",
]  # fmt: skip
