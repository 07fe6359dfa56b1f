"""A real mail server for tests: aiosmtpd on loopback, in a thread, with switches for what may go wrong."""

import asyncio
import socket
import ssl
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER = "erp-bridge"
PASSWORD = "several-quiet-words"


class _OnAnyPort(Controller):
    """aiosmtpd's controller, on a port that the system chooses."""

    def _create_server(self) -> Any:
        listening = socket.create_server((self.hostname, self.port))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


class PostOffice:
    """A mail server that keeps what it takes. Use it as a context manager; it can be started again on its port.

    `answers`: recipient -> what the server says to it instead of taking it. `on_message` runs when a message was taken,
    before the server says so.
    """

    def __init__(self, authority: trustme.CA, *, security: str = "starttls", offers_tls: bool = True) -> None:
        self.security = security
        self.port = 0
        self.taken: list[tuple[str, EmailMessage]] = []
        self.sign_ins: list[bool] = []
        self.encrypted: list[bool] = []
        self.answers: dict[str, str] = {}
        self.on_message: Any = lambda: None
        self._offers_tls = offers_tls
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(self._context)
        self._controller: Controller | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; the second time on the same port."""
        starttls = self.security == "starttls" and self._offers_tls
        self._controller = _OnAnyPort(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=self._context if self.security == "tls" else None,
            tls_context=self._context if starttls else None,
            require_starttls=starttls,
            authenticator=self._authenticate,
            auth_require_tls=self._offers_tls and self.security == "starttls",
        )
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Be gone."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def recipients(self) -> list[str]:
        """Whom the messages went to, in their order."""
        return [address for address, _ in self.taken]

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages as parsed again."""
        return [message for _, message in self.taken]

    @property
    def texts(self) -> list[str]:
        """The messages' text."""
        bodies = [message.get_body(("plain",)) for message in self.messages]
        return [body.get_content() for body in bodies if body is not None]

    @property
    def identities(self) -> list[str]:
        """The Message-IDs."""
        return [message["Message-ID"] for message in self.messages]

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
        self.sign_ins.append(good)
        return AuthResult(success=good, handled=False)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self._lock:
            self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
            self.taken += [(address, message) for address in envelope.rcpt_tos]
        # In a thread: while it waits, other sessions go on.
        await asyncio.to_thread(self.on_message)
        return "250 taken"
