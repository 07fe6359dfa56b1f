"""Revision fields: what the approver is asked, what may be answered, and what an answer makes of a budget change."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Final

from attrs import evolve

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.conformance.cases.asking import Asked, answered, ask, ask_about, told
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.verdicts import not_applicable, tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import Site, answers
from erp_bridge_core.conformance.world.workload import Workload, later_change, standard
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError
from erp_bridge_core.contract.fields import FieldKind, FieldValues, RevisionField, standard_fields
from erp_bridge_core.contract.postings import RevisionSight, RevisionStage
from erp_bridge_core.contract.profile import Capability, ErpProfile

#: The standard set, whose names mean the same with every ERP (A3).
STANDARD: Final = {field.name: field for field in standard_fields(today=date.min, next_number="", approver="")}
NUMBER: Final = "budget_revision_number"
DATE: Final = "revision_date"
#: Longer than any text that a field takes.
_LONGEST: Final = 4_001


def with_changes(profile: ErpProfile) -> str:
    """Blank when the ERP takes budget changes, which is what these fields are about."""
    return "" if profile.supports(Capability.CHANGES) else "the ERP takes no budget changes"


def _set_ups(bench: Bench) -> Iterator[Workload]:
    """The standard budget under each set-up of the site: what is asked may depend on it."""
    usual = standard(bench.profile)
    yield usual
    yield from (evolve(usual, variant=name, name=name) for name in bench.variants)


def _asked(bench: Bench) -> Iterator[tuple[str, Asked]]:
    """An item that waits to be exported, under each set-up."""
    for workload in _set_ups(bench):
        accepted = bench.accepted(workload)
        with bench.site(accepted) as site:
            yield workload.name, ask_about(site, accepted)


@rule("FLD-01", "Fields are well formed, and the standard ones mean what they mean everywhere", applies=with_changes)
def test_well_formed(bench: Bench) -> None:
    """Names once per change, choices for choices, a default that may be entered, the company's date, a free number.

    Likely causes: a default that is no choice; a date in UTC or in the ERP's own form; a next number that was not read
    from the ERP, or is offered to two changes; `required` on a field without a default of the item's.
    """
    wrong = list[str]()
    for name, asked in _asked(bench):
        fields = asked.revision_fields()
        bench.count("FLD-01", len(fields))
        changes = {header.number for header in asked.batch.change_headers}
        today = asked.site.clock.today()
        counted = Counter((field.change, field.name) for field in fields)
        found = [f"{_of(place)} is asked {times} times" for place, times in counted.items() if times > 1]
        for field in fields:
            found += [f"{_of((field.change, field.name))} {fault}" for fault in _faults(field, changes)]
            found += [f"{_of((field.change, field.name))} {fault}" for fault in _standard_faults(field, today)]
        found += _number_faults(fields)
        wrong += [f"{name}: {each}" for each in found]
    tell([*wrong, *_numbers_again(bench)])


def _numbers_again(bench: Bench) -> Iterator[str]:
    """Where the ERP keeps a record per change, a number that the first export used is not offered for a later one."""
    accepted, delivered = bench.accepted(), bench.delivered()
    with bench.site(accepted) as site:
        used = {field.default for field in ask_about(site, accepted).revision_fields() if field.name == NUMBER}
    with bench.site(delivered) as site:
        if not any(isinstance(seen, RevisionSight) for seen in ask_about(site, delivered).verify_posted()):
            return
        item, error = answered(partial(_sent_later, bench, site))
        if error is not None:
            return  # whatever keeps it from being sent is another rule's affair
        fields = site.application.reviews.fields(site.person("approver"), item.id)
        offered = {field.default for field in fields if field.name == NUMBER and field.default}
        if again := sorted(offered & used):
            yield f"the number {again[0]} was used by the first export, and is offered for a later change"


def _sent_later(bench: Bench, site: Site) -> ItemView:
    site.add((), later_change(bench.profile))
    return site.send()


def _of(field: tuple[str | None, str]) -> str:
    change, name = field
    return f"{name} of change {change}" if change else f"{name} of the item"


def _faults(field: RevisionField, changes: set[str]) -> Iterator[str]:
    values = [choice.value for choice in field.choices]
    if field.change is not None and field.change not in changes:
        yield "is of a change that the batch has not"
    if not field.label.strip():
        yield "has no label"
    if (field.kind is FieldKind.CHOICE) is not bool(values):
        yield f"is a {field.kind.value} with {len(values)} choices"
    if len(set(values)) != len(values) or not all(values):
        yield f"has a choice twice, or a blank one: {values}"
    if field.kind is FieldKind.CHOICE and field.default and field.default not in values:
        yield f"has the default {field.default!r}, which is none of {values}"
    if set(field.recorded) - set(values):
        yield f"records {sorted(set(field.recorded) - set(values))}, which are no choices"
    for what, text in (("default", field.default), ("last closed day", field.after)):
        if text and (what != "default" or field.kind is FieldKind.DATE) and not _is_date(text):
            yield f"has the {what} {text!r}, which is no date such as 2026-04-08"
    if field.max_length is not None and len(field.default) > field.max_length:
        yield f"has a default of {len(field.default)} characters, and takes {field.max_length}"


def _standard_faults(field: RevisionField, today: date) -> Iterator[str]:
    meant = STANDARD.get(field.name)
    if meant is None:
        return
    if field.kind is not meant.kind:
        yield f"is a {field.kind.value}; the standard one is a {meant.kind.value}"
    if odd := {choice.value for choice in field.choices} - {choice.value for choice in meant.choices}:
        yield f"offers {sorted(odd)}, which the standard one has not"
    if field.name == DATE and field.default and field.default != today.isoformat():
        yield f"has the default {field.default}; in the company's time zone it is {today.isoformat()}"


def _number_faults(fields: Iterable[RevisionField]) -> Iterator[str]:
    fields = tuple(fields)
    common = next((field.default for field in fields if field.name == NUMBER and field.change is None), "")
    offered = [field.default for field in fields if field.name == NUMBER and field.change and field.default]
    if common and len(offered) > 1:
        yield f"the item's number {common} would hold for all of its changes: offer each change its own alone"
    if len(set(offered)) != len(offered):
        yield f"one number is offered to several changes: {', '.join(offered)}"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@rule("FLD-02", "Nonsense in a field never reaches the ERP", applies=with_changes)
def test_nonsense(bench: Bench) -> None:
    """Values outside the choices, dates that are none, over-long texts, unknown fields and changes: refused on accept.

    Likely causes: a text field without `max_length` whose value the ERP cuts; a choice that is asked as a text.
    """
    wrong = list[str]()
    for workload in _set_ups(bench):
        linked = bench.linked(workload)
        with bench.site(linked) as site:
            site.build(workload.lines, workload.changes)
            item = site.send()
            fields = site.application.reviews.fields(site.person("approver"), item.id)
            cases = list(_nonsense(fields))
            bench.count("FLD-02", len(cases))
            taken = [what for what, values in cases if not _refuses(site, item, values)]
            wrong += [f"{workload.name}: {what} was not refused" for what in taken]
    tell(wrong)


def _nonsense(fields: Iterable[RevisionField]) -> Iterator[tuple[str, FieldValues]]:
    asked = tuple(fields)
    good = answers(asked)
    bad = {FieldKind.CHOICE: "no-such-choice", FieldKind.DATE: "04/08/2026", FieldKind.TEXT: "x" * _LONGEST}
    for field in asked:
        for value in (bad[field.kind], *(("x" * (field.max_length + 1),) if field.max_length else ())):
            what = f"{_of((field.change, field.name))}: {value[:20]!r}"
            if field.change is None:
                yield what, evolve(good, item={**good.item, field.name: value})
            else:
                yield what, evolve(good, changes={field.change: {field.name: value}})
    yield "an unknown field", evolve(good, item={**good.item, "no_such_field": "x"})
    yield "an unknown change", evolve(good, changes={"NO-SUCH-CHANGE": {}})


def _refuses(site: Site, item: ItemView, values: FieldValues) -> bool:
    approver = site.person("approver")
    try:
        site.application.reviews.accept(
            approver, item.id, values=values, confirm_import_closes=True, revision=site.item(item).revision
        )
    except BadInput:
        return True
    except ErpBridgeError:
        return False
    site.application.reviews.take_back(approver, item.id)
    return False


@rule("FLD-03", "Fields are required only with a revision")
def test_required(bench: Bench) -> None:
    """A budget without a change asks nothing that must be entered, but for what applies always.

    Likely causes: `always` on a field that is about changes; `export` that misses a value which nobody was asked for.
    """
    usual = standard(bench.profile)
    wrong = list[str]()
    for workload in (evolve(each, changes=(), keys=usual.known_keys) for each in _set_ups(bench)):
        linked = bench.linked(workload)
        with bench.site(linked) as site:
            site.build(workload.lines)
            item = site.send()
            fields = site.application.reviews.fields(site.person("approver"), item.id)
            needed = {field.name: field for field in fields if field.always and field.required}
            wrong += [f"{workload.name}: {_of((field.change, field.name))}" for field in fields if field.change]
            wrong += [f"{name} is required always, and is about changes" for name in needed if name in STANDARD]
            given = {name: value for name, value in answers(fields).item.items() if name in needed}
            _, error = answered(partial(_brought, site, item, given))
            if error is not None:
                wrong.append(f"{workload.name}: originals alone, with nothing entered: {told(error)}")
            bench.count("FLD-03", 1)
    tell(wrong)


def _brought(site: Site, item: ItemView, given: dict[str, str]) -> None:
    approver, values = site.person("approver"), FieldValues(item=given)
    reviews = site.application.reviews
    site.export(reviews.accept(approver, item.id, values=values, confirm_import_closes=True, revision=item.revision))


def _accepted(site: Site, item: ItemView, given: dict[str, str]) -> ItemView:
    """An item accepted with these values, and what else must be entered."""
    approver, reviews = site.person("approver"), site.application.reviews
    values = answers(reviews.fields(approver, item.id), given)
    return reviews.accept(approver, item.id, values=values, confirm_import_closes=True, revision=item.revision)


@rule("FLD-04", "A change that is only recorded stays out of the revised budget", applies=with_changes)
def test_recorded(bench: Bench) -> None:
    """Accepted with a status that only records, a change moves no figure and is no mismatch; approved later, it counts.

    Likely causes: the status is not sent, or every status is sent as approved; `recorded` names the wrong choices;
    `verify_posted` yields no `RevisionSight`, or tells a recorded change as approved.
    """
    accepted = bench.accepted()
    with bench.site(accepted) as site:
        recording = _recording(ask_about(site, accepted).revision_fields())
    if not recording:
        not_applicable("no choice only records a change")
    workload = standard(bench.profile)
    wrong = list[str]()
    for name, choice in recording[: 1 if bench.effort.positions < _SEVERAL else None]:
        linked = bench.linked(workload)
        with bench.site(linked) as site:
            wrong += [f"{name} {choice}: {each}" for each in _left_out(site, workload, name, choice)]
        bench.count("FLD-04", 1)
    tell(wrong)


_SEVERAL: Final = 3


def _recording(fields: Iterable[RevisionField]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((field.name, choice) for field in fields for choice in field.recorded))


def _left_out(site: Site, workload: Workload, name: str, choice: str) -> Iterator[str]:
    """What is wrong with a budget whose changes were accepted with that choice, in the order in which it shows."""
    site.build(workload.lines, workload.changes)
    item = _accepted(site, site.send(), {name: choice})
    site.export(item)
    handed = site.take(item)
    asked = ask(site, site.item(item))
    stages = {each.change: each.stage for each in asked.verify_posted() if isinstance(each, RevisionSight)}
    approved = [f"{change} {stage.value}" for change, stage in stages.items() if stage is not RevisionStage.RECORDED]
    if approved or not stages:
        yield f"nobody approved it yet, and the adapter tells {', '.join(approved) or 'nothing of it'}"
    moved = [key for key, (_, changes) in site.held().items() if changes]
    moved += [figure.key for figure in asked.read_job()["figures"] if figure.changes]
    if moved:
        yield f"nobody approved it yet, and the changes of {moved[0]} moved"
    site.verify(item)
    if site.item(item).state is ItemState.MISMATCH:
        yield "it is told as a mismatch"
    site.post(handed)
    site.verify(item)
    if wrong := site.difference():
        yield f"approved and posted at the desk, it must count: {wrong}"
    elif site.item(item).state is ItemState.MISMATCH:
        yield "approved and posted at the desk, it is told as a mismatch"
