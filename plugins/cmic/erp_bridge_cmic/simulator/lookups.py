"""Questions that several rules ask of the books; answers in the words that a refusal carries."""

from sqlite3 import Row

from erp_bridge_cmic.simulator.attributes import Stored
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.problems import Problem

#: The control code of what stands at the top.
TOP = "ALL"


def job_problems(context: Context, comp: Stored, job: Stored, attribute: str) -> list[Problem]:
    """Why nothing may be written to a job: it is not there, not to be seen, or closed."""
    row = seen_job(context, comp, job)
    if row is None:
        return [Problem(f"Job {job} does not exist in company {comp}.", attribute)]
    if row["status"] == "C":
        return [Problem(f"Job {job} of company {comp} is closed.", attribute)]
    return []


def seen_job(context: Context, comp: Stored, job: Stored) -> Row | None:
    """A job that the caller may see."""
    return context.one("SELECT * FROM seen_job WHERE comp = ? AND job = ?", comp, job)


def unit_problems(context: Context, wm: Stored, attribute: str) -> list[Problem]:
    """Why a unit may not stand there; blank may."""
    if wm in (None, "") or context.one("SELECT 1 FROM unit WHERE wm = ?", wm):
        return []
    return [Problem(f"WM Code {wm} does not exist.", attribute)]


def derived_amount(quantity: Stored, rate: Stored) -> int | None:
    """Cents of a quantity times a rate, halves away from zero; None where one of them is missing."""
    if quantity is None or rate is None:
        return None
    # Hundred-millionths times ten-thousandths, brought to hundredths.
    product, step = int(quantity) * int(rate), 10**10
    cents = (abs(product) + step // 2) // step
    return cents if product >= 0 else -cents
