"""Budgets with every kind of amount and text, carried all the way, and compared with the ERP's own books."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from attrs import evolve, frozen
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from erp_bridge_core.conformance.cases.exporting import listening
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.walk import read_job
from erp_bridge_core.conformance.world.workload import Amounts, Change, Expected, Line, Workload, many
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.money import MAX_DIGITS
from erp_bridge_core.contract.profile import Capability, OverLimit, ZeroLines
from erp_bridge_core.demo.books import bare

#: The largest amount that is drawn, in cents: what every ERP takes.
_MOST: Final = 9_999_999_99
#: So many lines are drawn at once, and what keeps the amounts of the simplest budget apart.
_LINES: Final = 4
_SPREAD: Final = 7_919_31
_NOTHING: Final = (Decimal(0), Decimal(0))
_CENT: Final = Decimal("0.01")
_QUANTITY: Final = Decimal(12)
_UNIT: Final = "EA"


@frozen(kw_only=True)
class Budget:
    """Lines and changes to be carried."""

    lines: tuple[Line, ...]
    changes: tuple[Change, ...] = ()


Differs = Callable[[dict[LineKey, Amounts], dict[LineKey, Amounts]], Iterator[str]]


def every_budget(bench: Bench, rule_id: str, drawn: st.SearchStrategy[Budget], differs: Differs) -> None:
    """Carry budgets that Hypothesis draws, a few or many as the effort says; raises with what is wrong."""

    @seed(bench.effort.seed)
    @settings(
        max_examples=max(2, bench.effort.examples // 2),
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def carry(budget: Budget) -> None:
        bench.count(rule_id, 1)
        with bench.site(bench.linked()) as site:
            deliver(site, budget)
            tell(list(differs(dict(site.expected.amounts), site.held())))

    carry()


def deliver(site: Site, budget: Budget) -> None:
    """A budget all the way; entered by hand, since a file guards signs against spreadsheets."""
    site.add(budget.lines, budget.changes)
    site.deliver(site.accept(site.send()))


def totals_differ(expected: dict[LineKey, Amounts], found: dict[LineKey, Amounts]) -> Iterator[str]:
    """Keys whose totals differ, in words."""
    for key in sorted({*expected, *found}):
        sent, held = sum(expected.get(key, _NOTHING)), sum(found.get(key, _NOTHING))
        if sent != held:
            yield f"{key}: sent {sent:,.2f}, the ERP holds {held:,.2f}"


def sides_differ(expected: dict[LineKey, Amounts], found: dict[LineKey, Amounts]) -> Iterator[str]:
    """Keys of which a side differs, in words."""
    for key in sorted({*expected, *found}):
        for name, sent, held in zip(
            ("original", "changes"), expected.get(key, _NOTHING), found.get(key, _NOTHING), strict=True
        ):
            if sent != held:
                yield f"{key}: sent {sent:,.2f} of {name}, the ERP holds {held:,.2f}"


# -- drawing ----------------------------------------------------------------------------------------------------------


@st.composite
def _amount(draw: st.DrawFn, place: int, *, negative: bool) -> Decimal:
    """An amount of any size; even the simplest one that is drawn has cents, and every other one may be negative."""
    cents = (draw(st.integers(0, _MOST)) + _SPREAD * (place + 1)) % _MOST + 1
    sign = -1 if negative and draw(st.booleans()) is (place % 2 == 0) else 1
    return Decimal(sign * cents) / 100


def budgets(bench: Bench, *, negative: bool) -> st.SearchStrategy[Budget]:
    """Lines of the standard budget with other amounts, and a change that moves some of them."""
    lines = list(bench.linked().workload.lines)[:_LINES]
    changes = bench.claims(Capability.CHANGES)

    @st.composite
    def draw_budget(draw: st.DrawFn) -> Budget:
        drawn = tuple(evolve(line, amount=draw(_amount(place, negative=negative))) for place, line in enumerate(lines))
        moves = tuple(
            (line.key, draw(_amount(place, negative=negative)))
            for place, line in enumerate(lines, start=_LINES)
            if draw(st.booleans()) is (place % 2 == 0)
        )
        if not changes or not moves:
            return Budget(lines=drawn)
        return Budget(lines=drawn, changes=(Change(number="BC-001", description="Drawn", moves=moves),))

    return draw_budget()


def budgets_with_changes(bench: Bench) -> st.SearchStrategy[Budget]:
    """A line with a change of its own, and a change on a key that has no original."""
    first, second = _plain_lines(bench)[:2]

    @st.composite
    def draw_budget(draw: st.DrawFn) -> Budget:
        line = evolve(first, amount=draw(_amount(0, negative=False)))
        moves = ((line.key, draw(_amount(1, negative=True))), (second.key, draw(_amount(2, negative=False))))
        return Budget(lines=(line,), changes=(Change(number="BC-001", description="Drawn", moves=moves),))

    return draw_budget()


# -- zero and blank ---------------------------------------------------------------------------------------------------


def zero_and_blank(bench: Bench) -> list[str]:
    """A line of zero, one without a quantity, one with a quantity; what is wrong, in words."""
    zero, blank, counted = _plain_lines(bench)[:3]
    lines = (
        evolve(zero, amount=Decimal(0)),
        evolve(blank, amount=Decimal("250.10")),
        evolve(counted, amount=Decimal("75.00"), quantity=_QUANTITY, unit=_UNIT, unit_cost=Decimal("6.25")),
    )
    workload = Workload(lines=lines, name="zero and blank")
    wrong: list[str] = []
    with bench.site(bench.linked(workload)) as site:
        if bench.profile.zero_lines is ZeroLines.REFUSE:
            return _zero_is_refused(site, lines)
        deliver(site, Budget(lines=lines))
        wrong += sides_differ(dict(site.expected.amounts), site.held())
        if bench.claims(Capability.UNITS):
            told = {bare(figure.key): figure.quantity for figure in read_job(site, site.job).figures}
            wrong += _quantities_differ(site, told, lines)
    return wrong


def _plain_lines(bench: Bench) -> list[Line]:
    """Lines of the standard budget on the job itself, each of another cost code."""
    lines = {line.cost_code: line for line in bench.linked().workload.lines if not line.sub_job}
    return list(lines.values())


def _zero_is_refused(site: Site, lines: tuple[Line, ...]) -> list[str]:
    try:
        deliver(site, Budget(lines=lines))
    except ErpBridgeError:
        return []
    return ["the profile says that a line of zero is refused, and it was not"]


def _quantities_differ(site: Site, told: dict[LineKey, Decimal | None], lines: tuple[Line, ...]) -> Iterator[str]:
    """Quantities that the ERP tells otherwise than they were sent; where it tells none, nothing is known."""
    seen = {line: told.get(bare(site.codes.theirs(line.key))) for line in lines}
    if not any(quantity for quantity in seen.values()):
        return
    for line, quantity in seen.items():
        if line.amount and quantity != line.quantity:
            yield f"{line.key}: the quantity {_shown(line.quantity)} reads {_shown(quantity)} in the ERP"


def _shown(quantity: Decimal | None) -> str:
    return "blank" if quantity is None else f"{quantity:f}"


# -- extremes ---------------------------------------------------------------------------------------------------------


def extremes(bench: Bench) -> list[str]:
    """The largest amount, its opposite and a cent; then one cent over the limit; what is wrong, in words."""
    first, second = _plain_lines(bench)[:2]
    limit = bench.profile.limit("amount")
    whole = limit.whole_digits if limit and limit.whole_digits is not None else MAX_DIGITS
    wrong: list[str] = []
    largest = min(Decimal(10) ** whole, Decimal(10) ** (MAX_DIGITS - 2)) - _CENT
    with bench.site(bench.linked()) as site:
        deliver(site, Budget(lines=(evolve(first, amount=largest), evolve(second, amount=_CENT))))
        wrong += sides_differ(dict(site.expected.amounts), site.held())
    if whole <= MAX_DIGITS - 3:
        wrong += _over(bench, evolve(first, amount=largest + _CENT))
    return wrong


def _over(bench: Bench, line: Line) -> list[str]:
    with bench.site(bench.linked()) as site:
        with listening(bench, site) as heard:
            try:
                deliver(site, Budget(lines=(line,)))
            except ErpBridgeError:
                refused = True
            else:
                refused = False
        wrong = [] if refused else [f"{line.amount:,.2f} is over the profile's limit and was not refused"]
        if heard or site.held():
            wrong.append(f"{line.amount:,.2f} is over the profile's limit, and something was written: {heard}")
        return wrong


# -- odd texts --------------------------------------------------------------------------------------------------------

_ODD: Final = (
    'Say "bore" 12" pipe',
    "O'Brien; clamps, 3/4\\ tail",
    "tab\there",
    "two\nlines",
    "carriage\r\nreturn",
    "<b>bold</b> & ]]> more",
    "=1+1",
    "@SUM(A1)",
    "+49 30 1234",
    "Größe naïve Ünïcode",
    "сталь 鋼 فولاذ",
    "zero\u200bwidth",
    "bell\x07",
    "  led and trailed  ",
    "%s {0} ${HOME} $(id)",
    "x" * 200,
)


def odd_texts(bench: Bench) -> tuple[list[str], int]:
    """Each text as a line's description where it is let in; what is wrong, and how many texts were carried."""
    workload = many(len(_ODD))
    lines = [
        evolve(line, description=text, amount=Decimal(100 + number) + _CENT)
        for number, (line, text) in enumerate(zip(workload.lines, _ODD, strict=True))
    ]
    with bench.site(bench.linked(workload)) as site:
        carried = list(_let_in(site, lines))
        if not carried:
            return [], 0
        item = site.accept(site.send())
        site.deliver(item)
        site.expected = site.expected.plus(carried, (), site.codes)
        wrong = [*sides_differ(dict(site.expected.amounts), site.held()), *_texts_differ(bench, site, carried)]
        return wrong, len(carried)


