"""`die_with_parent.py COMMAND...`: becomes a command that is killed when its parent ends.

For machines without util-linux's setpriv; otherwise a supervisor that is killed would leave orphans holding the ports.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  # becoming the command is its whole purpose
