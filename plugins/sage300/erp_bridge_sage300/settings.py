"""The settings of a connection to one Sage 300 CRE data folder. What isn't publicly known of Sage is a setting here."""

import codecs
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final, Literal

from attrs import Factory, field, fields_dict, frozen

from erp_bridge_core.contract import Secret
from erp_bridge_sage300.codes import DELIMITERS, CodeFormat, Comparing
from erp_bridge_sage300.layout import CATEGORY_RECORD, JOB_RECORD, FileLayout

#: The standard set of revision fields, which a site may ask of its approvers.
STANDARD_FIELDS: Final = (
    "budget_revision_type",
    "revision_date",
    "budget_revision_number",
    "budget_revision_status",
    "approved_by",
)
#: What a description's pattern may hold besides the standard fields.
WORDS: Final = ("line", "description", "change", *STANDARD_FIELDS)
PATTERN_WORD: Final = re.compile(r"\{([^{}]*)\}")
#: What stands for the import file's name, without suffix, in `reject_file`.
FILE: Final = "{file}"
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STATUSES: Final = frozenset({"pending", "open", "held", "frozen", "closed", "unknown"})


def _no_secret() -> Secret:
    return Secret("")


@frozen(kw_only=True)
class ReportColumns:
    """The headers of the site's job cost report. The last three columns may be missing from the report.

    `committed` is cost to date plus open commitments: with it, a budget that falls below them warns.
    """

    company: str = "Company"
    job: str = "Job"
    extra: str = "Extra"
    cost_code: str = "Cost Code"
    category: str = "Category"
    original: str = "Original Estimate"
    changes: str = "Approved Estimate Changes"
    total: str = "Total Estimate"
    unposted_original: str = "Unposted Original"
    unposted_changes: str = "Unposted Approved"
    committed: str = "Cost and Commitments"


@frozen(kw_only=True)
class ExtrasColumns:
    """The headers of the site's list of Extras."""

    job: str = "Job"
    extra: str = "Extra"
    description: str = "Description"
    status: str = "Status"


@frozen(kw_only=True)
class OdbcTables:
    """Table names for ODBC: the dictionary-standard ones; a source with Access-style names has others."""

    job: str = "JCM_MASTER__JOB"
    extra: str = "JCM_MASTER__EXTRA"
    cost_code: str = "JCM_MASTER__COST_CODE"
    category: str = "JCM_MASTER__CATEGORY"
    standard_cost_code: str = "JCM_MASTER__STANDARD_COST_CODE"
    standard_category: str = "JCM_MASTER__STANDARD_CATEGORY"


@frozen(kw_only=True)
class Sage300Settings:
    """One Sage 300 CRE data folder. `company` is its name and the identity of the books; the README explains each."""

    company: str
    live: bool | None = None

    hh2_url: str = ""
    hh2_api_key: Secret = Factory(_no_secret)
    hh2_api_secret: Secret = Factory(_no_secret)
    hh2_username: Secret = Factory(_no_secret)
    hh2_password: Secret = Factory(_no_secret)
    hh2_page_cap: int = 20_000
    #: What hh2's whole numbers for a job's status mean is not documented: the default is assumed.
    hh2_job_statuses: Mapping[str, str] = Factory(lambda: {"0": "open", "1": "open", "2": "closed", "3": "held"})

    job_cost_report: str = "reports/job-cost.csv"
    extras_report: str = "reports/extras.csv"
    report_columns: ReportColumns = ReportColumns()
    extras_columns: ExtrasColumns = ExtrasColumns()
    report_encoding: str = "utf-8-sig"
    #: `{file}` stands for the import file's own name: each file has a rejection file that no other import overwrites.
    reject_file: str = f"rejected/{FILE}.jce"

    odbc_connection: Secret = Factory(_no_secret)
    odbc_tables: OdbcTables = OdbcTables()
    odbc_timeout: int = 60

    job_sections: tuple[int, ...] = ()
    job_delimiter: str = "-"
    cost_code_sections: tuple[int, ...] = ()
    cost_code_delimiter: str = "-"
    compare_codes: Literal["both", "exactly"] = "both"
    zero_section_is_group: bool = True

    category_record: str = CATEGORY_RECORD
    job_record: str = JOB_RECORD
    file_encoding: str = "ascii"
    amount_width: Literal["unsure", "digits", "positions"] = "unsure"
    quantity_over: Literal["leave_out", "refuse"] = "leave_out"
    long_descriptions: Literal["shorten", "refuse"] = "shorten"
    unsafe_descriptions: Literal["refuse", "replace"] = "refuse"
    original_description: str = "{line}"
    change_description: str = "{description}"
    standard_fields: tuple[str, ...] = ()

    allow_new_cost_codes: bool = False
    original_when_finalized: Literal["refuse", "warn"] = "refuse"
    closed_through: date | None = None

    layout: FileLayout = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse settings that contradict each other, all faults in one message."""
        problems = [*_text_faults(self), *_table_faults(self.odbc_tables)]
        try:
            layout = FileLayout.parse(category_record=self.category_record, job_record=self.job_record)
        except ValueError as error:
            problems.append(str(error))
        else:
            object.__setattr__(self, "layout", layout)
        if problems:
            raise ValueError("; ".join(problems))

    @cached_property
    def comparing(self) -> Comparing:
        """How this site's codes are brought to one form and compared."""
        return Comparing(
            jobs=CodeFormat(self.job_sections, self.job_delimiter),
            cost_codes=CodeFormat(self.cost_code_sections, self.cost_code_delimiter),
            exactly=self.compare_codes == "exactly",
        )

    @property
    def hh2_base(self) -> str:
        """The address of hh2's service: `acme` alone means `https://acme.hh2.com`; blank without that route."""
        text = self.hh2_url.strip().rstrip("/")
        return text if not text or "://" in text else f"https://{text.removesuffix('.hh2.com')}.hh2.com"

    def reject_path(self, name: str) -> str:
        """Where Import Estimates shall write what it rejects of the import file `name` (without suffix)."""
        return self.reject_file.replace(FILE, name)

    @property
    def amount_digits(self) -> int:
        """Digits before the point that an amount in the file may have."""
        return 5 if self.amount_width == "positions" else 8


