"""Finding a job where no service finds one by its number."""

import pytest
from data_exchange import JOB, Server, job_row
from spectrum_doubles import SpectrumErp, make_erp

from erp_bridge_core.contract.errors import NotFound, ReadFailed
from erp_bridge_spectrum.jobs import find_job
from erp_bridge_spectrum.soap import Exchange


def test_a_job_is_found_with_its_status_and_customer(server: Server, erp: SpectrumErp) -> None:
    """Its number comes padded."""
    job = find_job(Exchange(erp), JOB)

    assert ("100", JOB, "A", "OWNER") == (job.company, job.job, job.status, job.customer)
    assert 1 == len(server.asked("GetJob"))


def test_a_complete_job_is_found_too(server: Server, erp: SpectrumErp) -> None:
    """It is asked for by its status."""
    server.jobs = [job_row(Status_Code="C")]

    assert "C" == find_job(Exchange(erp), JOB).status


def test_a_job_is_unknown_only_when_all_were_listed(server: Server, erp: SpectrumErp) -> None:
    """Two complete lists without it prove that it is not there."""
    server.jobs = [job_row("50000")]

    with pytest.raises(NotFound, match="has no job '40891'"):
        find_job(Exchange(erp), JOB)
    assert 2 == len(server.asked("GetJob"))


@pytest.mark.rule("L7")
def test_behind_the_row_cap_a_job_is_not_unknown(server: Server) -> None:
    """Lists that may be incomplete prove nothing; the remedy names the setting."""
    server.jobs = [job_row("50000"), job_row("50001")]

    with pytest.raises(ReadFailed) as failure:
        find_job(Exchange(make_erp(row_cap=2)), JOB)
    assert "divisions" in failure.value.remedy


def test_divisions_bring_a_job_into_view(server: Server) -> None:
    """Listed by division, it comes before the cap."""
    exchange = Exchange(make_erp(row_cap=2, divisions=("1", "2")))
    server.jobs = [job_row("50000"), job_row("50001")]
    find = type(server)._usual

    def by_division(self: Server, method: str, values: dict[str, str]) -> str:
        if values.get("pDivision") == "2":
            self.jobs = [job_row(Division="2")]
        return find(self, method, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Server, "_usual", by_division)
        assert "2" == find_job(exchange, JOB).division
