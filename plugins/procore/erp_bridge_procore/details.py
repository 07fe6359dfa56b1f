"""Request details: whether one is still ours to answer, and how its status and messages are told."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from erp_bridge_core.contract import Accepted, Attempt, Before, Different, Effect, Found, Sighting, reading
from erp_bridge_core.contract.errors import ErpRefused, LedgerConflict
from erp_bridge_procore.asking import is_open
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.erp_values import RequestDetail
from erp_bridge_procore.operations import looked
from erp_bridge_procore.settings import ProcoreSettings
from erp_bridge_procore.wording import Mark


def require_ours(detail: RequestDetail, settings: ProcoreSettings, installation: str) -> bool:
    """Whether a detail is still open; raises `LedgerConflict` for one that was closed, and not by us."""
    if is_open(detail, settings):
        return True
    mark = Mark.among(detail.messages)
    if mark is None or mark.installation != installation:
        raise _closed_elsewhere(detail)
    return False


def _closed_elsewhere(detail: RequestDetail) -> LedgerConflict:
    said = "; ".join(detail.messages) or "no messages"
    return LedgerConflict(
        f"Request detail {detail.id} was closed in Procore by somebody else: {detail.status} ({said}). "
        "It was left as it is.",
        remedy="Nothing is wrong in the ERP. Tell whoever closed it how the request stands here; what was exported is "
        "known and never taken again.",
        details={"status": detail.status.text, "messages": list(detail.messages)},
    )


@frozen
class TellDetail:
    """Replaces status and messages of a request detail."""

    client: ProcoreClient
    settings: ProcoreSettings
    installation: str

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """One call, unless somebody closed it meanwhile: then `LedgerConflict`, and nothing is sent."""
        del attempt
        number = effect.request["detail"]
        with reading():
            require_ours(self.client.erp.detail(number), self.settings, self.installation)
        try:
            self.client.erp.close_detail(number, effect.request["status"], effect.request["messages"])
        except ErpRefused:
            with reading():
                require_ours(self.client.erp.detail(number), self.settings, self.installation)
            raise
        return Accepted(reference=str(number))

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """The detail with its messages, which hold our mark."""
        return looked(effects, self._look)

    def _look(self, effect: Effect) -> Sighting:
        detail = self.client.erp.detail(effect.request["detail"])
        mark, evidence = Mark.among(detail.messages), {"status": detail.status.text, "messages": list(detail.messages)}
        if mark == Mark(self.installation, effect.request["report"]):
            return Found(reference=str(detail.id), evidence=evidence)
        ours_before = mark is not None and mark.installation == self.installation
        if is_open(detail, self.settings) or (ours_before and self.settings.closed_details == "rewritten"):
            return Before(evidence=evidence)
        return Different(evidence=evidence)
