"""The hooks and the profile that the product reads."""

from erp_bridge_core.contract import Capability, ConditionKind, Grade, MailRecipient, SafetyClass
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_spectrum import plugin

PROFILE = plugin.erp_profile()


def test_the_profile_is_plain_data_and_always_the_same() -> None:
    """It is shown, hashed and compared."""
    assert to_json(PROFILE) == to_json(plugin.erp_profile())


def test_what_is_claimed() -> None:
    """No sub jobs; both writes are absolute; three calls at once."""
    assert {
        Capability.ORIGINAL, Capability.CHANGES, Capability.IMPORT, Capability.UNITS, Capability.DESCRIPTION,
        Capability.CREATES_COST_CODES,
    } == PROFILE.capabilities  # fmt: skip
    assert {SafetyClass.ABSOLUTE} == {operation.safety for operation in PROFILE.operations}
    assert 3 == PROFILE.rate.at_once


def test_who_is_told_and_what_unlocks() -> None:
    """A reject tells creator and sender; unlocking waits for the export and for the data carried back."""
    assert (MailRecipient.CREATOR, MailRecipient.SENDER) == PROFILE.reject_tells
    assert [ConditionKind.EXPORT_COMPLETE, ConditionKind.DATA_SYNCED_BACK] == [
        condition.kind for condition in PROFILE.unlock_conditions
    ]


def test_what_is_not_known_says_so() -> None:
    """Things to know carry how well they are known."""
    assert {Grade.FIRM, Grade.ONE_SOURCE, Grade.INFERRED, Grade.UNKNOWN} == {
        thing.grade for thing in PROFILE.things_to_know
    }


def test_the_simulator_comes_with_it() -> None:
    """Loaded only when asked for."""
    assert "SpectrumSimulator" == type(plugin.erp_simulator()).__name__
