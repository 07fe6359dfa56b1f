"""A simulator of Viewpoint Spectrum: Job Cost and change requests behind Data Exchange, its SOAP services.

What the vendor's pages say for sure is held; what is deduced, or told by one client alone, is a switch.
"""

from erp_bridge_spectrum.simulator.simulator import SpectrumSimulator

__all__ = ["SpectrumSimulator"]
