"""Requests go to listed hosts, at pinned addresses, and never to where no ERP can be."""

import socket

import pytest

from erp_bridge_core.wire.addresses import AddressBook, AllowedHosts, Forbidden


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let every name resolve to these addresses, one after the other, the last for ever."""
    left = list(answers)

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        address = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return left


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "fe80::1%eth0", "224.0.0.1", "ff02::1", "0.0.0.0", "::", "100.100.100.200",
        "168.63.129.16", "fd00:ec2::254", "127.0.0.1", "::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
        "::ffff:127.0.0.1", "255.255.255.255",
        "2002:a9fe:a9fe::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_where_no_erp_can_be_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Metadata services, link-local, multicast, this machine under another name, in any disguise."""
    resolving(monkeypatch, address)
    with pytest.raises(Forbidden):
        AddressBook().addresses("erp.example", 443)


@pytest.mark.parametrize(
    "address", ["192.168.1.20", "10.0.0.5", "203.0.113.9", "fd12::5", "2001:db8::1", "::ffff:10.0.0.5"]
)
def test_an_erp_inside_the_companys_own_network_is_reached(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Many ERPs stand in the cellar."""
    resolving(monkeypatch, address)
    assert (address,) == AddressBook().addresses("erp.example", 443)


def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can't come to mean another machine while the session lives."""
    resolving(monkeypatch, "203.0.113.9", "203.0.113.66")
    book = AddressBook()
    assert book.addresses("erp.example", 443) == book.addresses("erp.example", 443)


def test_this_machine_is_reached_under_its_own_name_only() -> None:
    """Loopback must be listed as what it is."""
    assert ("127.0.0.1",) == AddressBook().addresses("127.0.0.1", 80)


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (("erp.example",), "https://erp.example/x"),
        (("ERP.example",), "https://erp.EXAMPLE./x"),
        (("erp.example:8443",), "https://erp.example:8443/x"),
        (("127.0.0.1:8080",), "http://127.0.0.1:8080/x"),
        (("[::1]:8080",), "http://[::1]:8080/x"),
        (("[2001:db8::1]",), "https://[2001:db8::1]/x"),
    ],
)
def test_a_listed_host_is_admitted(hosts: tuple[str, ...], url: str) -> None:
    """With its port, or at the scheme's own."""
    AllowedHosts(hosts=hosts, plain_http=True).admit(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://erp.example.evil.example/x", "https://evil.example/erp.example", "https://erp.example:444/x",
        "https://erp.example@evil.example/", "http://erp.example/x", "https:///x", "https://erp.example:99999/x",
        "//erp.example/x", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_anything_else_is_refused(url: str) -> None:
    """However much it looks like a listed host."""
    with pytest.raises(Forbidden):
        AllowedHosts(hosts=("erp.example",), plain_http=True).admit(url)


def test_plain_http_to_this_machine_must_be_permitted() -> None:
    """By default nothing goes out unencrypted."""
    with pytest.raises(Forbidden, match="use https"):
        AllowedHosts(hosts=("127.0.0.1:80",)).admit("http://127.0.0.1/x")
