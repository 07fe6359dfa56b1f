"""The demo: a real budget goes all the way into each simulated ERP, by the services that the command line uses."""

from erp_bridge_core.demo.options import DemoJob, DemoOptions, DemoResult
from erp_bridge_core.demo.running import run_demo

__all__ = ["DemoJob", "DemoOptions", "DemoResult", "run_demo"]