def _let_in(site: Site, lines: list[Line]) -> Iterator[Line]:
    """Enter each line; what the budget does not take, and what a trial of sending refuses, is left out."""
    entered: dict[LineKey, Line] = {}
    for line in lines:
        try:
            site.add([line])
        except ErpBridgeError:
            continue
        entered[line.key] = line
    site.expected = Expected()
    manager = site.person("manager")
    refused = {each.key for each in site.application.sending.preview(manager, site.project) if each.severity == "error"}
    for key, line in entered.items():
        if refused & {key, site.codes.theirs(key)}:
            site.application.budgets.remove_line(manager, site.project, key)
        else:
            yield line


def _texts_differ(bench: Bench, site: Site, lines: list[Line]) -> Iterator[str]:
    """Descriptions that the ERP tells otherwise than they were sent, where it tells one for each key."""
    limit = bench.profile.limit("description")
    if not bench.claims(Capability.DESCRIPTION) or limit is None:
        return
    told = {bare(figure.key): figure.description for figure in read_job(site, site.job).figures}
    for line in lines:
        seen = told.get(bare(site.codes.theirs(line.key)), "")
        whole = line.description.strip()
        cut = whole[: limit.max_length].rstrip() if limit.over is OverLimit.SHORTEN else whole
        if seen.strip() and seen.strip() not in {whole, cut}:
            yield f"{line.key}: the text {cut!r} reads {seen!r} in the ERP"
