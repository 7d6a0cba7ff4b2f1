"""Scene headings are known as screenplays of each language write them; a sentence that begins alike is none."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import script_pb2 as sp

from services.projects import reading
from services.projects.reading.headings import heading_text, is_heading

KIND = sp.ScriptElement


@pytest.mark.parametrize(
    "line",
    [
        "INNEN. BOOTSHAUS - NACHT", "INNEN/AUSSEN – AUTO – TAG", "AUSSEN STEG TAG", "INT. CUISINE – JOUR", "INTÉRIEUR CUISINE JOUR",
        "Exterior. Calle - noche", "INTERIOR - COCINA - DÍA", "ESTERNO GIORNO. STRADA", "EXT. RUA – NOITE", "ИНТ. КУХНЯ – ДЕНЬ",
        "НАТ. УЛИЦА – НОЧЬ", "अंदर. चाय की दुकान - सुबह", "बाहर - छत - शाम", "内景 厨房 夜", "外景。街道 - 日", "厨房 夜 内", "屋内 台所 夜",
        "屋外　海岸　朝", "○台所(夜)", "○ 森・夕方", "内/外 車 昼", "داخلي. مطبخ - ليل", "خارجي - شارع - نهار", "داخلي مطبخ ليل",
        "உள்ளே. வீடு - இரவு", "İÇ. MUTFAK - GECE", "WNĘTRZE. KUCHNIA - NOC", "실내. 부엌 - 밤", "ภายใน ห้องครัว - กลางคืน",
    ],
)  # fmt: skip
def test_a_heading_is_known_in_its_language(line: str) -> None:
    assert is_heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "बाहर बारिश हो रही है।", "बाहर बारिश हो रही है", "Innen war es dunkel.", "Außen blieb es still, und innen auch.", "Interior design matters.",
        "外面下雨了", "内容很好", "屋内は暗い。", "داخل البيت كان الظلام", "Extérieur jour, il pleut.", "○ 項目", "3. The dog ran", "उसके अंदर. कुछ",
    ],
)  # fmt: skip
def test_a_sentence_of_inside_and_outside_is_no_heading(line: str) -> None:
    assert not is_heading(line)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("12 INT. KITCHEN - DAY", "INT. KITCHEN - DAY"),
        ("INT. KITCHEN - DAY #12A#", "INT. KITCHEN - DAY"),
        ("2. ИНТ. КУХНЯ. ДЕНЬ", "ИНТ. КУХНЯ. ДЕНЬ"),
        ("दृश्य 1: अंदर. रसोई - दिन", "अंदर. रसोई - दिन"),
        ("场景3 外景 森林 日", "外景 森林 日"),
        ("مشهد ١: داخلي / مطبخ / ليل", "داخلي / مطبخ / ليل"),
        ("○台所(夜)", "台所(夜)"),
        ("1984 - DAY", "1984 - DAY"),
    ],
)
def test_a_headings_number_is_left_out(line: str, text: str) -> None:
    assert heading_text(line) == text


def test_an_arabic_screenplay_has_scenes_and_no_title() -> None:
    text = "داخلي. مطبخ - ليل\n\nليلى تفتح الباب.\n\nخارجي. شارع - نهار\n\nالقطة تجري.\n"
    found = reading.read(sp.SCRIPT_FORMAT_PLAIN, text)
    assert [element.kind for element in found] == [KIND.KIND_HEADING, KIND.KIND_ACTION] * 2


def test_a_japanese_heading_that_comes_back_is_nobodys_name() -> None:
    text = "屋内 台所 夜\n\n花子が走る。\n\n屋内 台所 夜\n花子が座る。\n"
    found = reading.read(sp.SCRIPT_FORMAT_FOUNTAIN, text)
    assert [element.kind for element in found] == [KIND.KIND_HEADING, KIND.KIND_ACTION] * 2
