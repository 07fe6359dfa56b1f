"""What each setting of a connection to Sage 300 CRE means, as the form of a connection tells it."""

from collections.abc import Mapping
from typing import Final

NOTES: Final[Mapping[str, str]] = {
    "company": "Name of the Sage data folder, as the report prints it: the identity of the books.",
    "live": "Whether these are the live books; approvers are shown it. Unset: not said.",
    "hh2_url": "Address of hh2, or the company's name there. Blank: no hh2 route.",
    "hh2_api_key": "Secret of the API client. Needed with hh2_url, as are the next three.",
    "hh2_api_secret": "Secret of the API client.",
    "hh2_username": "Secret: hh2's user.",
    "hh2_password": "Secret: that user's password.",
    "hh2_page_cap": "A list of more pages than that is a failed read, so that a loop ends.",
    "hh2_job_statuses": "What hh2's numbers for a job's status mean: pending, open, held, frozen, closed or unknown.",
    "job_cost_report": "Where the job cost report lies, below the shared folder.",
    "extras_report": "Where the list of Extras lies.",
    "report_columns.company": "Header of its company.",
    "report_columns.job": "Header of the job.",
    "report_columns.extra": "Header of the Extra; its cell is blank for the job itself.",
    "report_columns.cost_code": "Header of the cost code.",
    "report_columns.category": "Header of the category.",
    "report_columns.original": "Header of the posted original estimate.",
    "report_columns.changes": "Header of the posted approved estimate changes.",
    "report_columns.total": "Header of the total of both.",
    "report_columns.unposted_original": "Header of unposted originals. The report need not have it.",
    "report_columns.unposted_changes": "Header of unposted approved changes. The report need not have it.",
    "report_columns.committed": "Header of cost to date plus open commitments. The report need not have it.",
    "extras_columns.job": "Header of the job in the list of Extras.",
    "extras_columns.extra": "Header of the Extra.",
    "extras_columns.description": "Header of its name.",
    "extras_columns.status": "Header of its status: Closed and Inactive take no budget.",
    "report_encoding": "How both are encoded.",
    "reject_file": (
        "Where the accountant lets Import Estimates write rejected records, below the shared folder. {file} "
        "is the name of the imported file without its suffix. A fixed name means one rejection file for all: "
        "each import overwrites it, and rejected records that nobody looked at in between count as arrived "
        "until the posted figures are verified."
    ),
    "odbc_connection": "Secret: an ODBC connection string. None: no ODBC route.",
    "odbc_tables.job": "Table of jobs; a source with Access-style names has other ones.",
    "odbc_tables.extra": "Table of Extras.",
    "odbc_tables.cost_code": "Table of cost codes.",
    "odbc_tables.category": "Table of categories, with the figures.",
    "odbc_tables.standard_cost_code": "Table of standard cost codes.",
    "odbc_tables.standard_category": "Table of standard categories.",
    "odbc_timeout": "Seconds after which a query is given up.",
    "job_sections": "Lengths of the sections of a job's code, such as [2, 3]. Sage can't be asked for them.",
    "job_delimiter": "What stands between them: -, / or ..",
    "cost_code_sections": "Lengths of the sections of a cost code, [2, 4, 3] for 12-3456-789.",
    "cost_code_delimiter": "What stands between them.",
    "compare_codes": "Whether Sage stores delimiters: both compares with and without them, exactly as they stand.",
    "zero_section_is_group": "An unknown code whose last section is zeros is taken for a group code.",
    "category_record": "The fields of the category record in order; cost_code:15 is padded on the left to 15.",
    "job_record": (
        "The record that names job and Extra before their lines. Blank: the job is typed into the dialog, and "
        "Extras are refused."
    ),
    "file_encoding": "Encoding of the import file; what it can't say is refused. Often cp1252 on Windows.",
    "amount_width": (
        "Reading of the width 8.2: digits allows 99,999,999.99, positions 99,999.99; unsure allows the first "
        "and warns above the second."
    ),
    "quantity_over": "A quantity of more than two decimals: leave_out after a warning, or refuse.",
    "long_descriptions": "A description of more than 30 characters: shorten after a warning, or refuse.",
    "unsafe_descriptions": "Quotes and control characters in a description: refuse, or replace after a warning.",
    "original_description": (
        "Pattern of an original's description; words in braces are filled in: {line}, {description}, {change} "
        "and the standard fields."
    ),
    "change_description": "Pattern of a change's description.",
    "standard_fields": "Which of the standard revision fields approvers are asked for.",
    "allow_new_cost_codes": (
        "Whether the import may create cost codes that are not on the standard list. The sheet says how to set its box."
    ),
    "original_when_finalized": "Originals for a job whose original estimate is finalized: refuse or warn.",
    "closed_through": "Accounting dates up to this day are refused. Unset: none are.",
}

#: Settings that stand together under a title; the others stand first.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Service of hh2": (
        "hh2_url", "hh2_api_key", "hh2_api_secret", "hh2_username", "hh2_password", "hh2_page_cap", "hh2_job_statuses",
    ),
    "Database by ODBC": ("odbc_connection", "odbc_tables", "odbc_timeout"),
    "Columns of the reports": ("report_columns", "extras_columns", "report_encoding"),
    "Codes": (
        "job_sections", "job_delimiter", "cost_code_sections", "cost_code_delimiter", "compare_codes",
        "zero_section_is_group",
    ),
    "Import file": (
        "category_record", "job_record", "file_encoding", "amount_width", "quantity_over", "long_descriptions",
        "unsafe_descriptions", "original_description", "change_description",
    ),
    "Rules of the site": ("standard_fields", "allow_new_cost_codes", "original_when_finalized", "closed_through"),
}  # fmt: skip
