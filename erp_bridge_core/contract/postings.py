"""What verification sees in the ERP, per key and per route; the core does the comparing (workflow V2)."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from attrs import Factory, frozen

from erp_bridge_core.contract.budget import LineKey


@frozen(kw_only=True)
class RouteSight:
    """What a route of reading back can see; yielded once per route, before its observations.

    `sees_original` and `sees_changes`: whether it reads them apart; `sees_sub_jobs`, `sees_unposted` likewise.
    `failed` holds why it could not be read this time: then nothing is concluded from it. `stale` says that it is
    known to be from before the export (an unchanged report, say): unmoved figures then mean *not visible yet*.
    `proof` marks the route whose figures decide; the others confirm. `synced_back` marks the one that shows data as
    carried back to where other products read it.
    """

    route: str
    title: str
    sees_original: bool = True
    sees_changes: bool = True
    sees_sub_jobs: bool = True
    sees_unposted: bool = False
    proof: bool = True
    synced_back: bool = False
    failed: str | None = None
    stale: str | None = None
    evidence: Mapping[str, str] = Factory(dict)


@frozen(kw_only=True)
class Observation:
    """The ERP's figures of one key by one route, now. None where the route can't read that figure.

    `unposted_*` are entries of ours (or anybody's) that wait to be posted, where the route sees them.
    `cannot_tell` says why this key can't be read by this route (not verifiable by this route).
    """

    route: str
    key: LineKey
    original: Decimal | None = None
    changes: Decimal | None = None
    total: Decimal | None = None
    unposted_original: Decimal | None = None
    unposted_changes: Decimal | None = None
    cannot_tell: str | None = None
    evidence: Mapping[str, str] = Factory(dict)


class RevisionStage(StrEnum):
    """How the ERP itself says that a revision of ours stands, where it keeps one record per budget change."""

    RECORDED = "recorded"
    APPROVED = "approved"
    POSTED = "posted"
    REJECTED = "rejected"
    MISSING = "missing"


@frozen(kw_only=True)
class RevisionSight:
    """One budget change of ours as the ERP holds it, told beside the figures.

    `approved` or `posted` of a change that was only recorded makes it count from now on; `posted` of one whose figures
    did not move is *posted without budget effect*.
    """

    change: str
    stage: RevisionStage
    evidence: Mapping[str, str] = Factory(dict)


Seen = RouteSight | Observation | RevisionSight


class Outcome(StrEnum):
    """Every outcome of a verification, per key and for an item as a whole (V2)."""

    NOT_VISIBLE_YET = "not_visible_yet"
    UNPOSTED = "unposted"
    POSTED = "posted"
    SYNCED = "synced"
    HALF_POSTED = "half_posted"
    POSTED_TWICE = "posted_twice"
    OTHER_AMOUNT = "posted_with_another_amount"
    WRONG_PLACE = "posted_in_the_wrong_place"
    REMOVED = "removed_before_posting"
    NO_EFFECT = "posted_without_budget_effect"
    DRIFT = "changed_in_the_erp"
    REGRESSED = "regressed"
    NOT_VERIFIABLE = "not_verifiable_by_this_route"

    @property
    def is_waiting(self) -> bool:
        """Nothing is wrong; something has yet to happen."""
        return self in {Outcome.NOT_VISIBLE_YET, Outcome.UNPOSTED}

    @property
    def is_good(self) -> bool:
        """The figures moved by exactly what was sent."""
        return self in {Outcome.POSTED, Outcome.SYNCED}

    @property
    def is_mismatch(self) -> bool:
        """Anything that a person must look at (V5)."""
        return not (self.is_waiting or self.is_good or self is Outcome.NOT_VERIFIABLE)
