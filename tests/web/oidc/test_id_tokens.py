"""What a provider says of a person is believed only where everything of it is right."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey
from oidc_doubles import KEY, OTHER_KEY, RoundTrip, signed

NOW = 1772463600  # where the tests' clock stands


def test_the_control_is_right(round_trip: RoundTrip) -> None:
    """With nothing wrong he is signed in."""
    assert 303 == round_trip.go().status_code
    assert 200 == round_trip.browser.get("/items").status_code


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"nonce": "another"}, "nonce"), ({"nonce": None}, "nonce"), ({"nonce": ["x"]}, "nonce"),
        ({"aud": "another"}, "aud"), ({"aud": None}, "aud"), ({"aud": []}, "aud"), ({"aud": ["a", "b"]}, "aud"),
        ({"aud": ["erp-bridge", "another"]}, "azp"), ({"azp": "another"}, "azp"),
        ({"aud": ["erp-bridge", "another"], "azp": "another"}, "azp"),
        ({"iss": "https://evil.test"}, "iss"), ({"iss": None}, "iss"),
        ({"exp": NOW - 61}, "exp"), ({"exp": None}, "exp"), ({"exp": "x"}, "exp"), ({"nbf": NOW + 120}, "nbf"),
        ({"iat": NOW + 120}, "iat"), ({"iat": NOW - 120}, "iat"), ({"iat": None}, "iat"), ({"iat": True}, "iat"),
        ({"iat": "x"}, "iat"), ({"iat": 1e300}, "iat"),
        ({"sub": None}, "sub"), ({"sub": ""}, "sub"), ({"sub": 5}, "sub"), ({"sub": "x" * 256}, "sub"),
        ({"sub": "abé"}, "sub"), ({"sub": ["abe-there"]}, "sub"), ({"auth_time": NOW + 120}, "auth_time"),
    ],
)  # fmt: skip
def test_a_wrong_claim_is_not_believed(round_trip: RoundTrip, wrong: dict[str, Any], said: str) -> None:
    """Another audience, issuer, round or time, or no person: nobody is signed in, and it says which claim."""
    refused = round_trip.go(**wrong)

    assert (403, True) == (refused.status_code, said in refused.text.partition('role="alert"')[2].partition("</p>")[0])
    assert round_trip.browser.session() is None


def test_an_issuer_among_others_is_no_issuer(round_trip: RoundTrip) -> None:
    """A list that holds it is refused."""
    refused = round_trip.go(iss=[round_trip.double.url])

    assert (403, True) == (refused.status_code, "iss is not right" in refused.text)


@pytest.mark.parametrize("right", [{"exp": NOW - 50}, {"iat": NOW + 50}, {"iat": NOW - 50}, {"azp": "erp-bridge"}])
def test_clocks_may_differ_by_a_minute(round_trip: RoundTrip, right: dict[str, Any]) -> None:
    """And what may be named but need not is no fault."""
    assert 303 == round_trip.go(**right).status_code


def by_secret(claims: dict[str, Any], secret: bytes) -> str:
    """An ID token that whoever knows a secret could make."""
    content = ".".join([encoded({"alg": "HS256", "kid": KEY.kid}), encoded(claims)])
    return f"{content}.{urlsafe_b64encode(hmac.digest(secret, content.encode(), 'sha256')).decode().rstrip('=')}"


def without_signature(claims: dict[str, Any]) -> str:
    """An ID token that says that it needs none."""
    return ".".join([encoded({"alg": "none"}), encoded(claims), ""])


def encoded(part: dict[str, Any]) -> str:
    """A part of a token."""
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def cut(claims: dict[str, Any], *, body: str = "", seal: str = "") -> str:
    """A signed token with another body or signature."""
    head, signed_body, _ = signed(claims).split(".")
    return ".".join([head, body or signed_body, seal])


#: ID tokens of the right claims that the provider's key has not signed.
FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "no signature": cut,
    "none": without_signature,
    "our secret": lambda claims: by_secret(claims, b"what only the two of us know"),
    "its public key": lambda claims: by_secret(claims, KEY.as_pem(private=False)),
    "another key": lambda claims: signed(claims, key=OTHER_KEY, kid=KEY.kid),
    "unknown kid": lambda claims: signed(claims, key=OTHER_KEY),
    "own jwk": lambda claims: signed(claims, key=OTHER_KEY, jwk=OTHER_KEY.as_dict(private=False)),
    "another kind": lambda claims: signed(claims, key=ECKey.generate_key("P-256"), alg="ES256", kid=KEY.kid),
    "other body": lambda claims: cut(
        claims, body=encoded({**claims, "sub": "eve"}), seal=signed(claims).rpartition(".")[2]
    ),
    "garbage": lambda _: "x.y.z",
    "a word": lambda _: "token",
    "blank": lambda _: "",
    "too long": lambda claims: signed(claims) + "A" * 70_000,
}


@pytest.mark.parametrize("kind", FORGED)
def test_what_the_provider_has_not_signed_is_not_believed(round_trip: RoundTrip, kind: str) -> None:
    """No signature, a secret that is shared, another key, or nonsense."""
    asked = round_trip.begin()
    round_trip.double.gives(FORGED[kind](round_trip.claims(asked)))

    refused = round_trip.back(asked)

    assert (403, True) == (refused.status_code, "was not believed" in refused.text)
    assert round_trip.browser.session() is None


def test_new_keys_are_read_but_not_again_and_again(round_trip: RoundTrip) -> None:
    """A key that is not among those that are known is looked for, once a minute."""
    assert 303 == round_trip.go().status_code
    asked = round_trip.begin()
    round_trip.double.keys(KEY, OTHER_KEY)
    round_trip.double.gives(signed(round_trip.claims(asked), key=OTHER_KEY))
    assert 403 == round_trip.back(asked).status_code
    assert 1 == round_trip.double.asked.count("/keys")

    round_trip.clock.sleep(61)
    asked = round_trip.begin("/sign-in/provider")
    round_trip.double.gives(signed(round_trip.claims(asked, auth_time=NOW + 61), key=OTHER_KEY))
    assert 303 == round_trip.back(asked).status_code
    assert 2 == round_trip.double.asked.count("/keys")


def test_a_key_that_was_withdrawn_is_forgotten(round_trip: RoundTrip) -> None:
    """After an hour at most."""
    assert 303 == round_trip.go().status_code
    round_trip.double.keys(OTHER_KEY)
    round_trip.clock.sleep(timedelta(hours=1).total_seconds())

    assert 403 == round_trip.go(auth_time=NOW + 3600).status_code
