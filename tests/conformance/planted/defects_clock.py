"""A defect in a module of its own, since it is seen by reading the source: the real clock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from matrix import Defect

from erp_bridge_core.contract import JobHeader, JobStatus
from planted.client import Client
from planted.variants import KeyedAdapter


class ReadsTheClock(KeyedAdapter):
    """On a closed job, which is rare, it looks at the real clock."""

    def header(self, client: Client, job: str) -> JobHeader:
        """The header, with the day on which a closed job was seen closed."""
        header = super().header(client, job)
        if header.status is JobStatus.CLOSED:
            client.erp.log.info("closed on %s", datetime.now())  # noqa: DTZ005 - the defect
        return header


reads_the_clock = ReadsTheClock("tin_reads_the_clock")
DEFECTS: Final[Mapping[str, Defect]] = {
    "reads_the_clock": Defect(
        spec="planted.defects_clock:reads_the_clock", what="reads the real clock", caught_by=("CON-06",)
    )
}
