"""Whether a connection works: log-in, company, attribute names, PCI types and statuses. Looks only."""

from collections.abc import Callable, Iterator
from functools import partial

from erp_bridge_cmic.changes import read_types, usable_type
from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.names import assumed
from erp_bridge_cmic.sign_in import CmicErp
from erp_bridge_cmic.wire import equal, text
from erp_bridge_core.contract import Checked
from erp_bridge_core.contract.errors import BadSettings, ErpBridgeError

Look = Callable[[], str]


def check_connection(erp: CmicErp) -> Iterator[Checked]:
    """Yield one `Checked` per thing looked at; after a refused log-in nothing more is asked."""
    client = Cmic(erp, by_person=True)
    first = _look("log-in", lambda: _company(client))
    yield first
    if not first.ok:
        return
    yield from _names(client)
    for letter, code in erp.settings.types.items():
        yield _look(f"PCI type {code}", partial(_type, client, letter, code))
    yield _look("PCI statuses", lambda: _statuses(client))


def _look(name: str, look: Look) -> Checked:
    try:
        return Checked(name=name, ok=True, message=look())
    except ErpBridgeError as error:
        return Checked(name=name, ok=False, message=error.message, remedy=error.remedy)


def _company(client: Cmic) -> str:
    settings = client.erp.settings
    query = equal({settings.names.job_company: settings.company})
    found = next(client.rows("jcjob", fields=("JobVUuid", "JobCode"), query=query, identity="JobVUuid"), None)
    if found is None:
        raise BadSettings(
            f"The log-in is taken, and no job of company {settings.company} is visible.",
            remedy="Check `company`, and the API account's company access and job security groups.",
        )
    return f"{settings.base} takes the log-in and shows jobs of company {settings.company}."


def _names(client: Cmic) -> Iterator[Checked]:
    """The assumed attribute names against the server's own description, resource by resource."""
    by_resource: dict[str, list[tuple[str, str]]] = {}
    for resource, setting, attribute in assumed(client.erp.settings.names):
        by_resource.setdefault(resource, []).append((setting, attribute))
    for resource, wanted in by_resource.items():
        yield _look(f"attributes of {resource}", partial(_described, client, resource, wanted))


def _described(client: Cmic, resource: str, wanted: list[tuple[str, str]]) -> str:
    known = client.described(resource)
    if known is None:
        shown = ", ".join(attribute for _, attribute in wanted)
        return f"The server does not describe {resource}: look at a row for {shown}."
    missing = [f"{attribute} (names.{setting})" for setting, attribute in wanted if attribute not in known]
    if missing:
        raise BadSettings(
            f"The server's {resource} has no {', '.join(missing)}.",
            remedy=f"Set the right names; it has: {', '.join(sorted(known))}.",
        )
    return f"All {len(wanted)} assumed attribute names are there."


def _type(client: Cmic, letter: str, code: str) -> str:
    found = usable_type(read_types(client), code, letter=letter)
    return f"Class {found.letter}, numbers {found.mask}, own numbers allowed."


def _statuses(client: Cmic) -> str:
    settings, names = client.erp.settings, client.erp.settings.names
    fields = (names.status, names.status_pending_type)
    query = equal({names.status_company: settings.company})
    rows = client.rows("cmstatus", fields=fields, query=query, identity=names.status)
    held = {text(row, names.status): text(row, names.status_pending_type) for row in rows}
    wanted = {settings.building_status: False}
    wanted |= {status.code: status.approved for status in settings.status_codes.values()}
    problems = [f"{code} does not exist" for code in wanted if code not in held]
    problems += [
        f"{code} is {held[code]}, which {'is' if approved else 'must'} not {'' if approved else 'be '}approved"
        for code, approved in wanted.items()
        if code in held and (held[code].lower() == "approved") is not approved
    ]
    if problems:
        raise BadSettings(
            f"PCI statuses do not fit: {'; '.join(problems)}.",
            remedy=f"Correct status_codes and building_status; CMiC has: {', '.join(sorted(held))}.",
        )
    return f"{', '.join(sorted(wanted))} are there, with the right pending types."
