"""Names that would lead somewhere, hide something or break something, if anybody made a path or a pattern of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

_TARGETS = (
    *("etc/passwd", "secret", "store.json", "outside/secret", "tmp/x", "proc/self/environ", "root/.ssh/id_rsa", "lock"),
    *("state", "ledger/000001.jsonl", "blobs", "catalog/lock", "config/keys", "home", "x.json", ""),
)
_UPS = (
    *(
        "../",
        "../../",
        "../../../../../../../../",
        "..\\",
        "..\\..\\",
        "%2e%2e/",
        "%2e%2e%2f",
        "..%2f",
        "%252e%252e%252f",
    ),
    *(
        "..%c0%af",
        "..;/",
        "....//",
        ".../",
        "./",
        "/",
        "//",
        "\\",
        "\\\\host\\share\\",
        "C:\\",
        "c:/",
        "file:///",
        "~/",
    ),
    *(
        "~root/",
        "$HOME/",
        "${HOME}/",
        "`id`/",
        "\uff0e\uff0e/",
        "..\u2215",
        "..\u2044",
        "..\u29f5",
        "\u2025/",
        "x/../../",
    ),
    *("store/../../", "\0/", "\n/", "a\0../"),
)
_RESERVED = (
    *(
        "CON",
        "PRN",
        "AUX",
        "NUL",
        "COM1",
        "LPT9",
        "con.json",
        "nul.txt",
        ".",
        "..",
        "...",
        "....",
        "-",
        "--",
        "-rf",
        "--help",
    ),
    *(
        "--store=/tmp/x",
        "-",
        "*",
        "?",
        "[a-z]",
        "{a,b}",
        ".tmp-0",
        ".git",
        ".lock",
        "lost+found",
        "desktop.ini",
        "Thumbs.db",
    ),
    *(
        "store.json",
        "lock",
        "state",
        "ledger",
        "blobs",
        "catalog",
        "quarantine",
        "000001.jsonl",
        "000001.json",
        "_index.json",
    ),
    *(
        "run_",
        "run_zz",
        "run_" + "0" * 11,
        "run_" + "0" * 65,
        "run_" + "A" * 12,
        "RUN_" + "0" * 12,
        "run_000000000001\n",
    ),
    *(
        "run_000000000001/..",
        "run_000000000001\0",
        " run_000000000001",
        "run_000000000001 ",
        "run_\u0660\u0661\u0662" * 4,
    ),
    *(
        "0" * 63,
        "0" * 65,
        "g" * 64,
        "A" * 64,
        "../" + "0" * 61,
        "0" * 61 + "/..",
        "null",
        "true",
        "0",
        "-1",
        "1e999",
        "NaN",
    ),
)
_TRICKS = (
    *(
        "\u202e3pm.exe",
        "abc\u202egpj",
        "\u2066x\u2069",
        "a\u200bb",
        "a\u200db",
        "\ufeffx",
        "x\u00ad",
        "e\u0301",
        "\u00e9",
    ),
    *(
        "\ufb01le",
        "\u212a",
        "\u0131",
        "\u1e9e",
        "\u0130",
        "\U0001f600",
        "\U000e0041",
        "\ud800",
        "\udcff",
        "a\udc80b",
        "\ufffe",
    ),
    *(
        "\uffff",
        "\U0010ffff",
        "\u0000",
        "\u0001",
        "\u001b[31mred\u001b[0m",
        "\u001b]0;title\u0007",
        "\u0007",
        "\u0008",
        "\u007f",
    ),
    *(
        "\u0085",
        "\u009b31m",
        "\u2028",
        "\u2029",
        "\t",
        "\r",
        "\n",
        "a\nb",
        "a\r\nb",
        "\r\nSet-Cookie: x",
        " ",
        "  ",
        "\u00a0",
    ),
    *(
        "\u3000",
        "a ",
        " a",
        "a.",
        ".a",
        "a" * 255,
        "a" * 256,
        "a" * 512,
        "a" * 513,
        "a" * 4096,
        "a" * 70_000,
        "\u00e9" * 128,
    ),
    *(
        "\U0001f600" * 64,
        "a/" * 200,
        "../" * 170,
        "<script>alert(1)</script>",
        "<img src=file:///etc/passwd>",
        "javascript:x",
    ),
    *(
        "' OR 1=1 --",
        '"; DROP TABLE runs; --',
        "{{7*7}}",
        "${jndi:ldap://x/a}",
        "%s%s%s%n",
        "%(x)s",
        "{0.__class__}",
        "$(id)",
    ),
    *(
        "`id`",
        "| id",
        "; id",
        "& id",
        "> /tmp/x",
        "< /etc/passwd",
        "!!python/object:os.system",
        "__proto__",
        "__class__",
        "\\",
    ),
    *(
        "\\0",
        "\\x00",
        "\\u0000",
        "%00",
        "%0a",
        "%0d%0a",
        "&#x2f;",
        "&lt;",
        "=cmd|'/c calc'!A0",
        "+1+1",
        "@SUM(A1)",
        '"',
        "'",
    ),
)


def hostile_names() -> Iterator[str]:
    """Yield each name once, always in the same order."""
    yield from dict.fromkeys((*(up + target for up, target in product(_UPS, _TARGETS)), *_RESERVED, *_TRICKS))


def can_be_a_file(name: str) -> bool:
    """Tell whether a file of that name can be made in a folder of Linux."""
    data = name.encode("utf-8", "surrogateescape") if _encodable(name) else b""
    return bool(data) and b"/" not in data and b"\0" not in data and data not in {b".", b".."} and len(data) < 256


def _encodable(name: str) -> bool:
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
