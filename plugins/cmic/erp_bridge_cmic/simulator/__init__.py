"""A simulator of CMiC: Job Costing and Change Management behind the REST service that a budget export touches.

What CMiC's documents and recorded traffic say for sure is held; what no public source confirms is a switch, or an
attribute that can be given another name.
"""

from erp_bridge_cmic.simulator.masters import sub_job_code
from erp_bridge_cmic.simulator.simulator import CmicSimulator

__all__ = ["CmicSimulator", "sub_job_code"]
