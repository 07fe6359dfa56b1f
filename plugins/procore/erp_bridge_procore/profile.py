"""What the product needs to know of Procore, as data. Grades say how well it is known."""

from typing import Final

from erp_bridge_core.contract import API_VERSION, Grade, OperationProfile, RateLimit, SafetyClass, Thing, Words
from erp_bridge_core.contract.source import SourceCapability, SourceProfile
from erp_bridge_procore.setting_notes import GROUPS, NOTES
from erp_bridge_procore.settings import ProcoreSettings

LOCK: Final = "lock"
UNLOCK: Final = "unlock"
TELL_ORIGIN: Final = "tell_origin"
MARK_SYNCED: Final = "mark_synced"
TELL_DETAIL: Final = "tell_detail"
TELL_JOB_COSTS: Final = "tell_job_costs"

OPERATIONS: Final = (
    OperationProfile(
        name=LOCK,
        title="POST budget/lock: lock a budget",
        safety=SafetyClass.ABSOLUTE,
        because="A budget is locked or not: the same call again changes nothing, and GET budget shows it.",
    ),
    OperationProfile(
        name=UNLOCK,
        title="DELETE budget/lock: unlock a budget, its modifications kept",
        safety=SafetyClass.ABSOLUTE,
        because="A budget is locked or not: the same call again changes nothing, and GET budget shows it. It is never "
        "sent without the parameter that keeps the budget's modifications.",
    ),
    OperationProfile(
        name=TELL_ORIGIN,
        title="PATCH external_data/sync: our reference as the budget's origin id",
        safety=SafetyClass.ABSOLUTE,
        because="A record has one origin id: the same one again changes nothing, and the external data show it.",
    ),
    OperationProfile(
        name=MARK_SYNCED,
        title="PATCH erp_transactions/sync: mark transactions as synced",
        safety=SafetyClass.ABSOLUTE,
        because="A transaction is synced or not, under one origin id that is ours for ever: the same mark again "
        "changes nothing.",
    ),
    OperationProfile(
        name=TELL_JOB_COSTS,
        title="PATCH erp_job_costs/sync: what the ERP shows per job cost",
        safety=SafetyClass.ABSOLUTE,
        because="The figures are absolute, by job cost: the same ones again change nothing.",
    ),
    OperationProfile(
        name=TELL_DETAIL,
        title="PUT erp_request_details: status and messages of a request",
        safety=SafetyClass.ABSOLUTE,
        because="Status and messages are replaced whole, and reading the detail shows both; the messages hold our "
        "mark with the number of the report, so that ours is known from anybody else's.",
    ),
)

THINGS: Final = (
    Thing(text="Budgets are read by a budget view; it needs the columns Original Budget and Budget Modifications."),
    Thing(text="Only approved budget changes are read. Each budget modification is told as a change of its own."),
    Thing(text='Rows shown as "?" have costs and no budget line: they are left out, and named.'),
    Thing(text="A budget that is edited while it is read is read again, never taken half."),
    Thing(text="A budget is unlocked only while it has no modifications: nothing is ever deleted."),
    Thing(text="Webhooks are hints. After twelve hours without an answer Procore drops them; the poll finds the rest."),
    Thing(text="A transaction that was marked as synced is not sent again by Procore."),
    Thing(text="The lists of requests and transactions stand at assumed addresses.", grade=Grade.INFERRED),
    Thing(text="How in progress is spelt on the wire: see progress_word.", grade=Grade.UNKNOWN),
    Thing(text="Whether a request that was closed as failed can be told a success later.", grade=Grade.UNKNOWN),
)  # fmt: skip

PROFILE: Final = SourceProfile(
    name="procore",
    title="Procore",
    api_version=API_VERSION,
    settings_class=ProcoreSettings,
    setting_notes=NOTES,
    setting_groups=GROUPS,
    words=Words(job="project", category="cost type"),
    capabilities=frozenset(SourceCapability),
    operations=OPERATIONS,
    rate=RateLimit(per_second=None, at_once=1),
    things_to_know=THINGS,
)
