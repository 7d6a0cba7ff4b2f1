"""The sandbox as a real child process of a test: on free ports, with a folder of its own, to be killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from deploy.local.ports import LOOPBACK, pick_free

Json = dict[str, Any]
CHECKOUT = Path(__file__).resolve().parents[2]
# what it accepts; made up, so that a leak is found by searching for it
CREDENTIALS = {
    "GOOGLE_CLIENT_ID": "filmstudio.apps.sandbox",
    "GOOGLE_CLIENT_SECRET": "GOCSPX-canary-google",
    "STRIPE_SECRET_KEY": "sk_test_canary_stripe",
    "STRIPE_WEBHOOK_SECRET": "whsec_canary_stripe",
    "SALESFORCE_CLIENT_ID": "filmstudio",
    "SALESFORCE_CLIENT_SECRET": "canary-salesforce",
}
START_S = 20.0
STOP_S = 10.0


class Sandbox:
    """A sandbox that runs, or is about to run again."""

    def __init__(self, directory: Path, webhook_target: str, told: Mapping[str, str]) -> None:
        port, self.smtp_port = pick_free(2)
        self.directory = directory
        self.url = f"http://{LOOPBACK}:{port}"
        self._told = {
            **CREDENTIALS,
            "SANDBOX_ADDRESS": f"{LOOPBACK}:{port}",
            "SANDBOX_SMTP_ADDRESS": f"{LOOPBACK}:{self.smtp_port}",
            "SANDBOX_DIR": str(directory),
            "FILMSTUDIO_URL": webhook_target,
            **told,
        }
        self._process: asyncio.subprocess.Process | None = None
        self.http = httpx.AsyncClient(base_url=self.url, timeout=30)

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process, "the sandbox is not running"
        return self._process.pid

    @property
    def environ(self) -> dict[str, str]:
        """What a service is told so that it finds the world outside here."""
        return {
            **{name: self._told[name] for name in (*CREDENTIALS, "FILMSTUDIO_URL")},
            "GOOGLE_AUTH_URL": f"{self.url}/youtube/o/oauth2/v2/auth",
            "GOOGLE_TOKEN_URL": f"{self.url}/youtube/token",
            "GOOGLE_REVOKE_URL": f"{self.url}/youtube/revoke",
            "GOOGLE_JWKS_URL": f"{self.url}/youtube/oauth2/v3/certs",
            "GOOGLE_ISSUER": f"{self.url}/youtube",
            "YOUTUBE_API_URL": f"{self.url}/youtube/api/",
            "STRIPE_API_URL": f"{self.url}/stripe",
            "SALESFORCE_LOGIN_URL": f"{self.url}/salesforce",
            "SMTP_HOST": LOOPBACK,
            "SMTP_PORT": str(self.smtp_port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "AI Film Studio <studio@example.com>",
            "WEBHOOKS_ALLOW_LOOPBACK": "on",
            "SANDBOX_URL": self.url,
        }

    async def start(self) -> None:
        """Start it, and return once it answers."""
        # ended with the test's own process, however that ends
        command = (sys.executable, str(CHECKOUT / "deploy/local/die_with_parent.py"))
        self._process = await asyncio.create_subprocess_exec(
            *command, sys.executable, "-m", "deploy.local.sandbox", cwd=CHECKOUT, env={**os.environ, **self._told}
        )
        deadline = asyncio.get_running_loop().time() + START_S
        while True:
            assert self._process.returncode is None, f"the sandbox ended with {self._process.returncode}"
            assert asyncio.get_running_loop().time() < deadline, f"the sandbox did not answer within {START_S:g} s"
            try:
                await self.http.get("/_faults")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it: its folder stays, and `start` goes on from there."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(how)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def kill(self) -> None:
        """End it with `kill -9`."""
        await self.stop(signal.SIGKILL)

    async def restart(self) -> None:
        """`kill -9`, and up again with the same folder, ports and credentials."""
        await self.kill()
        await self.start()

    async def fault(self, service: str, match: str, fault: str, times: int = 1) -> Json:
        """Let something go wrong; the rule."""
        return await self._asked(
            "POST", "/_faults", {"service": service, "match": match, "fault": fault, "times": times}
        )

    async def faults(self) -> list[Json]:
        """The rules that are left."""
        found: list[Json] = (await self._asked("GET", "/_faults"))["faults"]
        return found

    async def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        await self._asked("DELETE", "/_faults")

    async def act(self, service: str, action: str, id: str = "") -> Json:
        """What a person does on the pages."""
        return await self._asked("POST", "/_act", {"service": service, "action": action, "id": id})

    async def state(self, service: str) -> Json:
        """What arrived there."""
        return await self._asked("GET", f"/_state/{service}")

    async def close(self) -> None:
        """End everything."""
        await self.http.aclose()
        await self.stop()

    async def _asked(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = await self.http.request(method, path, json=body)
        assert answer.is_success, f"{method} {path} {body}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found


@asynccontextmanager
async def running(directory: Path, webhook_target: str = "http://127.0.0.1:9", **told: str) -> AsyncIterator[Sandbox]:
    """A sandbox that keeps its things under `directory`. `webhook_target` is the FILMSTUDIO_URL that Stripe's webhooks go to
    (nobody listens on port 9); `told` are further variables, as SANDBOX_PROCESSING_S="0".
    """
    box = Sandbox(directory, webhook_target, told)
    try:
        await box.start()
        yield box
    finally:
        await box.close()
