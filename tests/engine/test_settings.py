"""The sections `[schedule]` and `[engine]` of the configuration, and their tables in the document for operators."""

import re
from datetime import time
from pathlib import Path

import attrs
import pytest
from documents import ROOT

from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.schedule import EngineConfig, ScheduleConfig
from erp_bridge_core.contract.errors import BadSettings


def read(home: Path, text: str) -> ScheduleConfig:
    """The section as a home's file has it."""
    (home / "erp-bridge.toml").write_text(f"[schedule]\n{text}\n", encoding="utf-8")
    return Configuration.read(home).schedule


def test_a_home_without_it_has_the_usual_one(home: Path) -> None:
    """Each setting may be left out."""
    assert ScheduleConfig() == read(home, "")
    assert (time(3, 30), 1) == (
        read(home, 'nightly_at = "03:30"').night,
        read(home, "verify_minutes = 1").verify_minutes,
    )
    assert read(home, 'nightly_at = ""').night is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("verify_minutes = -1", "schedule.verify_minutes"), ("mail_minutes = -1", "schedule.mail_minutes"),
        ("resume_minutes = -5", "schedule.resume_minutes"), ('nightly_at = "at two"', "schedule.nightly_at"),
        ('nightly_at = "02:00+02:00"', "schedule.nightly_at"), ("keep_days = 1", "schedule.keep_days"),
        ("poll_seconds = 0", "schedule.poll_seconds"), ("poll_seconds = 61", "schedule.poll_seconds"),
        ("at_once = 1", "schedule.at_once"), ("at_once = 33", "schedule.at_once"), ("every = 5", "schedule.every"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_it_is_named(home: Path, text: str, where: str) -> None:
    """A worker does not start on a guess."""
    with pytest.raises(BadSettings) as refused:
        read(home, text)

    assert [where] == [fault.where for fault in refused.value.faults]


def test_each_setting_stands_in_the_document_with_its_default() -> None:
    """As TOML has it."""
    text = (ROOT / "docs" / "operators" / "running.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", text, re.MULTILINE))
    defaults = {
        field.name: f'"{field.default}"' if isinstance(field.default, str) else str(field.default)
        for section in (ScheduleConfig, EngineConfig)
        for field in attrs.fields(section)
    }

    assert defaults == rows
