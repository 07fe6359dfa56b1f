"""The simulator's switches: what is not known of Spectrum, an installation's own settings, and what may go wrong."""

import sqlite3
from typing import Final

from erp_bridge_core.simulation import Switch, Switches

_YES_NO: Final = ("yes", "no")


def _one_of(name: str, text: str, *choices: str) -> Switch:
    return Switch(name=name, default=choices[0], choices=choices, help=text)


def _yes_no(name: str, text: str, *, default: str = "no") -> Switch:
    return Switch(name=name, default=default, choices=_YES_NO, help=text)


def _whole(name: str, default: str, text: str) -> Switch:
    return Switch(name=name, default=default, pattern="[0-9]{1,9}", help=text)


def _day(name: str, text: str) -> Switch:
    return Switch(name=name, default="", pattern="([0-9]{4}-[0-9]{2}-[0-9]{2})?", help=text)


_UNKNOWN: Final = (
    _one_of("put_success", "What a successful Put answers: no response, a blank code, or G.", "none", "blank", "G"),
    _one_of("long_text", "Text longer than its Max is cut silently, or refused with I.", "cut", "refuse"),
    _whole("short_phase", "0", "Phase codes are cut to so many characters, shorter than documented; 0: as documented."),
    _one_of("element_order", "Elements must come in the order of the WSDL, or may come in any.", "strict", "any"),
    _one_of("wsdl_children", "Whether WSDLs say that child elements are qualified.", "unqualified", "qualified"),
    _one_of(
        "current_on_update",
        "An update with an original and a blank current: current is the original again (plus change requests that "
        "count), moves along with it, or stays.",
        "reset", "move", "stay",
    ),
    _one_of("blank_status", "A blank status on an update leaves the stored one, or makes it Active.", "keep", "active"),
    _one_of("price_method", "The price method is required for a new phase, or always.", "new", "always"),
    _one_of("get_refusal", "Code in a Get's row when it is not authorised.", "E", "A"),
    _one_of("fault_status", "HTTP status of a SOAP fault.", "500", "200"),
    _yes_no("guid_required", "Whether a blank GUID is refused."),
    _yes_no("guid_consumed", "Whether a Get with a GUID used before answers with one blank row."),
    _yes_no("pad_job_numbers", "Whether Gets return job numbers with leading blanks.", default="yes"),
    Switch(
        name="posting_types",
        default="1,2,3",
        pattern="([1-5](,[1-5])*)?",
        help="Action types of a change request's status that post to Job Cost, as numbered on the screen: 1 revenue "
        "and cost, billable; 2 the same, not billable; 3 cost only; 4 none; 5 reverse.",
    ),
)  # fmt: skip

_SETTINGS: Final = (
    _yes_no("display_only", "Job Cost Installation: Current Estimate display only?"),
    _one_of("phase_fill", "Zeros that fill a short phase code of new jobs.", "trailing", "leading"),
    _one_of("cost_centers", "The company's cost-centre status.", "no", "pending", "yes"),
    _yes_no("reimbursable_posts", "A/R: cost-reimbursable change requests post to Job Cost.", default="yes"),
    _yes_no("other_requests_post", "A/R: change requests that are not reimbursable post to Job Cost.", default="yes"),
    _day("processing_from", "First day of the A/R processing dates, YYYY-MM-DD; blank: no bound."),
    _day("processing_through", "Last day of the A/R processing dates, YYYY-MM-DD; blank: no bound."),
    _whole("row_cap", "500", "Rows of a Get at most; 0: no cap."),
    _yes_no("cap_warning", "Whether a capped Get ends with a row of code W.", default="yes"),
    _whole("at_once", "3", "Calls at once; one more gets a fault; 0: no bound."),
    _whole("guid_hours", "24", "Hours after its first use in which a GUID may be used."),
    _yes_no("enhanced_authentication", "Whether calls need a bearer token of /connect/token."),
    _whole("token_minutes", "60", "How long a token lasts."),
    _whole("latency", "0", "Milliseconds that a call takes at least."),
)

_FAULTS: Final = (
    _whole("faults", "0", "So many next calls answer Error executing Web Service."),
    _yes_no("faults_commit", "Whether a Put that answers with a fault of `faults` is carried out all the same."),
    _whole("refused_puts", "0", "So many next Puts are refused with a code in a good reply, nothing done."),
    _whole("html_answers", "0", "So many next calls answer with an HTML page, nothing done."),
    _one_of("html_status", "HTTP status of those pages.", "200", "503", "401"),
    _whole("lost_replies", "0", "So many next Puts are carried out, but their replies are lost."),
    _whole("late_writes", "0", "So many next Puts get no reply and are carried out at `release` alone."),
    _whole("cut_tail", "0", "Gets with at least so many rows lose their closing tags; 0: none."),
    _whole("hidden_rows", "0", "Rows left out at the end of each GetPhase."),
    _whole("doubled_rows", "0", "Rows given twice at the start of each GetPhase."),
)

SWITCHES: Final = Switches((*_UNKNOWN, *_SETTINGS, *_FAULTS))


def take(connection: sqlite3.Connection, name: str) -> bool:
    """Use up one of a counted switch; False when none is left."""
    left = SWITCHES.number(connection, name)
    if left == 0:
        return False
    SWITCHES.set(connection, name, str(left - 1))
    return True
