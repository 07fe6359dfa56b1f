"""Signing in through an OpenID provider: the authorization code flow, with PKCE, state and nonce. Extra `oidc`.

A *round* leads a person to the provider and back. `provider.py` begins and ends rounds, `rounds.py` says what one is
and seals it into a cookie, `directory.py` reads what the provider says of itself and its keys, `id_tokens.py` believes
what it says of a person. Only where `[oidc]` is configured is anything but `rounds.py` imported.
"""
