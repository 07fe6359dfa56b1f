"""The contract: what every hook promises, whatever ERP it speaks to."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from attrs import fields

from erp_bridge_core.conformance.cases import bypasses
from erp_bridge_core.conformance.cases.asking import READ_HOOKS, Asked, answered, ask_about, in_order, told
from erp_bridge_core.conformance.cases.reading_faults import reads_that_fail
from erp_bridge_core.conformance.cases.wrong_batch import Wrong, misnamed, wrong_batch
from erp_bridge_core.conformance.guard import OutOfTime
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.subject import find_subject
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.simulator import Mischief
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_core.registry.profiles import faults

#: A hook that takes longer over a dozen lines, with a clock that costs no time, does not come back.
SOON: Final = 20.0
_QUESTIONS: Final = tuple(name for name in READ_HOOKS if name != "check_connection")


@rule("CON-01", "The adapter loads, and its profile is whole, plain data, and always the same")
def test_profile(bench: Bench) -> None:
    """Every required hook is there, and the profile says the same at each load.

    Likely causes: a hook without `@hookimpl` or with another name; a profile that is built from the environment, the
    time, or the order of a set; a value in it that JSON can't hold.
    """
    profile = bench.profile
    again = [find_subject(bench.subject.spec).adapter.profile for _ in range(2)]
    wrong = [f"the profile's {fault}" for fault in faults(profile, profile.name)]
    wrong += [
        f"the profile differs when it is loaded again: {_first_difference(profile, other)}"
        for other in again
        if to_json(other) != to_json(profile)
    ][:1]
    tell(wrong)


def _first_difference(one: ErpProfile, other: ErpProfile) -> str:
    pairs = ((each.name, getattr(one, each.name), getattr(other, each.name)) for each in fields(ErpProfile))
    return next((f"{name} is {a!r}, then {b!r}" for name, a, b in pairs if a != b), "it is not equal to itself")


@rule("CON-02", "Every hook comes back in time, and none ends the process")
def test_comes_back(bench: Bench) -> None:
    """Each hook answers a dozen lines within seconds; waiting costs nothing here, so a hook that doesn't is stuck.

    Likely causes: a loop that waits for something that never comes; reading pages without an end; `sys.exit`.
    """
    snapshot, wrong = bench.started(), list[str]()
    with bench.site(snapshot) as site:
        site.watch.seconds = SOON
        asked = ask_about(site, snapshot)
        todo: list[tuple[str, Callable[[], Any]]] = [(name, partial(asked.hook, name)) for name in READ_HOOKS]
        todo.append(("export", lambda: site.run(asked.item)))
        for name, call in todo:
            try:
                answered(call)
            except OutOfTime:
                raise  # no other rule asks it any more
            except SystemExit as error:
                wrong.append(f"{name} ended the process ({error})")
    tell(wrong)


@rule("CON-03", "Hooks that read change nothing at the ERP")
def test_reads_only(bench: Bench) -> None:
    """All reading hooks, and `find` again and again, leave books, masters and the shared folder as they were.

    Likely causes: a check or a validation that tries a write out; a `find` that mends what it finds; a folder or a
    file that is made while looking. Make folders in `export`.
    """
    started = bench.started()
    with bench.site(started) as site:
        asked = ask_about(site, started)
        before: list[dict[str, Any]] = [in_order(asked.read_job()), _share(site.erp_home)]
        for name in (*READ_HOOKS, *READ_HOOKS):
            answered(partial(asked.hook, name))
        after: list[dict[str, Any]] = [in_order(asked.read_job()), _share(site.erp_home)]
        wrong = [
            f"{what} differ after the hooks that read: {_differing(old, new)}"
            for what, old, new in zip(("the masters", "the files of the share"), before, after, strict=True)
            if old != new
        ]
        site.post()
        wrong += [f"the hooks that read left an entry in the books: {entry}" for entry in site.entries() if _any(entry)]
    tell([*wrong, *_found_twice(bench)])


def _any(entry: Any) -> bool:
    return bool(entry.original or entry.changes or entry.original_entries or entry.change_entries)


def _found_twice(bench: Bench) -> Iterator[str]:
    """What the books hold after an export, and what they hold when everything was looked for a second time."""
    started = bench.started()
    assert started.item is not None
    with bench.site(started) as site:
        site.run(started.item)
        site.take(started.item)
        kept = bench.keep(site, started)
    counts = []
    for looking in (False, True):
        with bench.site(kept) as site:
            handed = site.take(started.item)
            if looking:
                answered(partial(site.run, started.item))
                answered(partial(site.verify, started.item))
            site.post(handed)
            counts.append((site.counts(), site.held()))
    if counts[0] != counts[1]:
        yield "the books differ when the export is looked at once more before it is posted"


def _share(erp_home: Any) -> dict[str, bytes]:
    """The plain files of the ERP's folder: its databases and logs change by being read."""
    return {
        str(path.relative_to(erp_home)): path.read_bytes()
        for path in sorted(erp_home.rglob("*"))
        if path.is_file() and len(path.relative_to(erp_home).parts) > 1
    }


