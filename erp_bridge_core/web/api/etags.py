"""ETags: what a value's revision is called on the wire, and whether a reader has it already."""

from typing import Any

from litestar import Response

from erp_bridge_core.web.actors import WebRequest


def tagged(request: WebRequest, value: Any, revision: object) -> Response[Any]:
    """The value with its ETag; nothing but the tag for whoever has this revision (`If-None-Match`)."""
    tag = f'"{revision}"'
    if tag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(None, status_code=304, headers={"ETag": tag})
    return Response(value, status_code=200, headers={"ETag": tag})
