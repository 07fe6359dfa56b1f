"""Defects against the claims: a profile that says more, or less, than what is so."""

from collections.abc import Mapping
from typing import Final

from attrs import evolve
from matrix import Defect

from erp_bridge_core.contract import Capability, ErpProfile, OperationProfile, SafetyClass, hookimpl
from planted.variants import KeyedAdapter


class ClaimsTooMuch(KeyedAdapter):
    """It says that cost codes are created, and refuses unknown ones."""

    @hookimpl
    def erp_profile(self) -> ErpProfile:
        """With one claim more."""
        profile = super().erp_profile()
        return evolve(profile, capabilities=profile.capabilities | {Capability.CREATES_COST_CODES})


class ClaimsTooLittle(KeyedAdapter):
    """It says that no description is taken, and sends them all."""

    @hookimpl
    def erp_profile(self) -> ErpProfile:
        """With one claim less."""
        profile = super().erp_profile()
        return evolve(profile, capabilities=profile.capabilities - {Capability.DESCRIPTION})


class ClaimsNoSubJobs(KeyedAdapter):
    """It says that there are no sub jobs, and takes them."""

    @hookimpl
    def erp_profile(self) -> ErpProfile:
        """With one claim less."""
        profile = super().erp_profile()
        return evolve(profile, capabilities=profile.capabilities - {Capability.SUB_JOBS})


class DeclaresTooMuch(KeyedAdapter):
    """It declares an operation that it never uses."""

    @hookimpl
    def erp_profile(self) -> ErpProfile:
        """With one operation more."""
        idle = OperationProfile(
            name="void_rows", title="rows taken back", safety=SafetyClass.KEYED, because="A row is voided once."
        )
        profile = super().erp_profile()
        return evolve(profile, operations=(*profile.operations, idle))


claims_too_much = ClaimsTooMuch("tin_claims_too_much")
claims_too_little = ClaimsTooLittle("tin_claims_too_little")
claims_no_sub_jobs = ClaimsNoSubJobs("tin_claims_no_sub_jobs")
declares_too_much = DeclaresTooMuch("tin_declares_too_much")


def _defect(name: str, what: str, *caught_by: str) -> Defect:
    return Defect(spec=f"planted.defects_claims:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {
    defect.name: defect
    for defect in (
        _defect("claims_too_much", "claims that cost codes are created, and refuses them", "CLM-01"),
        _defect("claims_too_little", "does not claim descriptions, and sends them", "CLM-02"),
        _defect("claims_no_sub_jobs", "does not claim sub jobs, and takes them", "CLM-02"),
        _defect("declares_too_much", "declares an operation that it never uses", "CLM-03"),
    )
}
