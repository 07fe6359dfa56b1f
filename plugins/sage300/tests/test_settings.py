from typing import Any

import pytest

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.contract.structuring import structure
from erp_bridge_sage300.settings import Sage300Settings


def test_a_company_is_all_that_must_be_given() -> None:
    """Everything else has a documented default."""
    settings = structure(Sage300Settings, {"company": "Hoosier"})

    assert ("reports/job-cost.csv", "reports/extras.csv", "rejected/{file}.jce", "") == (
        settings.job_cost_report,
        settings.extras_report,
        settings.reject_file,
        settings.hh2_base,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"company": " "}, "company is blank"),
        ({"hh2_url": "acme"}, "hh2_api_key, hh2_api_secret, hh2_username, hh2_password not"),
        ({"job_cost_report": ""}, "can't be left out"),
        ({"reject_file": "../x.jce"}, "not a path below the share"),
        ({"reject_file": "/x.jce"}, "not a path below the share"),
        ({"reject_file": "{file}/x.jce"}, "in a folder's name"),
        ({"reject_file": "rejected/{name}.jce"}, "other braces than those of {file}"),
        ({"extras_report": "a\\b.csv"}, "not a path below the share"),
        ({"file_encoding": "klingon"}, "no encoding 'klingon'"),
        ({"job_sections": [0, 2]}, "at least one character"),
        ({"cost_code_delimiter": "_"}, "none of - / ."),
        ({"change_description": "{colour}"}, "{colour} is none of"),
        ({"standard_fields": ["colour"]}, "colour is none of"),
        ({"category_record": "C, cost_code"}, "no place for category, date, amount"),
        ({"hh2_job_statuses": {"1": "happy"}}, "'happy' is none of"),
        ({"compare_codes": "roughly"}, "compare_codes"),
        ({"colour": "red"}, "unknown name"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, Any], said: str) -> None:
    """The fault says which setting and what would be right."""
    with pytest.raises(BadInput) as told:
        structure(Sage300Settings, {"company": "Hoosier", **given})

    assert any(said in str(fault) for fault in told.value.faults)


def test_all_faults_come_at_once() -> None:
    """A person corrects them in one go."""
    with pytest.raises(BadInput) as told:
        structure(Sage300Settings, {"company": "", "job_cost_report": "", "reject_file": ""})

    assert ["company", "job_cost_report", "reject_file"] == [
        one.split()[0] for one in told.value.faults[0].message.split("; ")
    ]


def test_the_narrow_reading_of_8_2_leaves_five_digits() -> None:
    """Eight positions in all: five digits, the point, two decimals."""
    assert (5, 8) == (
        Sage300Settings(company="c", amount_width="positions").amount_digits,
        Sage300Settings(company="c").amount_digits,
    )