def _differing(old: dict[str, Any], new: dict[str, Any]) -> str:
    return ", ".join(sorted(name for name in {*old, *new} if old.get(name) != new.get(name))[:5])


@rule("CON-04", "Findings come all at once, each with line, key, field, value, rule and remedy")
def test_findings(bench: Bench) -> None:
    """A right batch has no finding that blocks; one with several faults has all of them, each in its place.

    Likely causes: the first error ends the check; a finding without its line; an exception instead of a finding; codes
    that are looked up among the standard ones alone.
    """
    accepted = bench.accepted()
    with bench.site(accepted) as site:
        asked = ask_about(site, accepted)
        wrong = [
            f"a right batch is refused: {_words(finding)}"
            for finding in asked.validate_budget()
            if finding.severity is Severity.ERROR
        ]
        batch, faults_ = wrong_batch(asked, bench.profile)
        found = asked.validate_budget(batch)
        wrong += [sentence for each in faults_ if (sentence := _unfound(each, found))]
        wrong += [f"{_words(finding)}: {missing}" for finding in found if (missing := misnamed(finding, batch))]
        bench.count("CON-04", 1 + len(faults_))
    tell([*wrong, *_closed(bench)])


def _closed(bench: Bench) -> Iterator[str]:
    """A job that is closed is told too, beside what is wrong with the lines."""
    mischievous = bench.subject.mischievous
    if mischievous is None or Mischief.CLOSED_JOB not in mischievous.mischief():
        return
    accepted = bench.accepted()
    with bench.site(accepted) as site:
        site.mischief(Mischief.CLOSED_JOB)
        asked = ask_about(site, accepted)
        batch, faults_ = wrong_batch(asked, bench.profile)
        found = asked.validate_budget(batch)
        if not any(finding.severity is Severity.ERROR and finding.line is None for finding in found):
            yield "the job is closed, and no error says so"
        yield from (
            f"the job is closed, and then {sentence}" for each in faults_ if (sentence := _unfound(each, found))
        )


def _unfound(wrong: Wrong, found: list[Finding]) -> str:
    about = [finding for finding in found if wrong.is_told_by(finding)]
    if not about:
        return f"line {wrong.line.number}: {wrong.field} {wrong.value!r} is unknown, and nothing was found there"
    if wrong.blocks and not any(finding.severity is Severity.ERROR for finding in about):
        return f"line {wrong.line.number}: {wrong.field} {wrong.value!r} is unknown, and no error blocks it"
    return ""


def _words(finding: Finding) -> str:
    return f"{finding.rule or 'a finding without a rule'} ({finding.message})"


@rule("CON-05", "The same question gets the same answer, in the same order")
def test_same_answer(bench: Bench) -> None:
    """Every reading hook is asked twice, of a right batch and of a wrong one, before an export and after it.

    Likely causes: an answer in the order of a set or of threads; a stream that can be read once only; a number, date or
    text that is made anew each time.
    """
    wrong = list[str]()
    for snapshot in (bench.accepted(), bench.delivered()):
        with bench.site(snapshot) as site:
            wrong += _asked_twice(bench, ask_about(site, snapshot))
    tell(dict.fromkeys(wrong))


