"""S3 by versitygw over a folder: how it runs, and our bucket."""

import os
import urllib.error
import urllib.request
from collections.abc import Mapping

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deploy.local.layout import TOOLS, Layout
from deploy.local.program import Program

VERSION = "1.7.0"
BINARY = TOOLS / f"versitygw-{VERSION}" / "versitygw"
REGION = "us-east-1"
BUCKET = "filmstudio"


def program(layout: Layout, port: int, access_key: str, secret_key: str, origin: str) -> Program:
    """The server over its folder. `origin` is the web page that may reach it from a browser."""
    data = layout.data("s3")
    command = [
        str(BINARY), "--port", f"127.0.0.1:{port}", "--region", REGION, "--health", "/healthz",
        "--cors-allow-origin", origin, "--quiet", "posix",
    ]  # fmt: skip
    if not _keeps_attributes(layout):
        command += ["--sidecar", str(layout.data("s3-attributes"))]
    return Program(
        name="s3",
        command=(*command, str(data)),
        address=f"127.0.0.1:{port}",
        environment={"ROOT_ACCESS_KEY": access_key, "ROOT_SECRET_KEY": secret_key},
        priority=1,
    )


def create(layout: Layout) -> None:
    """Makes the folders."""
    layout.data("s3").mkdir(exist_ok=True)
    if not _keeps_attributes(layout):
        layout.data("s3-attributes").mkdir(exist_ok=True)


def _keeps_attributes(layout: Layout) -> bool:
    """Whether the file system keeps user attributes, where versitygw puts content types and checksums."""
    probe = layout.conf / "attributes"
    probe.touch()
    try:
        os.setxattr(probe, "user.filmstudio", b"1")
    except OSError:
        return False
    finally:
        probe.unlink()
    return True


def answers(endpoint: str) -> bool:
    """Return whether a server answers at this address."""
    try:
        with urllib.request.urlopen(f"{endpoint}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError:
        return True  # somebody else's S3 has no such page, yet it speaks
    except OSError:
        return False


def ensure_bucket(environment: Mapping[str, str]) -> None:
    """Makes the bucket that `environment` names, unless it is there."""
    client = _client(environment)
    try:
        client.head_bucket(Bucket=environment["S3_BUCKET"])
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        client.create_bucket(Bucket=environment["S3_BUCKET"])


def has_bucket(environment: Mapping[str, str]) -> bool:
    """Return whether our bucket is there and ours to use."""
    try:
        _client(environment).head_bucket(Bucket=environment["S3_BUCKET"])
    except (ClientError, BotoCoreError):
        return False
    return True


def _client(environment: Mapping[str, str]) -> BaseClient:
    return botocore.session.get_session().create_client(
        "s3",
        endpoint_url=environment["S3_ENDPOINT_URL"],
        region_name=environment.get("AWS_REGION", REGION),
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}, connect_timeout=3, read_timeout=10, retries={"max_attempts": 2}),
    )
