"""The adapters of this repository, as installed packages: they tell their types, and their hooks fit too."""

from collections.abc import Callable, Iterable
from typing import Any

from erp_bridge_cmic import plugin as cmic
from erp_bridge_core.contract import Checked, Effects, Erp, ErpProfile, ExportBatch, FieldValues, JobReading
from erp_bridge_sage300 import plugin as sage300
from erp_bridge_spectrum import plugin as spectrum

PROFILES: tuple[Callable[[], ErpProfile], ...] = (cmic.erp_profile, sage300.erp_profile, spectrum.erp_profile)
CHECKS: tuple[Callable[[Erp[Any]], Iterable[Checked]], ...] = (
    cmic.check_connection,
    sage300.check_connection,
    spectrum.check_connection,
)
READERS: tuple[Callable[[str, Erp[Any]], JobReading], ...] = (cmic.read_job, sage300.read_job, spectrum.read_job)
EXPORTS: tuple[Callable[[ExportBatch, FieldValues, Erp[Any], Effects], None], ...] = (
    cmic.export,
    sage300.export,
    spectrum.export,
)
