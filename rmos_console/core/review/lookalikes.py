"""Names that look alike: a reader of a report must not take one person for another.

Letters of other scripts that most fonts draw like Latin ones are read as these, as are a few digits and pairs. It is a
short list of what is common in names, not a complete one: ids are compared by rules and audits, never names.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_CYRILLIC: Final = dict(zip("АВЕЅІЈКМНОРСТУХҮԜаеѕіјорсухһԁԛԝѵ", "ABESIJKMHOPCTYXYWaesijopcyxhdqwv", strict=True))  # noqa: RUF001  the letters that look like others are the point
_GREEK: Final = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρυ", "ABEZHIKMNOPTYXoavpu", strict=True))  # noqa: RUF001  as above
_ARMENIAN: Final = dict(zip("Օօսցոհ", "Oougnh", strict=True))  # noqa: RUF001  as above
_STROKES: Final = {"0": "o", "O": "o", "1": "l", "I": "l", "|": "l", "ı": "i", "\u2010": "-", "\u2011": "-", "’": "'"}  # noqa: RUF001  as above
_TABLE: Final = str.maketrans({**_CYRILLIC, **_GREEK, **_ARMENIAN})
_SAME: Final = str.maketrans(_STROKES)


def skeleton(name: str) -> str:
    """Return what a name looks like: equal for two names that a reader may take for each other."""
    latin = unicodedata.normalize("NFKC", name).translate(_TABLE).translate(_SAME).casefold()
    return " ".join(latin.replace("rn", "m").replace("vv", "w").split())
