"""The action `postCm`, which answers 200 whether it posted or not; only its result tells."""

from datetime import date
from typing import Any, Final

from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.posting import SUCCESS, post
from erp_bridge_cmic.simulator.problems import Refusal
from erp_bridge_cmic.simulator.switches import take
from erp_bridge_cmic.simulator.wire import ACTION_RESULT, answer, decode
from erp_bridge_core.simulation import Reply, Request

ACTION_NAME: Final = "postCm"
_LENGTHS: Final = {"compCode": 8, "jobCode": 10, "chgCode": 11, "postDate": 10}


def post_pci(context: Context, request: Request) -> Reply:
    """Post a PCI; raises Refusal (400) only for a body that is not the action's."""
    given = decode(request.body)
    parameters = _parameters(given)
    fault = context.settings["postcm"]
    if fault == "refuses" or take(context.connection, "post_refusals"):
        return _answer(request, "PCI can't be posted at this time.")
    if fault == "false_success":
        return _answer(request, SUCCESS)
    result = post(
        context,
        comp=parameters["compCode"],
        job=parameters["jobCode"],
        number=parameters["chgCode"],
        day=parameters["postDate"],
    )
    return _answer(request, "An unexpected error occurred." if fault == "posts_and_fails" else result)


def _answer(request: Request, result: str) -> Reply:
    return answer(request, {"result": result}, kind=ACTION_RESULT)


def _parameters(given: dict[str, Any]) -> dict[str, str]:
    listed = given.get("parameters")
    if given.get("name") != ACTION_NAME or not isinstance(listed, list):
        raise Refusal(400, [f"The action is named {ACTION_NAME}, its parameters are a list."])
    found: dict[str, str] = {}
    for single in listed:
        if not isinstance(single, dict) or len(single) != 1:
            raise Refusal(400, ["Each parameter is an object of one name and one value."])
        found |= single
    problems = [f"The parameter {name} is unknown." for name in found if name not in _LENGTHS]
    problems += [
        f"The parameter {name} is missing, or longer than {length} characters."
        for name, length in _LENGTHS.items()
        if not isinstance(found.get(name), str) or not 1 <= len(found[name]) <= length
    ]
    if not problems and not _is_day(found["postDate"]):
        problems = [f"The parameter postDate is not a date: {found['postDate']}"]
    if problems:
        raise Refusal(400, problems)
    return found


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
