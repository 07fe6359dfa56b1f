"""The REST service itself: what a request that was let in gets from the books."""

from typing import Final

from erp_bridge_cmic.simulator import rows
from erp_bridge_cmic.simulator.action import post_pci
from erp_bridge_cmic.simulator.address import POST_PCI, Address
from erp_bridge_cmic.simulator.batch import run_batch
from erp_bridge_cmic.simulator.collection import Place, describe, read_collection, read_item
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.problems import Refusal
from erp_bridge_cmic.simulator.resource import CREATE, DELETE, UPDATE
from erp_bridge_cmic.simulator.wire import ACTION, BATCH, COLLECTION, DESCRIPTION, ITEM, PLAIN, answer, decode
from erp_bridge_core.simulation import Reply, Request

_ITEM_TYPES: Final = {PLAIN, ITEM.lower(), "application/vnd.oracle.adf.resource+json"}


def read(context: Context, request: Request, address: Address) -> Reply:
    """Answer a GET; raises Refusal."""
    place = _place(context, address)
    if address.describe:
        if context.settings["describe"] == "no":
            raise Refusal(404, [f"There is nothing at {request.path}."])
        return answer(request, describe(place), kind=DESCRIPTION)
    if address.vuuid:
        return answer(request, read_item(context, place, address.vuuid, request.query), kind=ITEM)
    link = f'<{place.root}/{address.name}>;rel="self";kind="collection";name="{address.name}"'
    found = answer(request, read_collection(context, place, request.query), kind=COLLECTION)
    headers = (*found.headers, ("Link", link), ("Location", ""))
    return Reply(body=found.body, content_type=found.content_type, headers=headers)


def write(context: Context, request: Request, address: Address) -> Reply:
    """Do a POST, PATCH or DELETE within the transaction of the context; raises Refusal, which undoes all of it."""
    if address.name == "batch":
        _check_type(request, {BATCH})
        return run_batch(context, request, address.module)
    if address.name == POST_PCI:
        _check_type(request, {ACTION})
        return post_pci(context, request)
    place = _place(context, address)
    if address.operation == DELETE:
        rows.remove(context, place.resource, address.vuuid)
        return Reply(status=204)
    _check_type(request, _ITEM_TYPES)
    given = decode(request.body)
    if address.operation == UPDATE:
        rows.update(context, place.resource, address.vuuid, given)
        vuuid = address.vuuid
    else:
        vuuid = rows.create(context, place.resource, given)
    status = 201 if address.operation == CREATE else 200
    return answer(request, read_item(context, place, vuuid, {}), kind=ITEM, status=status)


def _place(context: Context, address: Address) -> Place:
    assert address.resource is not None, "an address without a resource is a batch or an action"
    return Place(address.root, context.named(address.resource))


def _check_type(request: Request, kinds: set[str]) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in kinds:
        raise Refusal(415, [f"The content type {given or '(none)'} is not one of {', '.join(sorted(kinds))}."])
