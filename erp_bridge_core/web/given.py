"""What handlers are given by the names `application`, `actor` and `posted`; annotate those parameters with these."""

from typing import Any

from litestar.datastructures import FormMultiDict, State
from litestar.di import NamedDependency, Provide

from erp_bridge_core.app import Application
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest, actor_of

#: The installation that is served.
GivenApplication = NamedDependency[Application]
#: Whoever is signed in.
GivenActor = NamedDependency[Actor]
#: The fields of the form that was sent, files among them.
GivenForm = NamedDependency[FormMultiDict]


def _application(state: State) -> Application:
    application: Application = state["application"]
    return application


def _actor(request: WebRequest) -> Actor:
    return actor_of(request)


async def _posted(request: WebRequest) -> FormMultiDict:
    return await request.form()


DEPENDENCIES: dict[str, Any] = {
    "application": Provide(_application, sync_to_thread=False),
    "actor": Provide(_actor, sync_to_thread=False),
    "posted": Provide(_posted),
}
