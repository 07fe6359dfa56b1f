"""The correct adapter: every hook a method. A defect subclasses a variant, or names another client or operation class.

A subclass that replaces a hook marks its own with `@hookimpl`; everything a hook is made of can be replaced without.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from erp_bridge_core.contract import (
    Category,
    Checked,
    CostCode,
    Effects,
    Erp,
    ErpProfile,
    ExportBatch,
    ExportLine,
    ExportReceipt,
    FieldValues,
    Figure,
    Finding,
    JobHeader,
    JobReading,
    JobStatus,
    LineKey,
    Observation,
    RevisionField,
    RevisionSight,
    RevisionStage,
    RouteSight,
    SafetyClass,
    Seen,
    Severity,
    Simulator,
    Stream,
    SubJob,
    hookimpl,
)
from erp_bridge_core.contract.errors import ErpBridgeError, NotFound
from planted.client import Client, Row, TinSettings
from planted.operations import Writing
from planted.operations_absolute import row_key
from planted.profile import profile_of
from planted.revisions import fields_of, revisions_of

TinErp = Erp[TinSettings]
ROUTE = "figures"
ZERO = Decimal(0)
EXPORTED = "changes of item {item}, send {version}"


class TinAdapter:
    """What all variants share; `variants` holds the five, which differ in `safety` and in how they export."""

    safety: ClassVar[SafetyClass]
    client_class: ClassVar[type[Client]] = Client
    operation_classes: ClassVar[Mapping[str, type[Writing]]] = {}
    #: Whether a change can be recorded as pending.
    pending: ClassVar[bool] = False

    def __init__(self, name: str) -> None:
        """Take the name that the adapter is registered under."""
        self.name = name

    # -- what it is ---------------------------------------------------------------------------------------------------

    @hookimpl
    def erp_profile(self) -> ErpProfile:
        """Describe the books."""
        return profile_of(self.safety, self.name)

    @hookimpl
    def erp_simulator(self) -> Simulator:
        """The books themselves."""
        from planted.simulator import TinSimulator

        return TinSimulator(self.safety)

    def client(self, erp: TinErp, *, by_person: bool = False) -> Client:
        """The way to the books."""
        return self.client_class(erp, by_person=by_person)

    # -- looking ------------------------------------------------------------------------------------------------------

    @hookimpl
    def check_connection(self, erp: TinErp) -> Iterable[Checked]:
        """Log in and read the company."""
        client = self.client(erp, by_person=True)
        try:
            company = client.get(client.company_url)
        except ErpBridgeError as error:
            yield Checked(name="log-in", ok=False, message=error.message, remedy=error.remedy)
            return
        facts = {"company": company["company"], "live": str(company["live"]).lower()}
        yield Checked(name="log-in", ok=True, message=f"{company['name']} answers.", facts=facts)

    @hookimpl
    def read_job(self, job: str, erp: TinErp) -> JobReading:
        """Read a job: each list to its proven end."""
        client = self.client(erp)
        return JobReading(
            header=self.header(client, job),
            sub_jobs=Stream(lambda: self.sub_jobs(client, job)),
            cost_codes=Stream(lambda: self.cost_codes(client, job)),
            categories=Stream(lambda: self.categories(client, job)),
            figures=Stream(lambda: self.figures(client, job)),
            routes=(ROUTE,),
        )

    def header(self, client: Client, job: str) -> JobHeader:
        """The job's header, with the company that the books themselves name."""
        row = client.header(job)
        return JobHeader(
            company=row["company"],
            job=row["job"],
            name=row["name"],
            status={"open": JobStatus.OPEN, "closed": JobStatus.CLOSED}.get(row["status"], JobStatus.UNKNOWN),
            live=False,
            facts={"units": "\n".join(row["units"])},
        )

    def sub_jobs(self, client: Client, job: str) -> Iterator[SubJob]:
        """The sub jobs."""
        return (SubJob(code=row["code"], name=row["name"]) for row in client.rows(job, "sub-jobs"))

    def cost_codes(self, client: Client, job: str) -> Iterator[CostCode]:
        """The job's own cost codes."""
        for row in client.rows(job, "cost-codes"):
            yield CostCode(code=row["code"], name=row["name"], sub_job=row["sub_job"], active=row["active"])

    def categories(self, client: Client, job: str) -> Iterator[Category]:
        """The standard categories."""
        for row in client.rows(job, "categories"):
            yield Category(code=row["code"], name=row["name"], kind=row["kind"], standard=True)

    def figures(self, client: Client, job: str) -> Iterator[Figure]:
        """The posted figures per key."""
        for row in client.rows(job, "figures"):
            original, changes = Decimal(row["original"]), Decimal(row["changes"])
            yield Figure(
                key=row_key(row),
                original=original,
                changes=changes,
                total=original + changes,
                description=row["description"],
                unit=row["unit"],
                quantity=None if row["quantity"] is None else Decimal(row["quantity"]),
                route=ROUTE,
            )

    # -- reviewing ----------------------------------------------------------------------------------------------------

    @hookimpl
    def validate_budget(self, batch: ExportBatch, erp: TinErp) -> Iterable[Finding]:
        """Find all that the books would refuse."""
        if erp.masters.header.status is not JobStatus.OPEN:
            yield _finding("job-closed", f"Job {batch.job} is not open.", field="job", value=batch.job)
        units = erp.masters.header.facts.get("units", "").splitlines()
        for line in batch.lines:
            yield from self.check_line(line, erp, units)

    def check_line(self, line: ExportLine, erp: TinErp, units: Sequence[str]) -> Iterator[Finding]:
        """What is wrong with one line."""
        key, masters = line.key, erp.masters
        code = masters.cost_code(key.cost_code, sub_job=key.sub_job)
        if key.sub_job and masters.sub_job(key.sub_job) is None:
            yield _unknown(line, "sub_job", key.sub_job)
        if code is None or not code.active or code.sub_job != key.sub_job:
            yield _unknown(line, "cost_code", key.cost_code)
        if masters.category(key.category, cost_code=key.cost_code, sub_job=key.sub_job) is None:
            yield _unknown(line, "category", key.category)
        if line.unit and units and line.unit not in units:
            yield _unknown(line, "unit", line.unit)

    @hookimpl
    def revision_fields(self, batch: ExportBatch, erp: TinErp) -> Iterable[RevisionField]:
        """The standard set, with the statuses that the books can keep."""
        return fields_of(self.client(erp), batch, pending=self.pending)

    # -- exporting ----------------------------------------------------------------------------------------------------

    @hookimpl
    def export(self, batch: ExportBatch, values: FieldValues, erp: TinErp, effects: Effects) -> None:
        """Plan what has no plan yet, and run everything."""
        client = self.client(erp)
        changes = [header.number for header in batch.change_headers]
        erp.state.put(EXPORTED.format(item=batch.item, version=batch.version), changes)
        revisions = revisions_of(client, batch, values, effects)
        operations = {name: kind(client, batch, revisions) for name, kind in self.operation_classes.items()}
        self.bring(batch, effects, operations)

    def bring(self, batch: ExportBatch, effects: Effects, operations: Mapping[str, Any]) -> None:
        """Plan and run, in the way of the variant."""
        raise NotImplementedError

    # -- verifying ----------------------------------------------------------------------------------------------------

    @hookimpl
    def verify_posted(self, receipt: ExportReceipt, erp: TinErp) -> Iterable[Seen]:
        """Figures and unposted rows of every key, and how our changes stand."""
        client = self.client(erp)
        try:
            rows = client.rows(receipt.job, "figures")
            sights = list(self.revision_sights(client, receipt)) if self.pending else []
        except (ErpBridgeError, NotFound) as error:
            yield self.sight(failed=error.message)
            return
        yield self.sight()
        yield from self.observations(receipt, rows)
        yield from sights

    def sight(self, *, failed: str | None = None) -> RouteSight:
        """The one route."""
        return RouteSight(route=ROUTE, title="Figures of the job", sees_unposted=True, failed=failed)

    def observations(self, receipt: ExportReceipt, rows: Sequence[Row]) -> Iterator[Observation]:
        """Every key with figures, and every key of the receipt."""
        by_key = {row_key(row): row for row in rows}
        for key in sorted({*by_key, *receipt.keys}):
            yield self.observation(key, by_key.get(key))

    def observation(self, key: LineKey, row: Row | None) -> Observation:
        """The figures of one key; none at all are zero."""
        names = ("original", "changes", "unposted_original", "unposted_changes")
        original, changes, *unposted = (ZERO if row is None else Decimal(row[name]) for name in names)
        return Observation(
            route=ROUTE,
            key=key,
            original=original,
            changes=changes,
            total=original + changes,
            unposted_original=unposted[0],
            unposted_changes=unposted[1],
        )

    def revision_sights(self, client: Client, receipt: ExportReceipt) -> Iterator[RevisionSight]:
        """How each change of this export stands, by the rows under references of ours."""
        ours = client.reference(receipt.job, f"{receipt.item}-")
        rows = [row for row in client.rows(receipt.job, "entries") if row["reference"].startswith(ours)]
        planned = client.erp.state.get(EXPORTED.format(item=receipt.item, version=receipt.version)) or []
        for change in dict.fromkeys([*planned, *(row["change"] for row in rows if row["change"] is not None)]):
            states = {row["state"] for row in rows if row["change"] == change} - {"refused", "removed"}
            yield RevisionSight(change=change, stage=_stage(states))


def _stage(states: set[str]) -> RevisionStage:
    if not states:
        return RevisionStage.MISSING
    if "pending" in states:
        return RevisionStage.RECORDED
    return RevisionStage.APPROVED if "unposted" in states else RevisionStage.POSTED


def _unknown(line: ExportLine, field: str, value: str) -> Finding:
    rule = f"{field.replace('_', '-')}-unknown"
    return _finding(
        rule, f"Tin Books has no active {field.replace('_', ' ')} {value!r}.", line, field=field, value=value
    )


def _finding(rule: str, message: str, line: ExportLine | None = None, *, field: str, value: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=rule,
        message=message,
        remedy="Have it set up in Tin Books, then sync; or correct the budget.",
        line=line.number if line else None,
        key=line.key if line else None,
        field=field,
        value=value,
    )
