"""The simulator's switches: what nobody outside CMiC knows for sure, a site's control flags, and faults of meaning."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from erp_bridge_core.simulation import Switch, Switches

Settings = Mapping[str, str]

_YES_NO: Final = ("yes", "no")
_OPERATIONS: Final = r"([a-z*]+:(create|retrieve|update|delete|\*)(,[a-z*]+:(create|retrieve|update|delete|\*))*)?"


def _yes_no(name: str, default: str, text: str) -> Switch:
    return Switch(name=name, default=default, choices=_YES_NO, help=text)


def _whole(name: str, default: str, text: str) -> Switch:
    return Switch(name=name, default=default, pattern=r"[0-9]{1,9}", help=text)


_UNKNOWN: Final = (
    Switch(
        name="attribute_names",
        default="",
        pattern=r"([A-Za-z]+=[A-Za-z]*(,[A-Za-z]+=[A-Za-z]*)*)?",
        help="Attributes under other names than the assumed ones: Ours=Theirs,...; blank behind = leaves one out.",
    ),
    Switch(
        name="frozen_budget",
        default="refuse",
        choices=("refuse", "ignore"),
        help="A budget amount written to a started job: refused, or ignored without a word (assumed: refused).",
    ),
    Switch(
        name="pending_budget_shows",
        default="entered",
        choices=("entered", "with_changes"),
        help="A pending job's budget amount over REST, with its posted changes or without (assumed: without).",
    ),
    Switch(
        name="duplicate_key",
        default="ora",
        choices=("ora", "jbo"),
        help="Words for a row that exists already: the database's or the framework's (assumed: the database's).",
    ),
    Switch(
        name="approval",
        default="header",
        choices=("header", "lines"),
        help="A PCI is approved by its header's status, or only with all of its lines' (assumed: the header's).",
    ),
    _yes_no("control_jobs_hold_rows", "yes", "Whether a job with sub-jobs may have budget rows of its own (assumed)."),
    _yes_no("approve_by_patch", "yes", "Whether PATCH may change a PCI's status (assumed)."),
    _yes_no("lines_on_approved", "yes", "Whether lines may be added to an approved PCI that is not posted (assumed)."),
    _yes_no("describe", "yes", "Whether resources describe themselves at /describe (assumed)."),
    Switch(
        name="batch_resources",
        default="",
        pattern=r"([a-z]+(,[a-z]+)*)?",
        help="Resources that take part in batches; which ones do is not known, so none by default.",
    ),
)

_CONTROL: Final = (
    _yes_no("transfers_balance", "yes", "Control flag: the budgeted amounts of a transfer net to zero."),
    _yes_no("transfers_balance_billing", "yes", "Control flag: the billing amounts of a transfer net to zero."),
    _yes_no("internal_moves_budget", "yes", "Control flag: a posted internal PCI moves the current budget."),
    _yes_no("post_to_closed_period", "no", "Project option: PCIs may be posted to a closed period."),
)

_SETTINGS: Final = (
    Switch(
        name="closed_through",
        default="",
        pattern="([0-9]{4}-[0-9]{2}-[0-9]{2})?",
        help="Last day of the last closed period, as YYYY-MM-DD; blank: none.",
    ),
    Switch(
        name="authentication", default="both", choices=("both", "basic", "oauth"), help="Which log-ins the host takes."
    ),
    _whole("in_flight", "5", "Requests in flight per address; one more is answered with 429. 0: no bound."),
    _whole("per_second", "15", "Requests a second per address; one more is answered with 429. 0: no bound."),
    _whole("latency", "0", "Milliseconds that each request takes at least."),
    _whole("token_seconds", "3600", "How long an access token lasts."),
    _whole("token_calls", "0", "Calls after which a token expires; 0: none."),
    _whole("lock_after", "0", "Wrong log-ins until the user is locked; 0: never (not known)."),
)

_FAULTS: Final = (
    Switch(
        name="refused", default="", pattern=_OPERATIONS, help="Answered with 403: resource:operation,...; * is any."
    ),
    Switch(name="html", default="", pattern=_OPERATIONS, help="Answered with an HTML page: resource:operation,..."),
    Switch(name="html_status", default="502", choices=("200", "403", "404", "500", "502", "503"), help="Its status."),
    Switch(
        name="postcm",
        default="honest",
        choices=("honest", "refuses", "false_success", "posts_and_fails"),
        help="postcm refuses, says SUCCESS without posting, or posts and tells of a failure.",
    ),
    _whole("post_refusals", "0", "So many next posts are refused by postcm, in its own words."),
    _whole("short_batches", "0", "So many next batches are done whole and answered with their first part alone."),
    _whole("missing_rows", "0", "Rows left out in the middle of each page."),
    _whole("doubled_rows", "0", "Rows given twice on each page."),
    _yes_no("cut_pages", "no", "hasMore is false on every page."),
    Switch(
        name="write_fault",
        default="none",
        choices=("none", "lost_reply", "lost_request", "late"),
        help="Next writes: done but unanswered, not done and unanswered, or unanswered and done at the desk's release.",
    ),
    _whole("write_fault_count", "1", "How many writes the fault befalls; it counts down."),
    _whole("write_fault_after", "0", "Writes that go well before it; it counts down."),
    _whole("write_fault_stall", "0", "Seconds until the connection of such a write ends."),
    Switch(
        name="write_fault_on",
        default="",
        pattern=r"([a-z]+(,[a-z]+)*)?",
        help="Resources whose writes it befalls; blank: all.",
    ),
)

CONTROL_FLAGS: Final = tuple(switch.name for switch in _CONTROL)
SWITCHES: Final = Switches((*_UNKNOWN, *_CONTROL, *_SETTINGS, *_FAULTS))


def settings(connection: sqlite3.Connection) -> Settings:
    """The values of all switches at once."""
    held = {str(name): str(value) for name, value in connection.execute("SELECT name, value FROM switch")}
    return {switch.name: held.get(switch.name, switch.default) for switch in SWITCHES}


def names_operation(listed: str, resource: str, operation: str) -> bool:
    """Whether a list like `cmmast:update,jcjob:*` names this operation on this resource."""
    pairs = (pair.split(":") for pair in listed.split(",") if pair)
    return any(found in (resource, "*") and done in (operation, "*") for found, done in pairs)


def take(connection: sqlite3.Connection, name: str) -> bool:
    """Use up one of a counted switch; False when none is left."""
    left = SWITCHES.number(connection, name)
    if left:
        SWITCHES.set(connection, name, str(left - 1))
    return left > 0
