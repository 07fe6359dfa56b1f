"""What a plugin says of a write, without the secrets that it signs in with: before the ledger keeps it as evidence."""

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from erp_bridge_core.contract.effects import Absent, Answer, Attempt, CannotTell, Effect, Operation, Sighting
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.wire.redaction import Redactor


@frozen
class CleanOperation:
    """An operation whose answers, sightings and errors hold no secret."""

    operation: Operation
    redactor: Redactor

    def send(self, effect: Effect, attempt: Attempt) -> Answer:
        """Send the effect once."""
        try:
            answer = self.operation.send(effect, attempt)
        except Exception as error:
            self._clean(error)
            raise
        return evolve(answer, evidence=self.redactor.clean_json(answer.evidence))

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Look for effects."""
        try:
            for sighting in self.operation.find(effects):
                yield self._seen(sighting)
        except Exception as error:
            self._clean(error)
            raise

    def _seen(self, sighting: Sighting) -> Sighting:
        match sighting:
            case Absent(proof=proof):
                return evolve(sighting, proof=self.redactor.clean_json(proof))
            case CannotTell(why=why):
                return evolve(sighting, why=self.redactor.clean_json(why))
            case _:
                return evolve(sighting, evidence=self.redactor.clean_json(sighting.evidence))

    def _clean(self, error: Exception) -> None:
        if isinstance(error, ErpBridgeError):
            self.redactor.clean_error(error)
            return
        self.redactor.look()
        error.args = tuple(self.redactor.clean_json(argument) for argument in error.args)
