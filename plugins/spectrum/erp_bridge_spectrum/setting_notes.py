"""What each setting of a connection to Spectrum means, as the form of a connection tells it."""

from collections.abc import Mapping
from typing import Final

NOTES: Final[Mapping[str, str]] = {
    "url": "Root of Data Exchange with its port, as Data Exchange Download shows it.",
    "company": "Company code of up to three characters: the identity of the books.",
    "authorization_id": "Secret: the Authorization ID.",
    "live": "Whether these are the live books; approvers are shown it. Unset: not said.",
    "basic": "Send Basic authentication as well, as some clients do.",
    "guid": "A new GUID with every call, or blank.",
    "token_url": "Address of tokens of Enhanced Authentication. Blank: it is off.",
    "client_id": "Secret: client id there.",
    "client_secret": "Secret: the client's.",
    "token_scope": "Scope of the token.",
    "row_cap": "An answer of as many rows may not be whole.",
    "divisions": "The company's divisions, by which jobs are found where an answer can't hold all.",
    "cost_types": "All cost types of the company, code and name; large jobs are read by them.",
    "units": "The units of measure. Empty: Spectrum itself checks them.",
    "phase_mask": "How phases are written, as 999-99999: a nine for a digit.",
    "phase_masks": "Masks of jobs that have one of their own, by job.",
    "phase_fill": "Zeros of a short phase: leading, trailing or none.",
    "price_method": "Price method of a new phase: F, T, C, U, or J for the job's; blank: none is sent.",
    "quantities": "Whether quantities go along.",
    "change_route": "How changes are written: current_estimate or change_request; see two routes.",
    "change_request_status": (
        'Spectrum\'s status code per revision status, as { approved = "EX" }. Each must post to job cost.'
    ),
    "change_request_prefix": "Up to five characters that begin our change requests' numbers, and nobody else's.",
    "customer": "Customer whose contract the change requests belong to. Blank: the job's.",
    "cost_reimbursable": "Flag of the change requests: N is the cost side alone; blank leaves Spectrum's default.",
    "send_approved_date": (
        "Give approved change requests their date, which needs a status that is approved or executed."
    ),
    "sql_connection": "Secret: a connection string for read-only SQL; needs pip install 'erp-bridge-spectrum[sql]'.",
    "sql_phase_master": "The table with Original_Est_Cost.",
    "sql_timeout": "Seconds after which a query is given up.",
}

#: Settings that stand together under a title; the others stand first.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Enhanced Authentication": ("token_url", "client_id", "client_secret", "token_scope"),
    "Requests": ("basic", "guid", "row_cap"),
    "Phases and codes": (
        "divisions", "cost_types", "units", "phase_mask", "phase_masks", "phase_fill", "price_method", "quantities",
    ),
    "Budget changes": (
        "change_route", "change_request_status", "change_request_prefix", "customer", "cost_reimbursable",
        "send_approved_date",
    ),
    "Reading by SQL": ("sql_connection", "sql_phase_master", "sql_timeout"),
}  # fmt: skip