def _text_faults(settings: Sage300Settings) -> Iterator[str]:
    if not settings.company.strip():
        yield "company is blank: give the name of the Sage data folder"
    yield from _hh2_faults(settings)
    for name in ("job_cost_report", "extras_report", "reject_file"):
        yield from _path_faults(name, getattr(settings, name))
    if not settings.job_cost_report:
        yield "job_cost_report is blank: the job cost report is the proof of what was posted and can't be left out"
    yield from _reject_faults(settings.reject_file)
    for name in ("report_encoding", "file_encoding"):
        yield from _encoding_faults(name, getattr(settings, name))
    for name in ("job", "cost_code"):
        yield from _section_faults(settings, name)
    for name in ("original_description", "change_description"):
        yield from _pattern_faults(name, getattr(settings, name))
    unknown = sorted(set(settings.standard_fields) - set(STANDARD_FIELDS))
    if unknown:
        yield f"standard_fields: {', '.join(unknown)} is none of {', '.join(STANDARD_FIELDS)}"


def _hh2_faults(settings: Sage300Settings) -> Iterator[str]:
    names = ("hh2_api_key", "hh2_api_secret", "hh2_username", "hh2_password")
    missing = [name for name in names if not getattr(settings, name)]
    if settings.hh2_url.strip() and missing:
        yield f"hh2_url is given but {', '.join(missing)} not"
    for status in sorted(set(settings.hh2_job_statuses.values()) - _STATUSES):
        yield f"hh2_job_statuses: {status!r} is none of {', '.join(sorted(_STATUSES))}"
    if settings.hh2_page_cap < 1:
        yield "hh2_page_cap is below 1"


def _path_faults(name: str, value: str) -> Iterator[str]:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value:
        yield f"{name} {value!r} is not a path below the share, with forward slashes"


def _reject_faults(value: str) -> Iterator[str]:
    if not value:
        yield "reject_file is blank: say where Import Estimates writes its rejection file"
    if FILE in str(PurePosixPath(value).parent):
        # The folders are made once, before the names of files are known.
        yield f"reject_file {value!r} has {FILE} in a folder's name: it may stand in the file's own name alone"
    if set(value.replace(FILE, "")) & {"{", "}"}:
        yield f"reject_file {value!r} has other braces than those of {FILE}"


def _encoding_faults(name: str, value: str) -> Iterator[str]:
    try:
        codecs.lookup(value)
    except (LookupError, ValueError):
        yield f"{name}: there is no encoding {value!r}"


def _section_faults(settings: Sage300Settings, name: str) -> Iterator[str]:
    sections, delimiter = getattr(settings, f"{name}_sections"), getattr(settings, f"{name}_delimiter")
    if any(length < 1 for length in sections):
        yield f"{name}_sections: a section has at least one character"
    if len(delimiter) != 1 or delimiter not in DELIMITERS:
        yield f"{name}_delimiter {delimiter!r} is none of {' '.join(DELIMITERS)}"


def _pattern_faults(name: str, value: str) -> Iterator[str]:
    for word in PATTERN_WORD.findall(value):
        if word not in WORDS:
            yield f"{name}: {{{word}}} is none of {', '.join(WORDS)}"


def _table_faults(tables: OdbcTables) -> Iterator[str]:
    # Table names go into SQL text, where no parameter can stand.
    for name in fields_dict(OdbcTables):
        if not _IDENTIFIER.fullmatch(getattr(tables, name)):
            yield f"odbc_tables.{name} {getattr(tables, name)!r} is not a table name"
