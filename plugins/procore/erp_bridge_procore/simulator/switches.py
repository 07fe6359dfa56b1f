"""The simulator's switches: what is not publicly known of Procore, what a site sets up, and faults of meaning."""

import sqlite3
from typing import Final

from erp_bridge_core.simulation import Switch, Switches

_WORD: Final = r"[A-Za-z_ ]{0,40}"


def _yes_no(name: str, default: str, text: str) -> Switch:
    return Switch(name=name, default=default, choices=("yes", "no"), help=text)


def _whole(name: str, default: str, text: str) -> Switch:
    return Switch(name=name, default=default, pattern=r"[0-9]{1,9}", help=text)


def _one_of(name: str, text: str, *choices: str) -> Switch:
    return Switch(name=name, default=choices[0], choices=choices, help=text)


_UNKNOWN: Final = (
    _whole("decimals", "2", "Decimal places that amounts may have; more are refused (not known)."),
    _one_of("missing_company", "A call without Procore-Company-Id (assumed: refused with 400).", "400", "403", "taken"),
    _one_of(
        "error_shape", "How the body of an error carries its sentences (seen loosely).", "errors", "message", "list"
    ),
    _one_of("duplicate_status", "Status of a second line on a code: 422, or 409 as for duplicates.", "422", "409"),
    _one_of("row_amounts", "Amounts of budget view rows (schema: text).", "text", "number"),
    _one_of(
        "payload_amounts", "Amounts in ERP payloads (schema: text; the guide's sample: numbers).", "text", "number"
    ),
    Switch(
        name="exporting_word", default="exportging", pattern=_WORD, help="`erp_status` of a change that is exported."
    ),
    Switch(name="progress_word", default="in_progress", pattern=_WORD, help="How a request detail says in progress."),
    Switch(
        name="revised_class",
        default="Erp::RevisedEstimateTransaction",
        pattern=r"[A-Za-z:]{1,60}",
        help="Class name of transactions that are no original estimate (not known).",
    ),
    _one_of("closed_detail", "Closing a request detail that is closed already (not known).", "refused", "taken"),
    _yes_no("partial_lines_in_changes", "no", "Whether lines shown as ? may be used in a budget change (one source)."),
    _yes_no("paged_changes", "no", "Whether the list of budget changes comes in pages (none are documented)."),
)

_SITE: Final = (
    _whole("hourly_limit", "600", "Requests an hour (sample value); 0: no bound."),
    _whole("spike_limit", "25", "Requests in ten seconds (sample value); 0: no bound."),
    _whole("largest_page", "2000", "Most rows of a v1 page (advised: 2000 or fewer; one source: 1000)."),
    _yes_no(
        "migrated_changes", "no", "The project's modifications were migrated to budget changes: they are read only."
    ),
    _yes_no("modify_grand_total", "no", "Whether a modification may lack its source."),
    _yes_no(
        "post_before_unlock",
        "yes",
        "Whether an exported budget stays locked, unsent and without new lines or modifications until its job costs"
        " came back.",
    ),
    _one_of("deliver_order", "In which order webhooks are delivered.", "as made", "reversed"),
)

_FAULTS: Final = (
    _whole("refused_429", "0", "So many next requests are refused with 429, nothing done."),
    _one_of("told_429", "What a 429 says of when to come again.", "both", "reset", "retry_after", "neither"),
    _whole("busy_503", "0", "So many next requests are answered with 503 and Retry-After, nothing done."),
    _whole("errors_500", "0", "So many next requests are answered with 500."),
    _yes_no("errors_500_commit", "no", "Whether what is answered with 500 is done all the same."),
    _whole("lost_replies", "0", "So many next writes are done, but their replies are lost."),
    _whole("lost_token_replies", "0", "So many next tokens are given, but their replies are lost."),
    _whole("sync_refusals", "0", "So many next items of sync calls are refused within a 200."),
    _whole("edits_while_read", "0", "After so many next pages of budget rows somebody raises the first line by 1.00."),
    _whole("shifted_pages", "0", "So many next pages behind a first one begin a row early, as if one had been added."),
    Switch(
        name="erp_status_word", default="", pattern=_WORD, help="Shown as `erp_status` of every change; blank: its own."
    ),
    _yes_no("hold_events", "no", "Webhook events wait until this stands at no again."),
    _whole("lost_events", "0", "So many next webhook events are never delivered."),
    _whole("doubled_events", "0", "So many next webhook events are delivered twice."),
)

SWITCHES: Final = Switches((*_UNKNOWN, *_SITE, *_FAULTS))


def take(connection: sqlite3.Connection, name: str) -> bool:
    """Use up one of a counted switch; False when none is left."""
    left = SWITCHES.number(connection, name)
    if left:
        SWITCHES.set(connection, name, str(left - 1))
    return left > 0
