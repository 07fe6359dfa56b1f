"""Numbers of a simulated ERP: text to whole units and back, and what is no number."""

import pytest

from erp_bridge_core.simulation import to_text, to_units


@pytest.mark.parametrize(
    ("text", "digits", "units"),
    [
        ("0", 2, 0),
        ("12.5", 2, 1250),
        ("-0.05", 2, -5),
        ("12.3456", 4, 123456),
        ("7", 0, 7),
        ("99999999999", 2, 10**13 - 100),
    ],
)
def test_whole_units_of_plain_text(text: str, digits: int, units: int) -> None:
    """Every decimal counts, signs too."""
    assert units == to_units(text, digits)


@pytest.mark.parametrize(
    ("units", "digits", "text"), [(1250, 2, "12.50"), (-5, 2, "-0.05"), (7, 0, "7"), (1, 4, "0.0001")]
)
def test_plain_text_of_whole_units(units: int, digits: int, text: str) -> None:
    """With just as many decimals as the unit has."""
    assert text == to_text(units, digits)


@pytest.mark.parametrize("text", ["", " 1", "1,000", "1e3", "NaN", "1.", "+1", "٣", "1.234", 1.5, 1, None, True])
def test_what_is_no_number_is_refused(text: object) -> None:
    """Nothing is guessed, and nothing is rounded."""
    with pytest.raises(ValueError, match="is no number"):
        to_units(text, 2)
