"""Words that name places, times of day, weather, moods, feelings, people and props, in several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words.language import Lexicon as Lexicon
from services.render_worker.craft.words.language import of as of

K = TypeVar("K")

# Word starts: "forest" also finds "forests". The first entry found earliest in the text wins; longer words win ties.
PLACES: dict[sb.Place.ValueType, str] = {
    sb.PLACE_LIGHTHOUSE: "lighthouse faro phare leuchtturm दीपस्तंभ प्रकाशस्तंभ маяк 灯塔 灯台 farol منارة கலங்கரை",
    sb.PLACE_FOREST: "forest wood woods jungle grove tree trees bosque selva forêt wald floresta जंगल वन वृक्ष лес 森林 森 غابة বন காடு",
    sb.PLACE_SEA: "sea ocean beach shore coast harbor harbour bay island dock pier mar océano playa mer plage meer strand praia "
    "समुद्र सागर तट море берег 海 بحر شاطئ ميناء সমুদ্র கடல் கடற்கரை",
    sb.PLACE_MOUNTAIN: "mountain mountains peak summit cliff hill hills alps himalaya montaña montagne berg montanha पहाड़ पर्वत हिमालय гора горы 山 جبل পাহাড় மலை",
    sb.PLACE_DESERT: "desert dune dunes sand oasis desierto désert wüste deserto रेगिस्तान मरुस्थल пустыня 沙漠 砂漠 صحراء",
    sb.PLACE_RIVER: "river stream lake pond waterfall bridge riverbank río rivière lac fluss seeufer rio नदी झील गंगा река озеро 河 川 湖 نهر নদী ஆறு",
    sb.PLACE_VILLAGE: "village hamlet cottage farmhouse farm hut barn pueblo aldea dorf गांव गाँव झोपड़ी деревня 村 قرية গ্রাম கிராம",
    sb.PLACE_CITY_STREET: "street city alley road avenue town downtown platform station andén estación gare bahnhof market bazaar square café-terrace calle ciudad rue ville strasse straße stadt "
    "rua cidade शहर सड़क गली बाज़ार बाजार город улица 街 城市 شارع مدينة শহর நகரம்",
    sb.PLACE_ROOFTOP: "rooftop roof terrace balcony azotea toit dach telhado छत крыша 屋顶 屋上",
    sb.PLACE_PARK: "park garden playground bench meadow-path parque jardín jardin garten बगीचा बाग उद्यान पार्क парк сад 公园 公園 حديقة",
    sb.PLACE_KITCHEN: "kitchen diner restaurant cafe café bakery cocina cuisine küche cozinha रसोई кухня 厨房 台所 مطبخ",
    sb.PLACE_OFFICE: "office desk workplace studio newsroom station-house oficina bureau büro escritório दफ़्तर दफ्तर कार्यालय офис 办公室 مكتب",
    sb.PLACE_CLASSROOM: "classroom school lecture library escuela aula école schule escola विद्यालय स्कूल कक्षा школа класс 教室 学校 مدرسة",
    sb.PLACE_TEMPLE: "temple church mosque shrine monastery cathedral templo iglesia église kirche tempel मंदिर मन्दिर храм церковь 寺 معبد মন্দির கோவில்",
    sb.PLACE_PALACE: "palace castle throne court kingdom palacio castillo château schloss palácio महल राजमहल दरबार дворец замок 宫殿 城堡 قصر প্রাসাদ அரண்மனை",
    sb.PLACE_SHIP: "ship deck boat sailboat vessel cabin-deck barco nave bateau navire schiff navio जहाज नाव корабль 船 سفينة قارب கப்பல் படகு",
    sb.PLACE_TRAIN: "train carriage compartment railway tren zug trem रेल रेलगाड़ी ट्रेन поезд 火车 電車 قطار",
    sb.PLACE_CAVE: "cave cavern tunnel mineshaft grotto cueva grotte höhle caverna गुफा пещера 洞穴 كهف",
    sb.PLACE_LABORATORY: "laboratory lab workshop laboratorio laboratoire प्रयोगशाला лаборатория 实验室 مختبر",
    sb.PLACE_SPACE: "space spaceship spacecraft starship orbit planet moonbase galaxy espacio espace weltraum espaço अंतरिक्ष космос 太空 宇宙 فضاء",
    sb.PLACE_FIELD: "field meadow prairie pasture orchard countryside campo champ feld खेत मैदान поле 田野 畑 حقل মাঠ வயல்",
    sb.PLACE_ROOM: "room house home bedroom living hall apartment bed sofa hospital attic inn hotel habitación casa chambre maison "
    "zimmer haus quarto sala कमरा घर комната дом 房间 家 部屋 غرفة بيت ঘর வீடு",
}
INDOORS = {
    sb.PLACE_ROOM, sb.PLACE_KITCHEN, sb.PLACE_OFFICE, sb.PLACE_CLASSROOM, sb.PLACE_TRAIN, sb.PLACE_CAVE,
    sb.PLACE_LABORATORY, sb.PLACE_PALACE,
}  # fmt: skip
# What an interior heading makes of a place that is drawn from outside.
INSIDE_OF = {
    sb.PLACE_LIGHTHOUSE: sb.PLACE_ROOM, sb.PLACE_VILLAGE: sb.PLACE_ROOM, sb.PLACE_SHIP: sb.PLACE_ROOM,
    sb.PLACE_CITY_STREET: sb.PLACE_ROOM, sb.PLACE_MOUNTAIN: sb.PLACE_CAVE, sb.PLACE_ROOFTOP: sb.PLACE_ROOM,
    sb.PLACE_SEA: sb.PLACE_ROOM, sb.PLACE_FOREST: sb.PLACE_ROOM, sb.PLACE_RIVER: sb.PLACE_ROOM,
    sb.PLACE_PARK: sb.PLACE_ROOM, sb.PLACE_FIELD: sb.PLACE_ROOM, sb.PLACE_DESERT: sb.PLACE_ROOM,
}  # fmt: skip
TIMES: dict[sb.TimeOfDay.ValueType, str] = {
    sb.TIME_OF_DAY_NIGHT: "night midnight moonlight moonlit stars noche nuit nacht noite रात ночь 夜 ليل রাত இரவு",
    sb.TIME_OF_DAY_DAWN: "dawn sunrise morning daybreak amanecer aube matin morgen amanhecer सुबह भोर सवेरा प्रातः рассвет утро 黎明 早晨 朝 فجر صباح সকাল காலை",
    sb.TIME_OF_DAY_DUSK: "dusk sunset evening twilight atardecer crépuscule soir abend tarde शाम संध्या सांझ закат вечер 黄昏 傍晚 夕 غروب مساء সন্ধ্যা மாலை",
    sb.TIME_OF_DAY_DAY: "day noon afternoon midday día jour tag dia दिन दोपहर день 白天 昼 نهار",
}
WEATHERS: dict[sb.Weather.ValueType, str] = {
    sb.WEATHER_STORM: "storm thunder lightning tempest tormenta orage sturm तूफान तूफ़ान आंधी буря 暴风 嵐 عاصفة",
    sb.WEATHER_RAIN: "rain raining rains rainy drizzle puddle lluvia pluie regen chuva बारिश वर्षा дождь 雨 مطر বৃষ্টি மழை",
    sb.WEATHER_SNOW: "snow snowy snowing blizzard ice frozen winter invierno hiver inverno nieve neige schnee neve बर्फ снег 雪 ثلج",
    sb.WEATHER_FOG: "fog foggy mist misty haze niebla brouillard nebel névoa कोहरा धुंध туман 雾 霧 ضباب",
    sb.WEATHER_CLOUDY: "cloudy clouds overcast grey-sky nublado nuageux bewölkt बादल облака 多云",
}
MOODS: dict[sb.Mood.ValueType, str] = {
    sb.MOOD_TENSE: "run runs chase danger hurry hurries afraid fear gun storm scream fight dark quick peligro miedo peur angst डर खतरा भाग страх 危险",
    sb.MOOD_SAD: "sad cry cries tears alone lonely lost dead death grief goodbye broken triste llora pleure traurig दुख उदास आंसू रोया रोती अकेला грусть 悲",
    sb.MOOD_HAPPY: "happy laugh laughs laughing smile smiles joy dance play plays party bright feliz ríe heureux rit glücklich खुश हंसी हँसी मुस्कुरा "
    "радость 快乐 笑",
    sb.MOOD_TENDER: "love loves tender tenderly embrace hug hand gently mother grandmother child dear kiss amor abrazo liebe प्यार प्रेम माँ मां दादी любовь 爱",
    sb.MOOD_MYSTERIOUS: "mystery strange shadow shadows secret whisper whispers fog unknown glow glows ancient misterio secreto mystère geheimnis रहस्य "
    "छाया тайна 神秘",
    sb.MOOD_TRIUMPHANT: "triumph victory wins won cheer cheers hero proud saved victoria victoire sieg जीत विजय победа 胜利",
    sb.MOOD_CALM: "calm quiet still peaceful gentle rest rests silence tranquilo calme ruhig शांत शांति тихо 平静",
}
FEELINGS: dict[sb.Feeling.ValueType, str] = {
    sb.FEELING_HAPPY: "happy happily laughing laughs laugh smiling smiles smile excited cheerful joyful grinning cheering delighted feliz riendo heureux riant "
    "lachend glücklich खुश हंसते हँसते हंसकर मुस्कुरा радостно смеясь 笑",
    sb.FEELING_SAD: "sad sadly crying cries tears sobbing weeping mournful broken triste llorando traurig weinend उदास रोते दुखी грустно 悲",
    sb.FEELING_ANGRY: "angry angrily furious shouting shouts snapping yelling enojado gritando colère wütend गुस्से क्रोध चिल्ला злобно 怒",
    sb.FEELING_AFRAID: "afraid scared frightened terrified trembling fearful miedo peur ängstlich डर घबरा испуганно 害怕",
    sb.FEELING_SURPRISED: "surprised astonished amazed gasping gasps startled shocked sorprendido surpris überrascht हैरान चौंक удивлённо 惊讶",
    sb.FEELING_TENDER: "tender tenderly softly gently warmly loving whispering whisper quietly tierno doucement zärtlich प्यार धीरे нежно тихо 温柔",
    sb.FEELING_TENSE: "worried tense nervous anxious anxiously urgent hurried hurriedly preocupado inquiet besorgt चिंतित тревожно 紧张",
}
# People that prose names without giving them a name.
PEOPLE: dict[tuple[sb.Gender.ValueType, sb.AgeGroup.ValueType], str] = {
    (
        sb.GENDER_FEMALE,
        sb.AGE_GROUP_CHILD,
    ): "girl daughter granddaughter niña fille mädchen menina लड़की बेटी बच्ची девочка дочь внучка 女孩 فتاة طفلة ابنة بنت حفيدة சிறுமி பெண்குழந்தை மகள் মেয়ে",
    (
        sb.GENDER_MALE,
        sb.AGE_GROUP_CHILD,
    ): "boy grandson child kid niño garçon junge menino लड़का लड़के बेटा बच्चा мальчик сын 男孩 ولد صبي طفل ابن حفيد சிறுவன் மகன் ছেলে",
    (
        sb.GENDER_FEMALE,
        sb.AGE_GROUP_SENIOR,
    ): "grandmother grandma granny abuela grand-mère großmutter avó दादी नानी बुढ़िया бабушка старуха 奶奶 جدة பாட்டி கிழவி",
    (
        sb.GENDER_MALE,
        sb.AGE_GROUP_SENIOR,
    ): "grandfather grandpa hermit wizard sage abuelo grand-père großvater avô दादा नाना साधु дедушка старик 爷爷 جد شيخ தாத்தா கிழவர் முதியவர்",
    (
        sb.GENDER_FEMALE,
        sb.AGE_GROUP_ADULT,
    ): "woman mother mom queen princess wife sister lady mujer madre reina femme mère reine frau mutter mulher mãe "
    "औरत महिला माँ मां रानी женщина мать 女人 妈妈 امرأة أم ملكة أميرة தாய் அம்மா பெண் ராணி মা",
    (
        sb.GENDER_MALE,
        sb.AGE_GROUP_ADULT,
    ): "man father dad king prince husband brother fisherman farmer sailor soldier traveler traveller merchant rider hunter monk shepherd pilot hombre "
    "padre rey homme père roi mann vater könig homem pai rei आदमी पिता राजा किसान मछुआरा पुजारी мужчина отец рыбак 男人 国王 رجل صياد ملك أمير تاجر فلاح أب தந்தை அப்பா மீனவர் ராஜா விவசாயி বাবা",
}
PROPS: dict[str, str] = {
    "lantern": "lantern lamp linterna lanterne laterne लालटेन दीपक दीया фонарь 灯",
    "boat": "boat sailboat barco bateau boot नाव лодка 船",
    "letter": "letter envelope carta lettre briefumschlag पत्र चिट्ठी письмо 信",
    "book": "book diary journal libro livre buch किताब पुस्तक книга 书",
    "key": "key llave clé schlüssel चाबी ключ 钥匙",
    "cup": "cup mug tea coffee taza tasse चाय प्याला чашка 杯",
    "phone": "phone telephone smartphone teléfono téléphone फोन फ़ोन телефон 电话",
    "clock": "clock wristwatch reloj horloge uhr घड़ी часы 钟",
    "flower": "flower blossom flor fleur blume फूल цветок 花",
    "candle": "candle candela bougie kerze मोमबत्ती свеча 蜡烛",
    "map": "map mapa carte landkarte नक्शा карта 地图",
    "box": "box chest package parcel caja boîte kiste डिब्बा संदूक коробка 盒子",
    "umbrella": "umbrella paraguas parapluie regenschirm छाता зонт 伞",
    "bell": "bell campana cloche glocke घंटी колокол 铃",
    "apple": "apple manzana pomme apfel सेब яблоко 苹果",
}
# Vowel signs of the Indic scripts belong to their word, though Python's \w doesn't know it.
_LETTER = r"[\w\u0300-\u036f\u0900-\u0dff]"
# The article and the short words that Arabic writes together with the next; endings that Tamil and its sisters add.
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_ARABIC_BEFORE, _ARABIC_AFTER = "(?:[وفبكل]?ال|لل|[وفبكل])?", "(?:ة|ته|تها|ه|ها|ي|ات|ان|ين|ون|هم|ًا)?"
_AGGLUTINATIVE = re.compile(r"[\u0b80-\u0d7f]")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


def _pattern(words: str) -> re.Pattern[str]:
    parts = []
    for word in sorted(words.split(), key=len, reverse=True):
        if _SPACELESS.search(word):
            parts.append(re.escape(word))
        elif _ARABIC.search(word):
            stem = re.escape(word.removesuffix("ة"))
            parts.append(rf"(?<!{_LETTER}){_ARABIC_BEFORE}{stem}{_ARABIC_AFTER}(?!{_LETTER})")
        elif _AGGLUTINATIVE.search(word):
            # A final pulli or u gives way to the ending: "கிராமம்", "கிராமத்தில்".
            parts.append(rf"(?<!{_LETTER}){re.escape(word.rstrip('்ு'))}")
        else:
            # Short words only whole ("sea" is not in "search"), longer ones with an ending.
            parts.append(
                rf"(?<!{_LETTER}){re.escape(word)}"
                + ("" if len(word) < 4 else "(?:s|es|n|en|ें|ों|ी|ा)?")
                + f"(?!{_LETTER})"
            )
    return re.compile("|".join(parts), re.IGNORECASE)


_compiled: dict[str, re.Pattern[str]] = {}


def _compile(words: str) -> re.Pattern[str]:
    if words not in _compiled:
        _compiled[words] = _pattern(words)
    return _compiled[words]


def first_named(table: Mapping[K, str], text: str) -> K | None:
    """The key whose word stands earliest in the text; None when none does."""
    found = [
        (hit.start(), index, key)
        for index, (key, words) in enumerate(table.items())
        if (hit := _compile(words).search(text))
    ]
    return min(found, key=lambda each: each[:2])[2] if found else None


def all_named(table: Mapping[K, str], text: str) -> list[K]:
    """Every key with a word in the text, in the order of the text."""
    found = [
        (hit.start(), index, key)
        for index, (key, words) in enumerate(table.items())
        if (hit := _compile(words).search(text))
    ]
    return [key for _, _, key in sorted(found, key=lambda each: each[:2])]


def most_named(table: Mapping[K, str], text: str) -> K | None:
    """The key with the most words in the text, the earlier entry on a tie; None when none is named."""
    counts = [(len(_compile(words).findall(text)), -index, key) for index, (key, words) in enumerate(table.items())]
    best = max(counts, key=lambda each: each[:2])
    return best[2] if best[0] else None


def first_word(table: Mapping[K, str], text: str) -> str:
    """The text's own word for what `first_named` finds; empty when there is none."""
    hits = [hit for words in table.values() if (hit := _compile(words).search(text))]
    return min(hits, key=lambda hit: hit.start()).group() if hits else ""
