"""Reading: a budget is told whole, exactly, and the same each time, or it is said why it can't be."""

from decimal import Decimal
from functools import partial

from erp_bridge_core.conformance.cases.asking import answered
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases import words
from erp_bridge_core.conformance.source_cases.asking import claiming, need, reads, told
from erp_bridge_core.conformance.source_cases.read_faults import reads_that_fail
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.workload import JOB, OTHER_JOB, Amounts, difference, many, told_as
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.contract.errors import Changed, NotFound
from erp_bridge_core.contract.source import SourceCapability, SourceChange
from erp_bridge_core.contract.source_simulator import SourceMischief


@rule(
    "RDG-01",
    "Every project is listed once, by the id that its budget is read by",
    applies=claiming(SourceCapability.PROJECTS),
)
def test_projects(bench: SourceBench) -> None:
    """Each project that was set up is there, and its id and job are those by which the budget itself calls it.

    Likely causes: the first page alone; an id that is a place in the list; the number taken for the id.
    """
    with bench.site(bench.budgeted()) as site:
        listed = site.projects()
        wrong = []
        for job in (JOB, OTHER_JOB):
            found = [each for each in listed if each.job == job]
            if len(found) != 1:
                wrong.append(f"the project of {job} is listed {len(found)} times")
            elif found[0].id != site.project(job) or site.read(job, project=found[0].id).project.id != found[0].id:
                wrong.append(f"the project of {job} is listed as {found[0].id}, and its id is {site.project(job)}")
    tell(wrong)


@rule("RDG-02", "Amounts are exact")
def test_exact(bench: SourceBench) -> None:
    """Random amounts of any sign and size up to a hundred million are told to the cent, line by line.

    Likely causes: a float on the way; rounding; a sign that is taken from another field.
    """
    wrong: list[str] = []
    with bench.site(bench.fresh()) as site:
        for example in range(bench.effort.examples):
            draw = bench.effort.random("RDG-02", example)
            keys = draw.sample(site.workload.keys, 5)
            amounts = {key: Decimal(_cents(draw.choice(_SIZES), draw.random())) / 100 for key in keys}
            site.enter(amounts)
            bench.count("RDG-02")
            found = {key: amount for key, amount in site.read().amounts.items() if key in amounts}
            wrong += filter(None, [difference(amounts, found)])
    tell(wrong)


_SIZES = (1, -1, 99, -10_001, 1_000_000, -99_999_999, 9_999_999_999)


def _cents(size: int, part: float) -> int:
    return size - int(abs(size) * part * 0.9) if abs(size) > 1_000 else size  # noqa: PLR2004 - small ones as they are


@rule("RDG-03", "Every line is told once, however many there are")
def test_whole(bench: SourceBench) -> None:
    """A budget of some hundred lines, and one with sub jobs: every key with its amount, none twice.

    Likely causes: the first page alone; a list that is cut at a number; two rows of one key that were not added up.
    """
    with bench.site(bench.budgeted()) as site:
        site.enter(many(bench.profile), job=OTHER_JOB)
        wrong = []
        for job, amounts in ((JOB, site.workload.lines), (OTHER_JOB, many(bench.profile))):
            read = site.read(job)
            keys = [line.key for line in read.lines]
            wrong += [f"{key} is told {keys.count(key)} times" for key in sorted({*keys}) if keys.count(key) > 1]
            wrong += filter(None, [difference(amounts, read.amounts)])
            ids = [line.id for line in read.lines]
            wrong += [f"two lines have the id {id_}" for id_ in sorted({*ids}) if ids.count(id_) > 1][:3]
    tell(wrong)


@rule("RDG-04", "Read again, and iterated again, everything is the same")
def test_same(bench: SourceBench) -> None:
    """Two reads of a budget that nobody touched agree in all, order included; each stream can be started anew.

    Likely causes: a generator in place of a `Stream`; the order of a set; something kept between two reads.
    """
    with bench.site(bench.budgeted()) as site, site.around("read_budget"):
        budget = site.adapter.read_budget(site.project(), site.source)
        wrong = []
        for name in ("lines", "changes", "sub_jobs"):
            first, second = (list(getattr(budget, name)) for _ in range(2))
            if first != second:
                wrong.append(f"the {name} are {len(first)} when they are iterated first, then {len(second)}")
        if not wrong and site.read() != site.read():
            wrong.append("two reads of a budget that nobody touched differ")
    tell(wrong)


@rule("RDG-05", "A line keeps its id when it is edited")
def test_ids(bench: SourceBench) -> None:
    """The id is the source's own: it does not follow the amount, the order or the number of lines.

    Likely causes: an id that is made of a line's content or of its place in the list.
    """
    with bench.site(bench.budgeted()) as site:
        before = {line.key: line.id for line in site.read().lines}
        key = next(iter(site.workload.lines))
        site.enter({key: Decimal("4711.11"), site.workload.spare: Decimal("9.00")})
        after = {line.key: line.id for line in site.read().lines}
    tell(f"the line {key} was {before[key]} and is {after.get(key)}" for key in before if before[key] != after.get(key))


@rule("RDG-06", "The revision differs when the budget does, and only then")
def test_revision(bench: SourceBench) -> None:
    """It stays over reads and time, and moves with an edited amount, a new line, an approved change.

    Likely causes: the time or a counter of reads in it; a revision made of the number of lines, or of the lines alone.
    """
    with bench.site(bench.budgeted()) as site:
        wrong = []
        known = [site.read().revision]
        site.clock.advance(90_000.0)
        if site.read().revision != known[0]:
            wrong.append("it differs a day later, though nobody touched the budget")
        key = next(iter(site.workload.lines))
        acts = [("an amount was edited", partial(site.enter, {key: Decimal("13.13")}))]
        acts.append(("a line was added", partial(site.enter, {site.workload.spare: Decimal("5.00")})))
        if bench.claims(SourceCapability.CHANGES):
            acts.append(("a change was approved", partial(site.approve, "PCO-2", {key: Decimal("1.00")})))
        for what, act in acts:
            act()
            known.append(site.read().revision)
            if known[-1] in known[:-1]:
                wrong.append(f"it is the same after {what}")
    tell(wrong)


