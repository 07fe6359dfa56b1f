"""The form of how a person reads values: every locale and time zone that is known, by names that people know."""

from decimal import Decimal
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.localedata import locale_identifiers

from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.forms import Field, Form

#: What is shown as an example.
EXAMPLE: Final = Decimal("-1234567.80")
#: Zones by names of before, and those that follow no place.
_ODD_ZONES: Final = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")


def formats_form(actor: Actor) -> Form:
    """The form, for somebody who may have chosen what is not in the lists."""
    return Form(
        (
            Field(
                name="locale", label="Language and country", kind="select", required=False, longest=20,
                choices=(("", "as your browser says"), *_with(actor.locale, _locales())),
                hint="How money, numbers and dates are written, and typed into forms; the words stay English.",
            ),
            Field(
                name="time_zone", label="Time zone", kind="select", required=False, longest=64,
                choices=(("", "the company's"), *_with(actor.time_zone, _time_zones())),
                hint="Of moments. What a day is, in budgets and at the ERP, stays the company's.",
            ),
        )
    )  # fmt: skip


@cache
def _locales() -> tuple[tuple[str, str], ...]:
    """Each locale of a country, by its English name; names come from one file of CLDR, which is quick."""
    english, found = Locale("en"), []
    for identifier in locale_identifiers():
        language, *rest = identifier.split("_")
        territory = english.territories.get(rest[-1]) if rest else None
        named = english.languages.get(language)
        if named and territory and not rest[-1].isdigit():
            script = [english.scripts[part] for part in rest[:-1] if part in english.scripts]
            found.append((identifier, f"{named} ({', '.join([*script, territory])})"))
    return tuple(sorted(found, key=lambda each: each[1]))


@cache
def _time_zones() -> tuple[tuple[str, str], ...]:
    """Each zone of a place."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(_ODD_ZONES))
    return tuple((zone, zone.replace("_", " ")) for zone in ("UTC", *zones))


def _with(chosen: str | None, known: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The choices, with what was chosen elsewhere."""
    return known if not chosen or chosen in dict(known) else ((chosen, chosen), *known)
