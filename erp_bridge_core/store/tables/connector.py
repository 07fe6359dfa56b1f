"""What sources ask to be exported: their requests, what each asks for and which item carries it; hints and polls.

A request's state is no column: it follows from whether it is open at the source, from its item, and from whether all
that it asks for has arrived (`connector/states.py`).
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from erp_bridge_core.store.tables.columns import (
    RowId,
    Utc,
    cause,
    company_id,
    key_columns,
    metadata,
    reference,
    row_id,
    units,
)

#: `request` is the source's id. `open` is what the source said last, `closed_at` when it was first seen closed.
#: `reasons` are why it is no item yet, or why its item was not accepted by itself, as an error's faults (`message`,
#: `remedy`, `where`, …); `for_person`: they stay until somebody does something. `done_at`: all that it asks for had
#: arrived already, so that no item was needed. `hands_off`: whether its item is accepted is a person's to decide.
source_requests = Table(
    "source_requests",
    metadata,
    row_id(),
    company_id(),
    reference("connection_id", "connections.id"),
    Column("request", String(200), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("source_project", String(200), nullable=False),
    Column("job", String(64), nullable=False, default=""),
    Column("asked_by", String(200), nullable=False, default=""),
    Column("asked_at", Utc),
    Column("custom_fields", JSON, nullable=False, default=dict),
    Column("open", Boolean, nullable=False, default=True),
    Column("found_by", String(8), nullable=False),
    Column("first_seen_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("closed_at", Utc),
    reference("project_id", "projects.id", nullable=True),
    reference("item_id", "items.id", nullable=True),
    Column("content_hash", String(64), nullable=False, default=""),
    Column("transactions", Integer, nullable=False, default=0),
    Column("reasons", JSON, nullable=False, default=list),
    Column("for_person", Boolean, nullable=False, default=False),
    Column("tried_at", Utc),
    Column("done_at", Utc),
    Column("hands_off", Boolean, nullable=False, default=False),
    cause(of_changes=True),
    UniqueConstraint("connection_id", "request"),
    CheckConstraint("kind IN ('create', 'update')", name="kind"),
    CheckConstraint("found_by IN ('hint', 'poll')", name="found_by"),
)

#: What a request asks for, known from the moment at which an item carries it, or at which all of it had arrived: how
#: much one key of ours moves by on one side of the budget, in whole minor units of the project's currency.
#: `transaction` is the source's id, `change` the source's id of the change and `change_number` our number of it.
#: `item_id` is the last item that was made to carry it: whether it is free again, on its way or arrived is told by that
#: item's lines of the same key, part and change (`connector/transactions.py`).
source_transactions = Table(
    "source_transactions",
    metadata,
    row_id(),
    company_id(),
    reference("connection_id", "connections.id"),
    Column("transaction", String(200), nullable=False),
    reference("item_id", "items.id"),
    *key_columns("our_"),
    Column("part", String(8), nullable=False),
    units("amount"),
    Column("change", String(200), nullable=False, default=""),
    Column("change_number", String(32), nullable=False, default=""),
    UniqueConstraint("connection_id", "transaction"),
)

#: Which requests ask for a transaction: one that did not arrive is asked for again by the next.
source_asked = Table(
    "source_asked",
    metadata,
    reference("request_id", "source_requests.id", index=False),
    reference("transaction_id", "source_transactions.id"),
    company_id(),
    PrimaryKeyConstraint("request_id", "transaction_id"),
)

#: What a source's deliveries hinted at; `times` counts how often each was delivered. `read_at`: a poll began after it.
source_hints = Table(
    "source_hints",
    metadata,
    row_id(),
    company_id(),
    reference("connection_id", "connections.id"),
    Column("hint", String(200), nullable=False),
    Column("request", String(200), nullable=False, default=""),
    Column("project", String(200), nullable=False, default=""),
    Column("echo", Boolean, nullable=False, default=False),
    Column("times", Integer, nullable=False, default=1),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("read_at", Utc),
    UniqueConstraint("connection_id", "hint"),
    Index("ix_source_hints_company_id_read_at", "company_id", "read_at"),
)

#: When each source was last read for requests, what came of it, and when it is due again.
source_polls = Table(
    "source_polls",
    metadata,
    row_id(),
    company_id(),
    reference("connection_id", "connections.id"),
    Column("begun_at", Utc, nullable=False),
    Column("ended_at", Utc, nullable=False),
    Column("due_at", Utc),
    Column("failures", Integer, nullable=False, default=0),
    Column("problem", JSON),
    UniqueConstraint("connection_id"),
)

#: What a source is told, each as an export of its own: how a request stands here (`report`), or that a budget is to be
#: locked or not (`lock`). `subject` is the source's id of the request or the project; numbers count from 1 for each.
#: `content` is all that is said but for the transactions, `content_hash` is over both.
outcomes = Table(
    "outcomes",
    metadata,
    row_id(),
    company_id(),
    reference("connection_id", "connections.id"),
    reference("request_id", "source_requests.id", nullable=True),
    Column("kind", String(8), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("source_project", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("stage", String(16)),
    Column("content", JSON, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("made_at", Utc, nullable=False),
    cause(),
    UniqueConstraint("connection_id", "kind", "subject", "number"),
    CheckConstraint("kind IN ('report', 'lock')", name="kind"),
)

#: What an outcome says of single transactions. `arrived` NULL: nobody can tell. All others have not arrived.
outcome_transactions = Table(
    "outcome_transactions",
    metadata,
    reference("outcome_id", "outcomes.id", index=False),
    reference("transaction_id", "source_transactions.id"),
    company_id(),
    Column("arrived", Boolean),
    Column("message", Text, nullable=False, default=""),
    PrimaryKeyConstraint("outcome_id", "transaction_id"),
)

#: How far a request was looked at for what there is to tell: its item at that revision, and its reasons as of a try.
outcome_looks = Table(
    "outcome_looks",
    metadata,
    reference("request_id", "source_requests.id", index=False),
    company_id(),
    Column("item_id", RowId),
    Column("revision", Integer),
    Column("tried_at", Utc),
    PrimaryKeyConstraint("request_id"),
)
