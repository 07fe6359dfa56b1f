"""The read-only SQL route, against a driver by hand."""

import sys
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import define, field
from data_exchange import JOB
from spectrum_doubles import SpectrumErp, make_erp

from erp_bridge_core.contract import Secret
from erp_bridge_core.contract.errors import BadSettings, ReadFailed
from erp_bridge_spectrum.sql import read_originals


class DriverError(Exception):
    """What the driver raises."""


@define
class Driver:
    """A stand-in for pyodbc: one connection that is its own cursor."""

    rows: list[tuple[Any, ...]]
    error: Exception | None = None
    asked: list[tuple[Any, ...]] = field(factory=list)
    closed: int = 0

    def connect(self, text: str, **options: Any) -> "Driver":
        self.asked.append((text, options))
        return self

    def cursor(self) -> "Driver":
        return self

    def execute(self, *query: str) -> "Driver":
        self.asked.append(query)
        if self.error:
            raise self.error
        return self

    def fetchmany(self, count: int) -> list[tuple[Any, ...]]:
        page, self.rows = self.rows[:count], self.rows[count:]
        return page

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def erp() -> SpectrumErp:
    """A connection with the SQL route."""
    return make_erp(sql_connection=Secret("DSN=x;PWD=s3cr3t"))


def use(monkeypatch: pytest.MonkeyPatch, driver: Driver) -> Driver:
    """Put the driver in pyodbc's place."""
    monkeypatch.setitem(sys.modules, "pyodbc", SimpleNamespace(connect=driver.connect, Error=DriverError))
    return driver


def test_originals_are_read_exactly(monkeypatch: pytest.MonkeyPatch, erp: SpectrumErp) -> None:
    """Decimals, floats and text alike; codes without padding; company and job as parameters, read only."""
    rows = [(f"  {JOB}", "105-06845 ", "L ", 10.1), (JOB, "2", "M", Decimal("-3.00")), (JOB, "3", "M", None)]
    driver = use(monkeypatch, Driver(rows))

    assert {
        ("10506845", "L"): Decimal("10.10"), ("2", "M"): Decimal("-3.00"), ("3", "M"): Decimal("0.00"),
    } == read_originals(erp, JOB)  # fmt: skip
    assert driver.asked[0][1]["readonly"]
    assert ("100", JOB) == driver.asked[1][1:]
    assert 1 == driver.closed


@pytest.mark.rule("X4")
def test_a_failure_repeats_no_connection_string(monkeypatch: pytest.MonkeyPatch, erp: SpectrumErp) -> None:
    """The driver's own text may hold it."""
    use(monkeypatch, Driver([], error=DriverError("28000", "Login failed for PWD=s3cr3t")))
    with pytest.raises(ReadFailed, match="SQLSTATE 28000") as failure:
        read_originals(erp, JOB)

    assert "s3cr3t" not in str(failure.value.to_json())


@pytest.mark.parametrize("value", [1.005, "abc", float("nan")])
def test_what_is_no_amount_is_a_failed_read(monkeypatch: pytest.MonkeyPatch, erp: SpectrumErp, value: object) -> None:
    """Never rounded."""
    use(monkeypatch, Driver([(JOB, "1", "L", value)]))
    with pytest.raises(ReadFailed, match="no amount"):
        read_originals(erp, JOB)


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch, erp: SpectrumErp) -> None:
    """With the extra that brings it."""
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    with pytest.raises(BadSettings) as failure:
        read_originals(erp, JOB)

    assert "erp-bridge-spectrum[sql]" in failure.value.remedy
