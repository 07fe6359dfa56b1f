"""Every error that crosses a room's border: whose fault it is, what happened, what to do next.

One small tree. Each error carries a *message* (what happened, with the names of things) and a *remedy* (what the
reader does next); `exit_status` is what the command line answers with and `code` is the stable name that `--json`,
the REST API and the pages use.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from attrs import field, frozen


@frozen
class Fault:
    """One thing wrong with input: where (`lines[3].amount`, or row and column), the value, what was expected."""

    where: str
    message: str
    value: str | None = field(default=None, kw_only=True)
    expected: str | None = field(default=None, kw_only=True)
    rule: str | None = field(default=None, kw_only=True)
    remedy: str | None = field(default=None, kw_only=True)

    def __str__(self) -> str:
        shown = "" if self.value is None else f": {self.value!r}"
        wanted = "" if self.expected is None else f" (expected {self.expected})"
        return f"{self.where}: {self.message}{shown}{wanted}"


class ErpBridgeError(Exception):
    """The root. Never raised itself."""

    exit_status: ClassVar[int] = 1
    code: ClassVar[str] = "error"
    whose: ClassVar[str] = "ours"

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        faults: Iterable[Fault] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Say what happened; add the remedy, single faults and machine-readable details where there are any."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.faults: tuple[Fault, ...] = tuple(faults)
        self.details: dict[str, Any] = dict(details or {})

    def to_json(self) -> dict[str, Any]:
        """The one documented shape of an error, the same on the command line and in the REST API."""
        return {
            "error": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "whose": self.whose,
            "faults": [
                {
                    "where": fault.where,
                    "message": fault.message,
                    "value": fault.value,
                    "expected": fault.expected,
                    "rule": fault.rule,
                    "remedy": fault.remedy,
                }
                for fault in self.faults
            ],
            "details": self.details,
        }


# -- 1: refused by a rule, or bad data --------------------------------------------------------------------------------


class BadInput(ErpBridgeError):
    """Data from outside is wrong. `faults` holds all of it at once; nothing was changed."""

    code = "bad_input"
    whose = "the data's"


class NotFound(ErpBridgeError):
    """Nothing of that name exists here, or it is another company's (which is told the same way)."""

    code = "not_found"
    whose = "the caller's"


class NotAllowed(ErpBridgeError):
    """The person lacks a permission or a privilege (workflow P1-P5)."""

    code = "not_allowed"
    whose = "the caller's"


class OneTimePassword(NotAllowed):
    """Somebody else set the person's password: he has to choose his own before anything else."""

    code = "one_time_password"


class NotPossibleNow(ErpBridgeError):
    """A rule forbids it in this state; `faults` holds every reason at once (workflow B4)."""

    code = "not_possible_now"
    whose = "the caller's"


class AlreadyAnswered(NotPossibleNow):
    """Somebody else acted first (workflow A6)."""

    code = "already_answered"


class Changed(NotPossibleNow):
    """Somebody else changed it since it was looked at; nothing was done."""

    code = "changed"


class NotSupported(ErpBridgeError):
    """This ERP can't do it at all, now or later (workflow B4)."""

    code = "not_supported"
    whose = "nobody's"


# -- 2: bad usage -----------------------------------------------------------------------------------------------------


class UsageError(ErpBridgeError):
    """The command or configuration is not of the right form."""

    exit_status = 2
    code = "usage"
    whose = "the caller's"


class BadSettings(UsageError):
    """The configuration of a connection or of the installation is wrong; `faults` names each setting."""

    code = "bad_settings"
    whose = "the configuration's"


class PluginError(UsageError):
    """A plugin is missing, can't be imported, is of another contract version, or lacks a hook."""

    code = "plugin"
    whose = "the plugin's"


# -- 3: the ERP or the network ----------------------------------------------------------------------------------------


class ErpError(ErpBridgeError):
    """Something at the ERP's side, or on the way there."""

    exit_status = 3
    code = "erp"
    whose = "the ERP's"


class ErpRefused(ErpError):
    """The ERP refused, in its own error shape. Only a plugin raises it, and only when it knows that shape (ledger L6).

    `words` are the ERP's own, `meaning` what they mean, `lines` the numbers of the batch lines concerned
    (empty: all of the effect's lines).
    """

    code = "erp_refused"

    def __init__(
        self,
        words: str,
        *,
        meaning: str = "",
        remedy: str = "",
        lines: Iterable[int] = (),
        erp_code: str = "",
    ) -> None:
        """Keep the ERP's words apart from what we make of them."""
        super().__init__(words, remedy=remedy, details={"meaning": meaning, "erp_code": erp_code})
        self.words = words
        self.meaning = meaning
        self.lines: tuple[int, ...] = tuple(lines)
        self.erp_code = erp_code


class AlreadyThere(ErpRefused):
    """The ERP says that it holds something under our reference already: read it and compare (ledger L5)."""

    code = "erp_already_there"


class SignInFailed(ErpError):
    """The ERP refused our credentials. Never retried: ERPs lock users."""

    code = "erp_sign_in"


class TransportError(ErpError):
    """The wire failed. Raised by `connections` alone, classified once; a plugin never guesses (ledger L6)."""

    code = "transport"


class NotSent(TransportError):
    """Proved: no byte of the request's body left this host."""

    code = "not_sent"


class Throttled(TransportError):
    """The ERP refused for its rate limit before doing anything; `retry_after` is in seconds, if it said so."""

    code = "throttled"

    def __init__(self, message: str, *, retry_after: float | None = None, remedy: str = "") -> None:
        """Keep how long the ERP asked us to wait."""
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class Doubtful(TransportError):
    """The request may or may not have been carried out. On a write this is *unknown*, never a failure."""

    code = "doubtful"


class ReadFailed(ErpError):
    """A read failed, was cut short, or may be incomplete: nothing may be concluded from it."""

    code = "read_failed"


class MailFailed(ErpBridgeError):
    """The mail server can't be reached, does not take our sign-in, or takes no mail of ours: mail waits."""

    exit_status = 3
    code = "mail"
    whose = "the mail server's"


# -- 4: storage -------------------------------------------------------------------------------------------------------


class StorageError(ErpBridgeError):
    """The database, a folder or the disk is not usable: nothing was sent that is not recorded."""

    exit_status = 4
    code = "storage"
    whose = "the host's"


class Frozen(StorageError):
    """Writing is frozen, as after a restore, until a person has reconciled it (ledger L16)."""

    code = "frozen"


# -- 5: unknown or mismatch -------------------------------------------------------------------------------------------


class OutcomeUnknown(ErpBridgeError):
    """We can't know whether the ERP did it; a person settles it with the evidence (workflow E6)."""

    exit_status = 5
    code = "unknown"
    whose = "nobody's"


class LedgerConflict(OutcomeUnknown):
    """The ERP, or our own ledger, holds something else under the same key; nothing was written (ledger L1)."""

    code = "conflict"


class Mismatch(ErpBridgeError):
    """The ERP's figures are not what was exported (workflow V5)."""

    exit_status = 5
    code = "mismatch"
    whose = "nobody's"


class LeaseLost(ErpBridgeError):
    """Another worker took this export over; this one stops before anything more goes out (ledger L12)."""

    exit_status = 5
    code = "lease_lost"
    whose = "nobody's"
