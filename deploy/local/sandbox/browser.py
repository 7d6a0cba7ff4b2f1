"""A browser's part in a redirect: one GET, followed no further."""

import http.client
from urllib.parse import urlsplit

TIMEOUT_S = 15


def visit(url: str) -> tuple[int, str]:
    """The status of what answers there, and where it sends the browser next ("" for nowhere); 0 where nobody answers."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}", headers={"Accept": "text/html,*/*"})
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return 0, ""
    else:
        return answer.status, answer.getheader("Location") or ""
    finally:
        connection.close()
