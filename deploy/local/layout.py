"""Where everything of a local stack lives: one root folder for a stack, one tools folder for the checkout."""

import hashlib
import os
import stat
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULT_ROOT = CHECKOUT / ".local"
TOOLS = CHECKOUT / ".local" / "tools"
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))
UNIX_SOCKET_PATH_MAX = 100  # sun_path holds 108 bytes, and supervisord binds a temporary name a little longer than ours


@dataclass(frozen=True)
class Layout:
    """The paths under one stack's root."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "Layout":
        return cls(root if root.is_absolute() else (CHECKOUT / root))

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def conf(self) -> Path:
        return self.root / "conf"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def env(self) -> Path:
        return self.root / "env"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def prepared(self) -> Path:
        return self.root / "prepared.json"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    def data(self, name: str) -> Path:
        return self.root / name

    def pid_file(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def log_file(self, name: str) -> Path:
        return self.log / f"{name}.log"

    def make(self) -> None:
        """Creates the folders. Keys and secrets are the owner's alone."""
        for folder in (self.root, self.log, self.run, self.conf, self.keys):
            folder.mkdir(parents=True, exist_ok=True)
        self.keys.chmod(0o700)
        self.conf.chmod(0o700)

    @property
    def socket(self) -> Path:
        """supervisord's control socket: under the root, or in a private folder of /tmp where that path is too long."""
        path = self.run / "supervisor.sock"
        if len(os.fsencode(path)) <= UNIX_SOCKET_PATH_MAX:
            return path
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"filmstudio-{os.getuid()}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError(f"{folder} is not a folder of ours alone: remove it")
        return folder / "supervisor.sock"