@rule(
    "RDG-07",
    "Approved changes are told, with all their lines, and no others",
    applies=claiming(SourceCapability.CHANGES),
)
def test_changes(bench: SourceBench) -> None:
    """Two changes are told by number with their moves; a draft is not, and one that is voided is not any more.

    Likely causes: the state of a change is not looked at; changes are added up; lines of zero are counted.
    """
    with bench.site(bench.budgeted()) as site:
        more = {site.workload.spare: Decimal("-12.50")}
        site.approve("PCO-2", more)
        expected = [site.workload.change, more]
        wrong = _compared(site.read().changes, expected)
        for kind, left in ((SourceMischief.VOIDS_CHANGE, 1), (SourceMischief.DRAFTS_CHANGE, 1)):
            if bench.can(kind):
                site.mischief(kind)
                expected = expected[:left]
                wrong += [f"{each} ({kind.value})" for each in _compared(site.read().changes, expected)]
    tell(wrong)


def _compared(changes: tuple[SourceChange, ...], expected: list[Amounts]) -> list[str]:
    """What is wrong with the changes that are told; each has a number of the source's own."""
    found = [{line.key: line.amount for line in change.lines if line.amount} for change in changes]
    if len(found) != len(expected):
        return [f"{len(expected)} changes are approved, {len(found)} are told"]
    wrong = [f"no change is told of {told_as(moves)}" for moves in expected if dict(moves) not in found]
    numbers = {change.number for change in changes} - {""}
    return wrong + [f"{len(changes)} changes have the numbers {sorted(numbers)}"] * (len(numbers) != len(changes))


@rule("RDG-08", "A budget that changes while it is read is not told")
def test_changes_while_read(bench: SourceBench) -> None:
    """Somebody edits it between two requests of one read: `Changed`, or the whole of one of its two states.

    Likely causes: the revision is read once; pages of two states are put together.
    """
    need(bench, SourceMischief.CHANGES_WHILE_READ)
    with bench.site(bench.budgeted()) as site:
        before = site.read()
        site.mischief(SourceMischief.CHANGES_WHILE_READ)
        during, error = answered(site.read)
        site.calm()
        after = site.read()
    wrong = []
    if error is not None and not isinstance(error, Changed):
        wrong.append(f"it raised {told(error)} instead of Changed")
    if before == after:
        wrong.append("the simulator's mischief changed nothing")
    if error is None and during not in (before, after):
        wrong.append("what was told is neither the budget as it was nor as it is")
    tell(wrong)


@rule("RDG-09", "A word that nobody knows is named, and never guessed")
def test_unknown_word(bench: SourceBench) -> None:
    """States in words that are new: somewhere it is said, with the word or the record that has it.

    Likely causes: a default for every state that is not in the table; what is not understood is left out in silence.
    """
    need(bench, SourceMischief.UNKNOWN_WORD)
    tell(words.guessed(bench))


@rule("RDG-10", "A column that lacks is named")
def test_hidden_columns(bench: SourceBench) -> None:
    """A view without what is needed is an error with a remedy, not a budget of nothing.

    Likely causes: a missing field that counts as zero or as blank.
    """
    need(bench, SourceMischief.HIDES_COLUMNS)
    with bench.site(bench.budgeted()) as site, site.striking(SourceMischief.HIDES_COLUMNS):
        read, error = answered(site.read)
    if error is None:
        tell([f"a budget of {len(read.lines)} lines was told, as if nothing lacked"])
    elif not error.remedy:
        tell([f"it does not say what to do: {told(error)}"])


@rule("RDG-11", "A read that fails is told as one")
def test_read_faults(bench: SourceBench) -> None:
    """Each request that a reading hook makes fails once: cut, reset, throttled, late, answered by an error or a page.

    Likely causes: an error of `source.http` that is caught and taken for the end of a list, or for nothing there.
    """
    tell(reads_that_fail(bench))


@rule("RDG-12", "A project that is not there is not found")
def test_no_project(bench: SourceBench) -> None:
    """`NotFound` with a remedy, not an empty budget.

    Likely causes: the status of the answer is not looked at; a filter that finds nothing.
    """
    with bench.site(bench.budgeted()) as site:
        odd = f"{site.project()}99999"
        read, error = answered(lambda: site.read(project=odd))
    if error is None:
        tell([f"project {odd} does not exist, and a budget of {len(read.lines)} lines is told"])
    elif not isinstance(error, NotFound) or not error.remedy:
        tell([f"it raised {told(error)} instead of NotFound with a remedy"])


@rule("RDG-13", "Reading changes nothing")
def test_reads_only(bench: SourceBench) -> None:
    """All reading hooks, twice, leave the source's own books as they were, and none of their requests is a write.

    Likely causes: a request that is acknowledged, or marked as seen, when it is read.
    """
    snapshot = bench.asked() if bench.claims(SourceCapability.REQUESTS) else bench.budgeted()
    with bench.site(snapshot) as site:
        before = site.books()
        for call in [*reads(site).values()] * 2:
            call()
        for _ in site.adapter.check_source(site.source):
            pass
        after = site.books()
    tell([f"the source's books differ: {before} became {after}"] * (before != after))
