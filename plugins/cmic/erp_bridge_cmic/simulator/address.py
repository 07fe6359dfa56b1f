"""What a request's address means: module, resource, and what is asked of it."""

import re
from typing import Final

from attrs import frozen

from erp_bridge_cmic.simulator.company import ENVIRONMENT
from erp_bridge_cmic.simulator.problems import Refusal
from erp_bridge_cmic.simulator.resource import CREATE, DELETE, RETRIEVE, UPDATE, Resource
from erp_bridge_cmic.simulator.resources import BY_ADDRESS
from erp_bridge_core.simulation import Request

#: The general ledger's address is unlike the other modules', with a version that is spelt otherwise.
_MODULE: Final = re.compile(rf"/{ENVIRONMENT}/(?:(?P<module>[a-z]+)-rest-api/rest/1|glrestapi/rest/v1)(?P<rest>/.*)")
_BATCH: Final = re.compile(rf"/{ENVIRONMENT}/(?P<module>[a-z]+)-rest-api/rest/?")
_OPERATIONS: Final = {"GET": RETRIEVE, "POST": CREATE, "PATCH": UPDATE, "DELETE": DELETE}
POST_PCI: Final = "postcm"


@frozen(kw_only=True)
class Address:
    """What is asked: an operation on a resource, a batch of a module, or the action that posts a PCI."""

    module: str
    name: str
    operation: str
    root: str = ""
    resource: Resource | None = None
    vuuid: str = ""
    describe: bool = False

    @property
    def writes(self) -> bool:
        """Whether it may change anything."""
        return self.operation != RETRIEVE


def locate(request: Request) -> Address:
    """What the request asks for; raises Refusal (404, 405)."""
    batch = _BATCH.fullmatch(request.path)
    if batch:
        if request.method != "POST":
            raise Refusal(405, ["A batch is posted."])
        return Address(module=batch["module"], name="batch", operation=CREATE)
    match = _MODULE.fullmatch(request.path)
    if match is None:
        raise Refusal(404, [f"There is nothing at {request.path}."])
    module, parts = match["module"] or "gl", match["rest"].strip("/").split("/")
    if module == "cm" and parts == [POST_PCI]:
        if request.method != "POST":
            raise Refusal(405, [f"{POST_PCI} is an action; it is posted."])
        return Address(module=module, name=POST_PCI, operation=CREATE)
    return _of_resource(request, module, parts)


def _of_resource(request: Request, module: str, parts: list[str]) -> Address:
    resource = BY_ADDRESS.get((module, parts[0]))
    operation = _OPERATIONS[request.method]
    if resource is None or len(parts) > 2:  # noqa: PLR2004 - a resource and a row
        raise Refusal(404, [f"There is nothing at {request.path}."])
    below = parts[1] if len(parts) > 1 else ""
    if (operation == CREATE and below) or (operation in (UPDATE, DELETE) and not below):
        raise Refusal(405, [f"{request.method} is not for {request.path}."])
    host = request.headers.get("host", "").partition(":")[0]
    return Address(
        module=module,
        name=resource.name,
        operation=operation,
        root=f"http://{host}:80{request.path.partition('/' + resource.name)[0]}",
        resource=resource,
        vuuid="" if below == "describe" else below,
        describe=below == "describe",
    )
