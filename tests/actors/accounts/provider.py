"""An OpenID Connect provider for tests: a real server on this machine, told what to say."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "sress-client"
CLIENT_SECRET = "a-secret-of-the-client"
KEY_ID = "key-1"


@cache
def new_key(name="its own"):
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """What the provider knows and how it answers; tests change its attributes."""

    def __init__(self, address):
        self.address = address
        self.key = new_key()
        self.userinfo_form = "json"  # or "jwt"
        self.claims = {"sub": "abc", "email": "camille@region.example.org", "email_verified": True}
        # What the tokens say besides, or instead.
        self.id_token = {}
        self.userinfo_token = {}
        self.id_token_key = self.userinfo_key = self.key
        self.algorithm = "RS256"
        self.replaces = {}  # path → (status, body)
        self.asked = {}  # by code: the parameters of the authorisation
        self.issued = []  # what must never be in a log

    def discovery(self):
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def jwks(self):
        told = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**told, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def signed(self, claims, key):
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": KEY_ID})

    def authorize(self, query):
        code = secrets.token_urlsafe(16)
        self.asked[code] = query
        self.issued.append(code)
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form):
        query = self.asked.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert query["code_challenge_method"] == "S256"
        assert query["code_challenge"] == challenge
        assert (form["client_id"], form["client_secret"]) == (CLIENT, CLIENT_SECRET)
        assert form["redirect_uri"] == query["redirect_uri"]
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": self.claims["sub"],
            "iat": now,
            "exp": now + 60,
            "nonce": query["nonce"],
            **self.id_token,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        answer = {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "id_token": self.signed(claims, self.id_token_key),
        }
        self.issued += answer["access_token"], answer["id_token"]
        return answer

    def userinfo(self, bearer):
        assert bearer in {f"Bearer {one}" for one in self.issued}
        if self.userinfo_form == "json":
            return "application/json", json.dumps(self.claims)
        claims = {"iss": self.address, "aud": CLIENT, **self.claims, **self.userinfo_token}
        claims = {name: value for name, value in claims.items() if value is not None}
        token = self.signed(claims, self.userinfo_key)
        self.issued.append(token)
        return "application/jwt", token


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self):
        self.answer({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(dict(parse_qsl(body)))

    def answer(self, form):
        try:
            status, kind, body = self.content(urlsplit(self.path).path, form)
        except Exception as error:
            status, kind, body = 500, "text/plain", repr(error)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def content(self, path, form):
        provider = self.provider
        if path in provider.replaces:
            status, body = provider.replaces[path]
            return status, "application/json", body
        if path == "/userinfo":
            return 200, *provider.userinfo(self.headers["Authorization"])
        known = {
            "/.well-known/openid-configuration": provider.discovery,
            "/jwks": provider.jwks,
            "/token": lambda: provider.token(form),
        }
        return 200, "application/json", json.dumps(known[path]())

    def log_message(self, *args):
        pass


@contextmanager
def running():
    """A provider that answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = type("Bound", (Handler,), {"provider": provider})
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def query_of(location):
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
