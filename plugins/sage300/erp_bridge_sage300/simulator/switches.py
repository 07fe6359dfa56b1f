"""The simulator's switches: what nobody outside Sage knows for sure, and what may go wrong with the meaning."""

from typing import Final

from erp_bridge_core.simulation import Switch, Switches

_YES_NO: Final = ("yes", "no")
_REFUSAL: Final = ("reject", "accept")


def _refusal(name: str, what: str) -> Switch:
    return Switch(name=name, default="reject", choices=_REFUSAL, help=f"Import Estimates: records for {what}.")


def _yes_no(name: str, text: str) -> Switch:
    return Switch(name=name, default="no", choices=_YES_NO, help=text)


def _whole(name: str, default: str, text: str) -> Switch:
    return Switch(name=name, default=default, pattern=r"[0-9]{1,9}", help=text)


_UNKNOWN: Final = (
    Switch(
        name="job_record",
        default="J",
        pattern="[A-Z]{1,2}",
        help="Record letter of the job record in an estimate file (assumed).",
    ),
    Switch(
        name="job_record_fields",
        default="job,extra,date",
        pattern="[a-z]+(,[a-z]+)*",
        help="Its fields after the letter, in order (assumed).",
    ),
    Switch(name="encoding", default="utf-8", choices=("utf-8", "cp1252"), help="How an estimate file is encoded."),
    Switch(
        name="code_sections",
        default="",
        pattern="([0-9]+(-[0-9]+)*)?",
        help="Digits per section of a cost code, such as 2-3; blank keeps codes as is.",
    ),
    Switch(
        name="stored_form", default="formatted", choices=("formatted", "bare"), help="How new codes are held and shown."
    ),
    _refusal("group_codes", "a group cost code"),
    _refusal("closed_jobs", "a closed job"),
    _refusal("held_jobs", "a job on hold"),
    _refusal("finalized_original", "the original estimate of a job whose original estimate is finalized"),
    Switch(
        name="missing_extra",
        default="reject",
        choices=("reject", "create"),
        help="Import Estimates: records for an extra that the job does not have.",
    ),
    _yes_no("project_management", "Whether a job that the import creates is set to PJ change management."),
    Switch(
        name="approved_type",
        default="Aprvd estimate chng",
        help="Transaction type text of an approved change (assumed).",
    ),
    Switch(
        name="closed_through",
        default="",
        pattern="([0-9]{4}-[0-9]{2}-[0-9]{2})?",
        help="Last day of the last closed period, as YYYY-MM-DD; blank: none.",
    ),
    Switch(
        name="closed_period",
        default="refuse",
        choices=("refuse", "post"),
        help="Posting into a closed period does what.",
    ),
    Switch(
        name="hh2_extras",
        default="listed",
        choices=("listed", "left_out"),
        help="Whether hh2 lists the rows of extras (without saying so) or leaves them out.",
    ),
    Switch(
        name="no_session_status",
        default="401",
        choices=("401", "403"),
        help="What hh2 answers to a call without a session.",
    ),
)

_SETTINGS: Final = (
    Switch(
        name="sync_lag",
        default="300",
        choices=("manual",),
        pattern="[0-9]{1,9}",
        help="Seconds after a change until hh2 has it, or 'manual'.",
    ),
    _whole("page_size", "1000", "Rows on a page of hh2."),
    _whole("session_minutes", "20", "How long an hh2 session lasts."),
    _whole("lock_after", "3", "Wrong log-ins until hh2 locks the user."),
    _yes_no("user_locked", "Whether the hh2 user is locked."),
    _yes_no("client_locked", "Whether the hh2 API client is locked."),
    _yes_no("report_unposted", "Whether the job cost report has columns of unposted amounts."),
)

_FAULTS: Final = (
    Switch(name="no_privilege", default="", help="hh2 lists answered with 406, comma-separated, or 'all'."),
    Switch(name="server_error", default="", help="hh2 lists answered with 500, comma-separated, or 'all'."),
    _yes_no("stale_report", "The report command prints the figures of the report before."),
    _yes_no("stale_sync", "The sync carries nothing to hh2."),
    _whole("report_hidden", "0", "Rows left out at the end of the job cost report."),
    _whole("report_doubled", "0", "Rows printed twice at the start of the job cost report."),
    _whole("hh2_hidden", "0", "Rows left out at the end of each hh2 list."),
    _whole("hh2_doubled", "0", "Rows given twice at the start of each hh2 list."),
    _whole("hh2_pages", "0", "Pages of each list that hh2 gives; all behind them are empty. 0: every page."),
    Switch(name="hidden_job", default="", help="Job whose last row neither the report nor hh2 shows; blank: none."),
)

SWITCHES: Final = Switches((*_UNKNOWN, *_SETTINGS, *_FAULTS))
