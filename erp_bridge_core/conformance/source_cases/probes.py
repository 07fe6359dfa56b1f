"""Proving capabilities: each is used once, through its hook; None where it is there, else what is missing."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from erp_bridge_core.conformance.source_cases.finishing import finish
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.receiver import receiving
from erp_bridge_core.conformance.source_world.workload import JOB
from erp_bridge_core.contract.errors import BadSettings, NotSupported
from erp_bridge_core.contract.source import OutcomeStage, SourceCapability

Probe = Callable[[SourceBench], str | None]


def projects(bench: SourceBench) -> str | None:
    """The project of our job is listed."""
    with bench.site(bench.budgeted()) as site:
        listed = {each.id for each in site.projects()}
        return None if site.project() in listed else f"{len(listed)} projects are listed, and not that of {JOB}"


def sub_jobs(bench: SourceBench) -> str | None:
    """The sub jobs that were set up are told."""
    with bench.site(bench.budgeted()) as site:
        codes = {each.code for each in site.read().sub_jobs}
        wanted = {key.sub_job for key in site.workload.keys} - {""}
        if not wanted:
            return None if codes else "none is told"
        missing = ", ".join(sorted(wanted - codes))
        return f"sub job {missing} is not told" if missing else None


def changes(bench: SourceBench) -> str | None:
    """An approved change is told."""
    with bench.site(bench.budgeted()) as site:
        if not site.workload.change:
            site.approve("PCO-1", dict(list(site.workload.lines.items())[:1]))
        return None if site.read().changes else "an approved change is not told"


def lock(bench: SourceBench) -> str | None:
    """A budget is locked from here."""
    with bench.site(bench.budgeted()) as site:
        site.lock(True, name="probe")
        return None if site.books().locked else "the budget is not locked at the source"


def requests(bench: SourceBench) -> str | None:
    """A request that people made is told."""
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        told = [each.id for each in site.asked()]
        return None if snapshot.request in told else f"request {snapshot.request} is not told"


def outcomes(bench: SourceBench) -> str | None:
    """An outcome reaches the source's own books."""
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        before = site.state(snapshot.request)
        outcome = site.outcome(site.request(snapshot.request), OutcomeStage.REJECTED, messages=("No budget left.",))
        stopped = finish(site, outcome)
        if stopped:
            return stopped
        return None if site.state(snapshot.request) != before else "the request's state is the same as before"


def hints(bench: SourceBench) -> str | None:
    """A request is told to our receiver, and understood."""
    with bench.site(bench.budgeted()) as site, receiving() as receiver:
        if not site.secret:
            raise NotSupported("The simulator serves no secret named `receiver`.", remedy="Serve it.")
        site.simulator.tell(site.books_home, receiver.url, site.secret)
        site.ask()
        delivered = receiver.wait()
        if not delivered:
            return "nothing came to our receiver when a request was made"
        return None if any(site.hint(each) for each in delivered) else "no delivery is understood"


def authorization(bench: SourceBench) -> str | None:
    """A person is sent to an address that brings him back."""
    with bench.site(bench.fresh()) as site, suppress(BadSettings):  # it may ask for other settings than the simulator's
        address = site.adapter.authorization(site.source).address(redirect_to="http://127.0.0.1/back", state="s-4711")
        return None if "s-4711" in address else f"{address} does not carry the state"
    return None


PROBES: Final[Mapping[SourceCapability, Probe]] = {
    SourceCapability.PROJECTS: projects,
    SourceCapability.SUB_JOBS: sub_jobs,
    SourceCapability.CHANGES: changes,
    SourceCapability.LOCK: lock,
    SourceCapability.REQUESTS: requests,
    SourceCapability.OUTCOMES: outcomes,
    SourceCapability.HINTS: hints,
    SourceCapability.AUTHORIZATION: authorization,
}
