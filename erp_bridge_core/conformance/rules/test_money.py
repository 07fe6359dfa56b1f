"""Money: what the ERP holds is what was sent, to the cent, per key and side, whatever the amounts and texts are."""

from erp_bridge_core.conformance.cases import money
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.verdicts import not_applicable, tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.contract.profile import Capability, ErpProfile


def takes_changes(profile: ErpProfile) -> str:
    """Blank when the ERP takes budget changes."""
    return "" if profile.supports(Capability.CHANGES) else "budget changes are not claimed"


@rule("MNY-01", "The sum sent is the sum the ERP holds, to the cent, per key")
def test_sums(bench: Bench) -> None:
    """Random amounts of either sign, original and changes: per key the totals are equal.

    Likely causes: a float on the way; an amount formatted with fewer decimals, or without its sign; two lines of one
    key of which the second replaces the first.
    """
    money.every_budget(bench, "MNY-01", money.budgets(bench, negative=True), money.totals_differ)


@rule("MNY-02", "Original and changes stay apart", applies=takes_changes)
def test_sides(bench: Bench) -> None:
    """Changes on keys with an original budget, and on keys that had none: each side holds what was sent to it.

    Likely causes: a change that is entered as an original, for a new key say; an original that is entered as a change.
    """
    money.every_budget(bench, "MNY-02", money.budgets_with_changes(bench), money.sides_differ)


@rule("MNY-03", "A line of zero does as the profile says, and blank is not zero")
def test_zero_and_blank(bench: Bench) -> None:
    """A line of zero between others, quantities that are blank, and ones that are not.

    Likely causes: a quantity that defaults to 0 or 1 where none was given; a line of zero that shifts those behind it;
    `zero_lines` in the profile that is not what the adapter does.
    """
    tell(money.zero_and_blank(bench))


@rule("MNY-04", "The largest amounts arrive exactly, and one unit more is refused before anything is written")
def test_extremes(bench: Bench) -> None:
    """What the profile's limit lets through, and the smallest amount; then what is just over the limit.

    Likely causes: a limit in the profile that is wider than the ERP's field; a float, which is exact to 15 digits only.
    """
    tell(money.extremes(bench))


@rule("MNY-05", "Odd and over-long texts lose no line, forge none, and move no amount")
def test_odd_texts(bench: Bench) -> None:
    """Quotes, separators, line breaks, other alphabets, formulas and controls, refused or carried as declared.

    Likely causes: a text that is put into a file or a message without being escaped; a limit in the profile that is
    longer than the ERP's field.
    """
    wrong, carried = money.odd_texts(bench)
    if not carried and not wrong:
        not_applicable("every odd text is refused")
    tell(wrong)
