"""Finds the plugins that are installed and enabled, checks each, and resolves ONE by its name: an ERP's or a source's.

Each plugin gets a plugin manager of its own, so that a hook is never a broadcast: three adapters would write to three
ERPs. A plugin that is broken is listed with its error and stops nobody else.
"""

from erp_bridge_core.registry.adapter import Adapter
from erp_bridge_core.registry.plugin import BrokenPlugin
from erp_bridge_core.registry.registry import Registry
from erp_bridge_core.registry.source_adapter import SourceAdapter

__all__ = ["Adapter", "BrokenPlugin", "Registry", "SourceAdapter"]