def _asked_twice(bench: Bench, asked: Asked) -> Iterator[str]:
    batch, _ = wrong_batch(asked, bench.profile)
    questions: dict[str, Callable[[], Any]] = {name: partial(asked.hook, name) for name in _QUESTIONS}
    questions["validate_budget of a wrong batch"] = partial(asked.validate_budget, batch)
    for name, call in questions.items():
        first, second = answered(call), answered(call)
        if repr(first) != repr(second):
            yield f"{name}: {_where(first[0], second[0])}"
    reading = asked.adapter.read_job(asked.item.job, asked.erp)
    for name in ("sub_jobs", "cost_codes", "categories", "figures"):
        if list(getattr(reading, name)) != list(getattr(reading, name)):
            yield f"read_job's {name} can't be read a second time"


def _where(first: Any, second: Any) -> str:
    if isinstance(first, dict) and isinstance(second, dict):
        return "; ".join(
            f"{name}: {_where(first[name], second[name])}" for name in first if first[name] != second[name]
        )
    if isinstance(first, list) and isinstance(second, list):
        if len(first) != len(second):
            return f"{len(first)} answers, then {len(second)}"
        if sorted(map(repr, first)) == sorted(map(repr, second)):
            return "the same answers in another order"
        return next(f"{a!r}, then {b!r}" for a, b in zip(first, second, strict=True) if a != b)[:400]
    return "an answer, then an error (or the other way round)"


@rule("CON-06", "Time, waiting, network and files only through erp")
def test_only_through_erp(bench: Bench) -> None:
    """Python itself announces connections, files, processes and waits: none may come from the adapter's own code.

    The source is read too, so that a rare branch is seen. What does not go through `erp` is out of reach of faults, the
    company's time zone and permissions.

    Likely causes: `datetime.now()`, `time.sleep`, `requests.get`, `open`: take `erp.clock`, `erp.http`, `erp.files`.
    """
    started = bench.started()
    assert started.item is not None
    with bench.site(started) as site:
        asked = ask_about(site, started)
        with bypasses.watched(bench.subject.packages) as seen:
            for name in READ_HOOKS:
                answered(partial(asked.hook, name))
            answered(lambda: site.run(asked.item))
            answered(lambda: site.verify(asked.item))
    tell(dict.fromkeys([*(f"a hook {what}" for what in seen), *bypasses.in_source(bench.subject.module)]))


@rule("CON-07", "Hooks print nothing and leave no thread behind")
def test_quiet(bench: Bench) -> None:
    """What goes to the standard streams breaks `--json`; a thread that stays has nobody who ends it.

    Likely causes: a `print` from finding an error; an executor that is not shut down. Use `erp.log`, and a lane.
    """
    started = bench.started()
    with bench.site(started) as site:
        asked = ask_about(site, started)
        for name in READ_HOOKS:
            answered(partial(asked.hook, name))
        answered(lambda: site.run(asked.item))
        answered(lambda: site.verify(asked.item))
        watched = site.watch.watched
        wrong = [f"{hook} printed {text.strip()[:200]!r}" for hook, text in watched.printed]
        wrong += [f"{hook} left {', '.join(sorted(names))} running" for hook, names in watched.threads.items()]
    tell(wrong)


@rule("CON-08", "A read that fails says so, in an error of the contract")
def test_failed_reads(bench: Bench) -> None:
    """An unknown job is `NotFound`; each request and file of a read that fails makes the whole read fail.

    Likely causes: a page that failed taken for the last one; a `KeyError` on an answer of another shape; a 404, a web
    page or an ended token taken for *nothing there*. Raise `ReadFailed`; let errors of `erp.http` through.
    """
    delivered = bench.delivered()
    with bench.site(delivered) as site:
        asked = ask_about(site, delivered)
        unknown = _other_code(asked.item.job, {asked.item.job})
        answer, error = answered(lambda: asked.read_job(unknown))
        wrong = []
        if error is None:
            wrong.append(f"job {unknown} is unknown, and was read as {answer['header'][0]}")
        elif not isinstance(error, NotFound):
            wrong.append(f"job {unknown} is unknown, which must be NotFound; it was told as {told(error)}")
    tried, failed = reads_that_fail(bench, delivered)
    bench.count("CON-08", 1 + tried)
    tell([*wrong, *failed])


def _other_code(code: str, taken: set[str]) -> str:
    """A code of the same form that is not taken."""
    return next(each for digit in "9876543210" if (each := code[:-1] + digit) not in taken)
