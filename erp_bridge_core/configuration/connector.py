"""`[connections.NAME.connector]`: how what is asked for at a budget source becomes items here, and what it is told."""

import re
from collections.abc import Iterator
from typing import Final, Literal

from attrs import frozen

from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.people.texts import login_faults

#: Rules are named one by one: nobody acknowledges what he has not read of.
_RULE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MINUTES: Final = range(1, 24 * 60 + 1)
#: Where the source's calls arrive, below the address that people type.
_RECEIVER: Final = "/receive/"


@frozen(kw_only=True)
class ConnectorConfig:
    """How requests of one source are dealt with.

    `act_as` is the person in whose name they become items; blank: none does, and budgets are only pulled. `approve`:
    each is approved again here; otherwise it is accepted as `accept_as`, where every rule lets him. `close_when`: the
    source is told that all is done once it was read back from the posted figures, or once it was exported.
    `poll_minutes` is how often the source is asked for what no call told. `acknowledge` names rules whose warnings
    `act_as` has acknowledged once and for all (B5), such as `description-shortened`; a warning of another rule leaves
    the request to a person.
    """

    act_as: str = ""
    approve: bool = True
    accept_as: str = ""
    close_when: Literal["verified", "exported"] = "verified"
    poll_minutes: int = 5
    acknowledge: tuple[str, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether requests become items at all."""
        return bool(self.act_as)


def connector_faults(connector: ConnectorConfig, where: str) -> Iterator[Fault]:
    """Everything that is wrong with the section, but for whether its people are there: the database tells that."""
    for name in ("act_as", "accept_as"):
        login = getattr(connector, name)
        if login and login_faults(login):
            yield Fault(f"{where}.{name}", "is no person's name to sign in with", value=login)
    if not connector.approve and not connector.accept_as:
        yield Fault(f"{where}.accept_as", "is missing", expected="who accepts, since approve is false")
    for rule in connector.acknowledge:
        if not _RULE.fullmatch(rule):
            yield Fault(
                f"{where}.acknowledge", "is no rule's name", value=rule, expected="such as description-shortened"
            )
    if connector.poll_minutes not in _MINUTES:
        yield Fault(
            f"{where}.poll_minutes",
            "out of bounds",
            value=str(connector.poll_minutes),
            expected=f"{_MINUTES[0]} to {_MINUTES[-1]}",
        )


def receiver_address(base_url: str, name: str) -> str:
    """Where a source calls the connection of that name; blank where no address is set that people type."""
    return f"{base_url}{_RECEIVER}{name}" if base_url else ""
