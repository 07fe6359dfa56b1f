"""The people of the demo: one per role, so that nobody approves what he built."""

from typing import TYPE_CHECKING

from attrs import frozen

from erp_bridge_core.people.actor import Actor

if TYPE_CHECKING:
    from erp_bridge_core.app import Application


@frozen(kw_only=True)
class Cast:
    """Everyone who acts in the demo."""

    administrator: Actor
    manager: Actor
    approver: Actor
    viewer: Actor
    controller: Actor


def hire(application: "Application", company: str, real_login: str) -> Cast:
    """Add the people of the demo company, with the rights of their roles, and let each of them act."""
    people = application.people
    administrator = people.actor_as("administrator", company, real_login)
    for login, name in (
        ("manager", "Project Manager"),
        ("approver", "Accounting Approver"),
        ("viewer", "Viewer"),
        ("controller", "Controller"),
    ):
        people.add(administrator, login, name, email=f"{login}@demo.invalid")
    for login in ("approver", "controller"):
        people.grant_membership(administrator, login, integrations="standard")
        people.grant_privilege(administrator, login)
    people.grant_membership(administrator, "viewer", integrations="read_only")
    return play(application, company, real_login)


def play(application: "Application", company: str, real_login: str) -> Cast:
    """Let each of the people who are there already act."""
    people = application.people
    return Cast(
        administrator=people.actor_as("administrator", company, real_login),
        manager=people.actor_as("manager", company, real_login),
        approver=people.actor_as("approver", company, real_login),
        viewer=people.actor_as("viewer", company, real_login),
        controller=people.actor_as("controller", company, real_login),
    )
