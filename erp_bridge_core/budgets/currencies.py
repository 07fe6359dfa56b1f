"""How many decimals a currency's minor unit has (ISO 4217): amounts are whole numbers of it."""

import re
from typing import Final

from erp_bridge_core.contract.errors import BadInput, Fault

_NONE: Final = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
_THREE: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_CODE: Final = re.compile(r"[A-Z]{3}", re.ASCII)


def minor_unit_digits(currency: str) -> int:
    """The decimals of a currency's amounts; raises BadInput for what is no ISO 4217 code."""
    if not _CODE.fullmatch(currency):
        fault = Fault("currency", "not a currency code", value=currency, expected="three capital letters such as USD")
        raise BadInput(f"{currency!r} is no currency.", remedy="Give its ISO 4217 code.", faults=[fault])
    if currency in _NONE:
        return 0
    return 3 if currency in _THREE else 2
