"""What Tin Books refuses, in its own words and in an error shape of its own."""

from typing import Any

from planted.books import Row

LONGEST_DESCRIPTION = 30


class Refused(Exception):
    """A whole request is refused: an error code, words, and the HTTP status."""

    def __init__(self, code: str, words: str, *, status: int = 422) -> None:
        super().__init__(words)
        self.code, self.words, self.status = code, words, status

    def body(self) -> Row:
        """The shape that only Tin Books answers with."""
        return {"tin": {"result": "failed", "error": self.code, "words": self.words}}


def check_open(job: Row, name: str) -> None:
    """A closed job takes nothing."""
    if job["status"] != "open":
        raise Refused("JOB_CLOSED", f"Job {name} is {job['status']}.")


def fault_of(job: Row, row: Any) -> str:
    """Why a row can't be entered; blank when it can."""
    if row["sub_job"] and row["sub_job"] not in job["sub_jobs"]:
        return f"There is no sub job {row['sub_job']}."
    if not any(_is_code(code, row) for code in job["cost_codes"]):
        return f"There is no active cost code {row['cost_code']}."
    if row["category"] not in job["categories"]:
        return f"There is no category {row['category']}."
    if row["unit"] and job["units"] and row["unit"] not in job["units"]:
        return f"There is no unit {row['unit']}."
    if len(row["description"]) > LONGEST_DESCRIPTION:
        return f"A description has at most {LONGEST_DESCRIPTION} characters."
    return ""


def _is_code(code: Row, row: Row) -> bool:
    return bool(code["active"] and (code["sub_job"], code["code"]) == (row["sub_job"], row["cost_code"]))
