"""All resources, and the ones a request may name by its address."""

from typing import Final

from erp_bridge_cmic.simulator.resource import Resource
from erp_bridge_cmic.simulator.resources_changes import CHANGES
from erp_bridge_cmic.simulator.resources_jobs import JOBS
from erp_bridge_cmic.simulator.resources_masters import MASTERS

RESOURCES: Final[tuple[Resource, ...]] = (*MASTERS, *JOBS, *CHANGES)
BY_ADDRESS: Final = {(resource.module, resource.name): resource for resource in RESOURCES}
BY_NAME: Final = {resource.name: resource for resource in RESOURCES}
