"""The beginning of an adapter: a distribution that installs, reads and simulates, and says what is to be written."""

from erp_bridge_core.scaffold.rendering import Plan, plan_plugin

__all__ = ["Plan", "plan_plugin"]
