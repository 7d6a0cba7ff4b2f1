"""Language tags for media files, which still want ISO 639-2."""

from __future__ import annotations

_PAIRS = (
    "af afr am amh ar ara as asm az aze be bel bg bul bn ben bs bos ca cat cs ces cy cym da dan de deu el ell en eng eo epo"
    " es spa et est eu eus fa fas fi fin fr fra ga gle gu guj he heb hi hin hr hrv hu hun hy hye id ind is isl it ita ja jpn"
    " ka kat kk kaz kn kan ko kor ky kir la lat lt lit lv lav mk mkd ml mal mr mar ms msa mt mlt my mya nb nob ne nep nl nld"
    " nn nno no nor or ori pa pan pl pol pt por ro ron ru rus sa san si sin sk slk sl slv sq sqi sr srp sv swe sw swa ta tam"
    " te tel th tha tr tur uk ukr ur urd uz uzb vi vie zh zho yue zho"
)
_ISO_639_2 = dict(zip(_PAIRS.split()[::2], _PAIRS.split()[1::2], strict=True))


def iso639_2(language: str) -> str:
    """The three letters of a BCP 47 language; "und" where there are none."""
    return _ISO_639_2.get(language.replace("_", "-").split("-")[0].lower(), "und")
