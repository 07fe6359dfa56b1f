"""Who acts: the person, in which company, how they came in, and who they really are."""

from datetime import datetime
from typing import Final

from attrs import frozen

SYSTEM: Final = "system"


@frozen(kw_only=True)
class Actor:
    """Whoever asks a service for something; every act is recorded with all of it (X1).

    `person_id` is None for the installation itself. `real_login` differs from `login` only in the demo, where one
    person plays several. `signed_in_at` is when he last showed who he is, by password or through a provider of
    sign-ins; None for API tokens, the installation, and a provider that doesn't tell. `began_at` is when his session
    began, None without one; `by_identity` says that it began through a provider. `token_verbs` and `token_projects`
    limit an API token (P5); None means that no token is used, respectively any project.
    `token_companies` are the codes of the companies that it is for. `locale` and `time_zone` are how the person reads
    values, None where he never said. `one_time_password` says that he signed in with a password that somebody else set.
    """

    person_id: int | None
    login: str
    name: str
    company_id: int
    company: str
    real_login: str
    os_user: str
    via: str
    locale: str | None = None
    time_zone: str | None = None
    one_time_password: bool = False
    signed_in_at: datetime | None = None
    began_at: datetime | None = None
    by_identity: bool = False
    token_verbs: frozenset[str] | None = None
    token_projects: frozenset[int] | None = None
    token_companies: frozenset[str] | None = None

    @property
    def is_system(self) -> bool:
        """Whether the installation itself acts: schedules, set-up on the host."""
        return self.person_id is None

    @property
    def is_token(self) -> bool:
        """Whether an API token acts for its owner."""
        return self.token_verbs is not None


def system_actor(company_id: int, company: str, *, os_user: str = "") -> Actor:
    """The installation itself, within one company: it looks, verifies and sets up; it never approves."""
    return Actor(
        person_id=None,
        login=SYSTEM,
        name="ERP Bridge",
        company_id=company_id,
        company=company,
        real_login=SYSTEM,
        os_user=os_user,
        via=SYSTEM,
    )
