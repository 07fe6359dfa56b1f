"""Every text of the pages can be read: contrast of at least 4.5 in light, in dark and on paper (WCAG AA)."""

import re
from importlib.resources import files
from itertools import product

import pytest

SHEET = (files("erp_bridge_core.web") / "static" / "erp-bridge.css").read_text(encoding="utf-8")
#: Which colour stands on which.
PAIRS = [
    *product(("ink", "soft", "accent", "good", "bad", "warn"), ("paper", "shade", "ground")),
    ("on-accent", "accent"),
    *(("ink", ground) for ground in ("good-shade", "bad-shade", "warn-shade", "accent-shade")),
    *((state, f"{state}-shade") for state in ("good", "bad", "warn", "accent")),
]


def palettes() -> dict[str, dict[str, str]]:
    """The colours of the two schemes and of what is printed, by their names."""
    blocks = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)
    return dict(zip(("light", "dark", "paper"), map(_colours, blocks), strict=True))


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "paper"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_each_text_stands_out_from_its_ground(scheme: str, ink: str, ground: str) -> None:
    """In both schemes, and on paper whatever the scheme."""
    colours = palettes()[scheme]

    assert contrast(colours[ink], colours[ground]) >= 4.5


def test_contrast_is_reckoned_as_wcag_does() -> None:
    """Black on white is 21; the grey that is known to be just enough is just enough."""
    assert 21.0 == contrast("#000000", "#ffffff")
    assert contrast("#777777", "#ffffff") < 4.5 < contrast("#767676", "#ffffff")
