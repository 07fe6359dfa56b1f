"""A process: Canaille, an OpenID provider, on a loopback port that it prints, with two people and one client.

`python real_provider.py FOLDER PASSWORD REDIRECT_URI` runs until its standard input ends.
"""

import sys
import threading
import time
from typing import Any

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT_ID = "erp-bridge"
CLIENT_SECRET = "what only the two of us know"
PEOPLE = ("mia", "abe", "eve")


def one_a_second(app: Any) -> Any:
    """Its access tokens of one person within a second are the same, which its own database then refuses."""
    lock, last = threading.Lock(), [0]

    def answer(environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] == "/oauth/token":
            with lock:
                while int(time.time()) == last[0]:
                    time.sleep(0.02)
                last[0] = int(time.time())
        return app(environ, start)

    return answer


def main(folder: str, password: str, redirect_uri: str) -> None:
    """Serve until the parent ends."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    key = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"}, auto_kid=True)
    app = create_app(
        {
            "SECRET_KEY": "a test's",
            "SERVER_NAME": f"127.0.0.1:{server.port}",
            "PREFERRED_URL_SCHEME": "http",
            "SESSION_COOKIE_SECURE": False,
            "CANAILLE": {"DATABASE": "sql", "SMTP": None},
            # Its database in memory takes any of several conditions for all of them.
            "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{folder}/provider.db"},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
        },
        init_backend=True,
    )
    server.app = one_a_second(app)
    with app.app_context(), Backend.instance.session():
        people = [
            models.User(
                user_name=name, family_name=name.title(), formatted_name=name.title(), emails=[f"{name}@builders.test"],
                password=password,
            )
            for name in PEOPLE
        ]  # fmt: skip
        client = models.Client(
            client_id=CLIENT_ID, client_secret=CLIENT_SECRET, client_name="ERP Bridge", redirect_uris=[redirect_uri],
            client_uri="https://budgets.builders.test",
            grant_types=["authorization_code"], response_types=["code"], scope=["openid"],
            token_endpoint_auth_method="client_secret_basic",
        )  # fmt: skip
        for each in (*people, client):
            Backend.instance.save(each)
        client.audience = [client]
        Backend.instance.save(client)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
