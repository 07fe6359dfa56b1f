"""Values that could not be built, changed or mixed up."""

from collections.abc import Iterator

from erp_bridge_core.contract import (
    CostCode,
    Erp,
    ErpProfile,
    ExportLine,
    Figure,
    Finding,
    JobReading,
    LineKey,
    Observation,
    OperationProfile,
    RouteSight,
    SafetyClass,
    Secret,
    Seen,
    Severity,
    SignInMemory,
    Stream,
    SubJob,
    standard_fields,
)
from erp_bridge_core.contract.errors import ErpRefused, NotFound, Throttled
from right.settings import AcmeErp, AcmeSettings


class OtherSettings:
    """Another ERP's settings."""


def of_another(erp: Erp[OtherSettings]) -> AcmeErp:
    """A connection to one ERP is none to another."""
    return erp  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def secrets(erp: AcmeErp) -> Iterator[str]:
    """A secret is no text, and takes none but its own."""
    yield erp.settings.password  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    yield erp.settings.password + "x"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    yield erp.settings.pasword.reveal()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    AcmeSettings(url="", user="", password="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Secret(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def frozen(erp: AcmeErp, line: ExportLine) -> None:
    """Nothing that an adapter is given can be changed."""
    erp.job = "2"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    line.amount = line.amount * 2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    erp.settings.url = ""  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def money(key: LineKey) -> Iterator[Seen]:
    """A float is no money, and neither is text."""
    yield Observation(route="web", key=key, total=1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield Observation(route="web", key=key, original="1.00")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield Figure(key=key, original=None, changes=None, total=None)  # type: ignore[misc]  # pyright: ignore[reportReturnType]


def profile() -> ErpProfile:
    """Words of a closed set are no text, and a profile names its version."""
    OperationProfile(name="line", title="Line", safety="keyed", because="It does.")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    OperationProfile(name="line", title="Line", safety=SafetyClass.KEYED)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ErpProfile(name="acme", title="Acme", api_version=1, settings_class=AcmeSettings, capabilities=["original"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return ErpProfile(name="acme", title="Acme", settings_class=AcmeSettings)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def findings(line: ExportLine) -> Iterator[Finding]:
    """A finding has a severity, a rule, a message and a remedy."""
    yield Finding(severity="error", rule="odd", message="It is odd.", remedy="Change it.")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield Finding(severity=Severity.ERROR, rule="odd", message="It is odd.")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield Finding(severity=Severity.NOTE, rule="odd", message="", remedy="", line=line.key)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def streams(whole: JobReading, codes: Stream[CostCode]) -> Iterator[Stream[SubJob]]:
    """A stream is of what it is named for, opens anew each time, and has no length."""
    yield Stream[SubJob]([SubJob(code="A", name="A")])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield codes  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    yield whole.figures  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    len(whole.sub_jobs)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def errors(memory: SignInMemory) -> Iterator[Exception]:
    """Errors say what to do by name; words are the ERP's."""
    yield NotFound("Acme has no such job.", "Check the code.")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield ErpRefused("No.", lines=["1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    yield Throttled("Later.", retry_after="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield memory.refused(NotFound("Acme refused the log-in."))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def fields(erp: AcmeErp) -> None:
    """The standard fields need the day, the next number and the approver."""
    standard_fields(today=erp.clock.now().isoformat(), next_number="7", approver="")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    standard_fields(today=erp.clock.today(), next_number=7, approver="")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    standard_fields(today=erp.clock.today())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    RouteSight("web", "Web service")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
