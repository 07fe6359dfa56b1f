"""Every figure that the installation tells, by name: what it means, and of what kind it is; what is counted where.

Labels hold what the installation's own people named, such as connections, and words of ours: never what was typed into
an address or answered by an ERP, so that there are never many.
"""

from enum import StrEnum
from typing import Final

from attrs import frozen

PREFIX: Final = "erp_bridge_"


class Kind(StrEnum):
    """How a figure moves."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@frozen
class Figure:
    """One figure; `name` is without the prefix, and without what Prometheus adds to counters (`_total`)."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """As it is scraped."""
        return PREFIX + self.name + ("_total" if self.kind is Kind.COUNTER else "")


#: Counted by this process since it began, as steps end.
COUNTED: Final = (
    Figure("requests", Kind.COUNTER, "Requests to pages and API.", ("method", "route", "status")),
    Figure("request_seconds", Kind.HISTOGRAM, "How long requests took.", ("area",)),
    Figure("erp_requests", Kind.COUNTER, "Requests to ERPs.", ("connection", "access", "outcome")),
    Figure("erp_request_seconds", Kind.HISTOGRAM, "How long ERPs took to answer.", ("connection",)),
    Figure("throttle_wait_seconds", Kind.COUNTER, "Seconds waited for the permitted rate.", ("connection",)),
    Figure("tasks", Kind.COUNTER, "Tasks that a worker did.", ("job", "outcome")),
    Figure("task_seconds", Kind.HISTOGRAM, "How long tasks took.", ("job",)),
    Figure("export_passes", Kind.COUNTER, "Passes over exports, by how they ended.", ("erp", "outcome")),
    Figure(
        "outcome_passes",
        Kind.COUNTER,
        "Passes over what budget sources are told, by how they ended.",
        ("source", "outcome"),
    ),
    Figure("effects", Kind.COUNTER, "Writes that were brought on, by how that ended.", ("operation", "outcome")),
    Figure("mail", Kind.COUNTER, "Mail that was handed over, or not taken.", ("outcome",)),
    Figure("webhooks", Kind.COUNTER, "Webhooks that were told, or not.", ("outcome",)),
    Figure("transaction_seconds", Kind.HISTOGRAM, "How long write transactions took, waiting included."),
    Figure("defects", Kind.COUNTER, "Faults of ERP Bridge: see logs/errors.log."),
)
#: Read from the database when they are asked for: every process of an installation tells the same.
READ: Final = (
    Figure("items", Kind.GAUGE, "Items by state; `waiting` ones wait for somebody to post in the ERP.", ("state",)),
    Figure("oldest_item_seconds", Kind.GAUGE, "Since the oldest item of a state was sent.", ("state",)),
    Figure("exports", Kind.GAUGE, "Exports by state.", ("state",)),
    Figure("outcomes", Kind.GAUGE, "What budget sources were told, or are to be told, by how that stands.", ("state",)),
    Figure("effects_in_doubt", Kind.GAUGE, "Writes of which a person has to decide, by state.", ("state",)),
    Figure("tasks_due", Kind.GAUGE, "Tasks that are due and that no worker is at."),
    Figure("oldest_task_seconds", Kind.GAUGE, "Since the oldest of them is due."),
    Figure("tasks_failing", Kind.GAUGE, "Tasks whose last try ended with a problem, by its code.", ("code",)),
    Figure("workers", Kind.GAUGE, "Workers that live, by kind.", ("kind",)),
    Figure("mail_waiting", Kind.GAUGE, "Mail that is due and was not handed over."),
    Figure("oldest_mail_seconds", Kind.GAUGE, "Since the oldest of it is due."),
    Figure("mail_given_up", Kind.GAUGE, "Mail that was given up and not put back."),
    Figure("webhooks_waiting", Kind.GAUGE, "Webhook deliveries that are due."),
    Figure("oldest_webhook_seconds", Kind.GAUGE, "Since the oldest of them is due."),
    Figure("webhooks_given_up", Kind.GAUGE, "Webhook deliveries that were given up and not put back."),
    Figure("audit_sound", Kind.GAUGE, "1 where the last check found the audit trail whole, 0 where not."),
    Figure(
        "audit_check_age_seconds",
        Kind.GAUGE,
        "Since a worker checked the audit trail, or else since the installation was made.",
    ),
    Figure("backup_age_seconds", Kind.GAUGE, "Since `db backup` last made a backup; absent where it never did."),
    Figure("frozen", Kind.GAUGE, "1 while writing is frozen."),
    Figure("disk_free_bytes", Kind.GAUGE, "Free space where the home lies."),
    Figure("database_up", Kind.GAUGE, "1 where the database answers."),
    Figure("info", Kind.GAUGE, "1; the version of ERP Bridge.", ("version",)),
)
FIGURES: Final = (*COUNTED, *READ)
BY_NAME: Final = {figure.name: figure for figure in FIGURES}
