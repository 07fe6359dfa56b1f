"""How a message leaves: to a mail server over an encrypted connection, or into a folder."""

import os
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol, Self

from attrs import define, field

from erp_bridge_core.configuration.mail_server import MailConfig
from erp_bridge_core.contract.errors import MailFailed, StorageError
from erp_bridge_core.contract.secret import Secret


class NotTaken(Exception):
    """The server did not take one message, in its own words; `for_good`: trying again would change nothing."""

    def __init__(self, words: str, *, for_good: bool) -> None:
        """Keep the server's words."""
        super().__init__(words)
        self.words = words
        self.for_good = for_good


class Transport(Protocol):
    """A way out, used as a context manager."""

    def deliver(self, message: EmailMessage, address: str) -> None:
        """Hand one message over; raises `NotTaken` for this message, `MailFailed` where no message would be taken."""

    def __enter__(self) -> Self:
        """Open it."""

    def __exit__(self, *_: object) -> None:
        """Close it."""


@define
class SmtpTransport:
    """One session with a mail server, opened when the first message is there and again when the server ended it."""

    config: MailConfig
    password: Secret | None
    cleaned: Callable[[str], str]
    _server: smtplib.SMTP | None = field(default=None, init=False)

    def deliver(self, message: EmailMessage, address: str) -> None:
        """Hand one message over to the server."""
        server = self._opened()
        try:
            server.send_message(message, from_addr=self.config.from_address, to_addrs=[address])
        except smtplib.SMTPRecipientsRefused as error:
            raise self._not_taken(*error.recipients[address]) from error
        except smtplib.SMTPSenderRefused as error:
            self._drop()
            words = self._words(error.smtp_code, error.smtp_error)
            raise MailFailed(
                f"The mail server refuses mail from {self.config.from_address}: {words}",
                remedy="Correct from_address in [mail], or let the server's administrator permit it.",
            ) from error
        except smtplib.SMTPResponseException as error:
            raise self._not_taken(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            # It may have been taken: the next try carries the same Message-ID (M5).
            self._drop()
            words = self.cleaned(str(error))
            raise NotTaken(f"The connection ended before the server answered: {words}", for_good=False) from error

    def __enter__(self) -> Self:
        """Nothing is opened before there is something to send."""
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None and self._server.sock is not None:
            with suppress(smtplib.SMTPException, OSError):  # all is handed over: a server that is gone loses nothing
                self._server.quit()
        self._drop()

    def _opened(self) -> smtplib.SMTP:
        if self._server is None or self._server.sock is None:
            self._drop()
            try:
                self._server = self._connected()
            except (smtplib.SMTPException, OSError) as error:
                raise self._unreachable(error) from error
        return self._server

    def _connected(self) -> smtplib.SMTP:
        host, port, timeout = self.config.host, self.config.port_used, self.config.timeout
        # Verifies the certificate and the host's name; plain text is for loopback alone.
        verified = ssl.create_default_context(cafile=self.config.ca_file or None)
        if self.config.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=verified)
        else:
            server = smtplib.SMTP(host, port, timeout=timeout)
        try:
            if self.config.security == "starttls":
                server.starttls(context=verified)
            if self.password is not None:
                server.login(self.config.username, self.password.reveal())
        except BaseException:
            server.close()
            raise
        return server

    def _unreachable(self, error: Exception) -> MailFailed:
        where = f"{self.config.host}:{self.config.port_used}"
        if isinstance(error, smtplib.SMTPAuthenticationError):
            words = self._words(error.smtp_code, error.smtp_error)
            remedy = "Correct username and password of [mail]; too many tries may lock that account."
            return MailFailed(f"The mail server {where} refuses our sign-in: {words}", remedy=remedy)
        if isinstance(error, ssl.SSLCertVerificationError):
            remedy = "Name the certificates of the company's own authority as ca_file in [mail], or correct the host."
            return MailFailed(f"The certificate of {where} is not trusted: {error.verify_message}.", remedy=remedy)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            remedy = "Set security in [mail] to what the server offers: starttls or tls."
            return MailFailed(f"The mail server {where} does not offer what [mail] asks for: {error}", remedy=remedy)
        remedy = "Check host, port and security of [mail], and that the server runs; mail waits meanwhile."
        return MailFailed(f"The mail server {where} can't be reached: {self.cleaned(str(error))}.", remedy=remedy)

    def _not_taken(self, code: int, said: bytes | str) -> NotTaken:
        return NotTaken(self._words(code, said), for_good=code >= 500)  # noqa: PLR2004 -- SMTP's permanent errors

    def _words(self, code: int, said: bytes | str) -> str:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return self.cleaned(f"{code} {text}")

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


@define
class FilesTransport:
    """A folder that takes each message as a file: for a demo, or for another program that carries them on."""

    folder: Path

    def deliver(self, message: EmailMessage, address: str) -> None:
        """Write the message whole, readable by its owner alone; a second try writes the same file again."""
        del address  # it stands in the message
        moment = parsedate_to_datetime(message["Date"]).strftime("%Y%m%dT%H%M%SZ")
        identity = message["Message-ID"].strip("<>").partition("@")[0]
        target = self.folder / f"{moment}-{identity}.eml"
        aside = target.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - by its handle
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
        except OSError as error:
            raise StorageError(
                f"Mail can't be written to {self.folder}: {error.strerror}.", remedy="Check its owner and free space."
            ) from error

    def __enter__(self) -> Self:
        """There is nothing to open."""
        return self

    def __exit__(self, *_: object) -> None:
        pass
