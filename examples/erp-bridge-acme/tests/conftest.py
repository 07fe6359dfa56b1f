"""A connection as ERP Bridge hands it to the adapter, over a plain session that `responses` answers."""

import logging
from typing import Any, cast

import pytest
import requests
from attrs import define, field
from erp_bridge_core.contract import Clock, Erp, Files, Maps, Masters, Secret

from erp_bridge_acme.client import ThisErp
from erp_bridge_acme.profile import Settings

BASE = "https://books.example"


@define
class MemoryState:
    """What a connection remembers, kept in memory."""

    values: dict[str, Any] = field(factory=dict)

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def put(self, name: str, value: Any) -> None:
        self.values[name] = value


@pytest.fixture
def erp() -> ThisErp:
    """A connection to the company SIM from the installation T3ST42."""
    nothing = cast("Any", None)
    return Erp(
        name="books",
        company="SIM",
        settings=Settings(url=BASE, company="SIM", token=Secret("t0ken")),
        http=requests.Session(),
        files=cast("Files", nothing),
        clock=cast("Clock", nothing),
        masters=cast("Masters", nothing),
        maps=cast("Maps", nothing),
        state=MemoryState(),
        log=logging.LoggerAdapter(logging.getLogger(__name__)),
        installation="T3ST42",
        job="24-001",
    )
