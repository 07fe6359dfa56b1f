"""The beginning of a plugin: a distribution that installs and reads, and says what is to be written."""

from erp_bridge_core.scaffold.rendering import Plan, plan_plugin

__all__ = ["Plan", "plan_plugin"]
