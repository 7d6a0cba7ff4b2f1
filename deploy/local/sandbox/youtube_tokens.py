"""What Google remembers of consents: codes, grants with their refresh tokens, access tokens, and its signing key."""

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.youtube_errors import OAuthError

SERVICE = "youtube"
CODE_S = 600
KEY_ID = "sandbox-1"


class Tokens:
    """Codes for tokens, tokens for the channel that they open."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._store = core.store
        self.lifetime_s = int(core.environ.get("SANDBOX_GOOGLE_TOKEN_S", "3600"))

    def issue_code(self, authorization: Json, account: str, channel_id: str) -> str:
        """A code for what a person has consented to; good once, for ten minutes."""
        code = f"4/{self._core.token(32)}"
        kept = {
            "authorization": authorization,
            "account": account,
            "channel_id": channel_id,
            "expires_at": self._in(CODE_S),
            "used": False,
        }
        self._store.put(SERVICE, "code", code, kept)
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> Json:
        """The answer of the token endpoint for a code. OAuthError where anything about it is wrong.

        A refresh token comes with `access_type=offline` at the first consent to a channel, and again only after
        `prompt=consent`; as at Google, who asks later without it gets an access token alone.
        """
        kept = self._store.get(SERVICE, "code", code)
        if kept is None or self._over(kept["expires_at"]):
            raise OAuthError("invalid_grant", "Malformed auth code.")
        if kept["used"]:
            # somebody else has the code as well: what it gave is taken back (RFC 6749, 4.1.2)
            self._end_grant(kept["grant"])
            raise OAuthError("invalid_grant", "Bad Request")
        asked = kept["authorization"]
        if redirect_uri != asked["redirect_uri"]:
            raise OAuthError("invalid_grant", "Bad Request")
        if _challenge(verifier) != asked["code_challenge"]:
            raise OAuthError("invalid_grant", "Invalid code verifier.")
        earlier = self._store.list(
            SERVICE, "grant", {"account": kept["account"], "channel_id": kept["channel_id"], "revoked": False}
        )
        refresh = asked["access_type"] == "offline" and (
            "consent" in asked["prompt"].split() or not any(grant["refresh_token"] for grant in earlier)
        )
        grant = {
            "id": f"grant_{self._store.next_number('youtube.grant')}",
            "account": kept["account"],
            "channel_id": kept["channel_id"],
            "scope": asked["scope"],
            "refresh_token": f"1//{self._core.token(48)}" if refresh else "",
            "revoked": False,
        }
        self._store.put(SERVICE, "grant", grant["id"], grant)
        self._store.put(SERVICE, "code", code, kept | {"used": True, "grant": grant["id"]})
        answer = self._access(grant, grant["scope"])
        if refresh:
            answer["refresh_token"] = grant["refresh_token"]
        if "openid" in grant["scope"].split():
            answer["id_token"] = self._id_token(grant, asked["nonce"], answer["access_token"])
        return answer

    def refresh(self, refresh_token: str, scope: str) -> Json:
        """A new access token; the refresh token stays as it is. OAuthError once the grant is revoked."""
        found = self._store.list(SERVICE, "grant", {"refresh_token": refresh_token}) if refresh_token else []
        if not found or found[0]["revoked"]:
            raise OAuthError("invalid_grant")
        if not set(scope.split()) <= set(found[0]["scope"].split()):
            raise OAuthError("invalid_scope")
        return self._access(found[0], scope or found[0]["scope"])

    def revoke(self, token: str) -> None:
        """End the grant that this access or refresh token is of. OAuthError for a token that ends nothing."""
        access = self._store.get(SERVICE, "access_token", token)
        found = self._store.list(SERVICE, "grant", {"refresh_token": token} if not access else {"id": access["grant"]})
        if not token or not found or found[0]["revoked"]:
            raise OAuthError("invalid_token")
        self._end_grant(found[0]["id"])

    def opened_by(self, access_token: str) -> Json | None:
        """{channel_id, account, scope} of a token that is still good, else None."""
        kept = self._store.get(SERVICE, "access_token", access_token)
        if kept is None or self._over(kept["expires_at"]):
            return None
        grant = self._store.get(SERVICE, "grant", kept["grant"])
        if grant is None or grant["revoked"]:
            return None
        return {"channel_id": grant["channel_id"], "account": grant["account"], "scope": kept["scope"]}

    def jwks(self) -> Json:
        """The public key of id tokens."""
        from jwt.algorithms import RSAAlgorithm

        public = json.loads(RSAAlgorithm.to_jwk(self._key().public_key()))
        return {"keys": [public | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def _access(self, grant: Json, scope: str) -> Json:
        token = f"ya29.{self._core.token(64)}"
        kept = {"grant": grant["id"], "scope": scope, "expires_at": self._in(self.lifetime_s)}
        self._store.put(SERVICE, "access_token", token, kept)
        return {"access_token": token, "expires_in": self.lifetime_s, "scope": scope, "token_type": "Bearer"}

    def _id_token(self, grant: Json, nonce: str, access_token: str) -> str:
        import jwt

        now = int(self._core.now().timestamp())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": f"{self._core.url}/youtube",
            "azp": self._core.environ["GOOGLE_CLIENT_ID"],
            "aud": self._core.environ["GOOGLE_CLIENT_ID"],
            "sub": str(int(hashlib.sha256(grant["account"].encode()).hexdigest()[:16], 16)),
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
            "iat": now,
            "exp": now + 3600,
        }
        if nonce:
            claims["nonce"] = nonce
        if {"email", "https://www.googleapis.com/auth/userinfo.email"} & set(grant["scope"].split()):
            claims |= {"email": grant["account"], "email_verified": True}
        return jwt.encode(claims, self._key(), algorithm="RS256", headers={"kid": KEY_ID})

    def _key(self) -> Any:
        # cryptography is a third of this process's memory: loaded with the first consent, not before
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        kept = self._store.get(SERVICE, "key", KEY_ID)
        if kept:
            return serialization.load_pem_private_key(kept["pem"].encode(), None)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._store.put(SERVICE, "key", KEY_ID, {"pem": pem.decode()})
        return key

    def _end_grant(self, id: str) -> None:
        grant = self._store.get(SERVICE, "grant", id)
        if grant:
            self._store.put(SERVICE, "grant", id, grant | {"revoked": True})

    def _in(self, seconds: int) -> str:
        return (self._core.now() + timedelta(seconds=seconds)).isoformat()

    def _over(self, moment: str) -> bool:
        return self._core.now() >= datetime.fromisoformat(moment)


def _challenge(verifier: str) -> str:
    """S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
