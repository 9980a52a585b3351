"""Names of invented people: given and family names of many cultures, in their own scripts too.

A name is a pair: as it is written, and in Latin letters (which is what logins are made of).
Longer lists come from putting parts together, so that a large company has thousands of families.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

from lupweb.demo import name_parts as parts


class Name(NamedTuple):
    """A name as it is written, and in Latin letters."""

    written: str
    latin: str


@dataclass(frozen=True, kw_only=True)
class Culture:
    """Where names come from.

    :param share: how often, compared with the others
    :param families: each as a woman and as a man bears it; the common ones first
    :param native_share: how many of its people write themselves in its own script, 0 to 1
    """

    share: int
    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families: tuple[tuple[Name, Name], ...]
    family_first: bool = False
    native_share: float = 1.0


UNFOLDED = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "ł": "l",
        "ı": "i", "đ": "d", "ð": "d", "þ": "th", "’": "", "'": "", " ": "", "-": "", "ʿ": "",
    }
)  # fmt: skip


def login_part(latin: str) -> str:
    """Return `latin` in lower-case ASCII letters, as logins have it."""
    spelled = unicodedata.normalize("NFC", latin).lower().translate(UNFOLDED)
    plain = unicodedata.normalize("NFKD", spelled)
    return "".join(letter for letter in plain if "a" <= letter <= "z")


def _names(text: str) -> tuple[Name, ...]:
    """Read `Anna Мария=Maria`; an underscore stands for a blank."""
    read = (word.replace("_", " ").partition("=") for word in text.split())
    return tuple(Name(written, latin or written) for written, _, latin in read)


def _same(names: Iterable[Name]) -> tuple[tuple[Name, Name], ...]:
    return tuple((name, name) for name in names)


def _joined(starts: str, ends: str) -> Iterator[Name]:
    for end, start in product(_names(ends), _names(starts)):
        yield Name(start.written + end.written, start.latin + end.latin)


def _double(firsts: str, seconds: str) -> Iterator[Name]:
    for shift, first in product(range(len(seconds.split())), enumerate(firsts.split())):
        second = seconds.split()[(first[0] * 7 + shift) % len(seconds.split())]
        yield Name(f"{first[1]} {second}", f"{first[1]} {second}")


def _gendered(starts: str, ends: str) -> Iterator[tuple[Name, Name]]:
    """Read endings as `woman/man`."""
    for end, start in product(ends.split(), _names(starts)):
        woman, man = (_names(form)[0] for form in end.split("/"))
        yield (
            Name(start.written + woman.written, start.latin + woman.latin),
            Name(start.written + man.written, start.latin + man.latin),
        )


@cache
def cultures() -> tuple[Culture, ...]:
    """Return every culture; the order is part of what a seed means."""
    return (*_western(), *_eastern(), *_own_scripts())


def _western() -> Iterator[Culture]:
    yield Culture(
        share=26,
        women=_names("""Anna Katharina Jördis Greta Heike Ulrike Sabine Mareike Jule Käthe Antje
            Friederike Lea Johanna Svenja Annika Wiebke Birgit Frauke Rosemarie"""),
        men=_names("""Jonas Henrik Jörg Günther Matthias Caspar Till Björn Sören Wolfgang Karl-Heinz
            Lukas Hauke Fiete Uwe Jürgen Malte Philipp Hans-Peter Torben"""),
        families=_same([*_names(parts.GERMAN_COMMON), *_joined(parts.GERMAN, parts.GERMAN_ENDS)]),
    )
    yield Culture(
        share=13,
        women=_names("Fenna Sanne Lotte Anouk Femke Maaike Noor Roos Tess Wilhelmina Jildou Zoë"),
        men=_names("Ruben Daan Sjoerd Bram Joost Thijs Willem Maarten Jelle Floris Koen Gijs"),
        families=_same(
            [
                *_joined("de_ van_der_ van_den_ van_ ter_", parts.DUTCH_WORDS),
                *_joined(
                    "Hoek Dijk Veen Bos Wier Haan Pos Jel Wijn Tol Hiem Ter", "stra sma inga ema"
                ),
            ]
        ),
    )
    yield Culture(
        share=14,
        women=_names("""Ines Beatriz Conceição Inês Mafalda Joana Leonor Graça Catarina Sofia
            Margarida Luísa"""),
        men=_names("João Tiago António Gonçalo Rui Nuno Duarte Vasco Afonso Luís Simão Zé"),
        families=_same([*_names(parts.PORTUGUESE), *_double(parts.PORTUGUESE, parts.PORTUGUESE)]),
    )
    yield Culture(
        share=5,
        women=_names("Lucía Begoña Carmen Núria Itziar Ángela Montserrat Rocío Pilar Xiomara"),
        men=_names("José Íñigo Álvaro Andrés Joaquín Xavier Ramón Unai Sebastián Martín"),
        families=_same(_double(parts.SPANISH, parts.SPANISH)),
    )
    yield Culture(
        share=6,
        women=_names("Agnieszka Małgorzata Zofia Świętosława Katarzyna Łucja Jadwiga Żaneta Ewa"),
        men=_names("Tomasz Paweł Łukasz Michał Grzegorz Stanisław Wojciech Jędrzej Zbigniew"),
        families=tuple(_gendered(parts.POLISH, "ska/ski cka/cki wicz/wicz czyk/czyk owa/ow")),
    )
    yield Culture(
        share=7,
        women=_names("Sofie Ingrid Åsa Märta Astrid Freja Linnéa Maja Sigrid Signe Bjørg Øyvor"),
        men=_names("Oskar Søren Åke Göran Lars Øystein Mikkel Bjørn Rasmus Aksel Jökull Nils"),
        families=_same(
            [
                *_joined(parts.DANISH, "sen"),
                *_joined(parts.NORDIC, "gren qvist berg ström lund dal ås by rud"),
            ]
        ),
    )
    yield Culture(
        share=7,
        women=_names("Clara Siobhán Niamh Emily Aoife Charlotte Róisín Mireille Zoé Hélène Noémie"),
        men=_names("Samuel Daniel Seán Liam Oliver Padraig Étienne Loïc François Rhys Hervé"),
        families=_same(
            [
                *_joined("O'", "Neil Brien Connor Sullivan Shea Malley Hara Dwyer"),
                *_names("""D'Arcy L'Écuyer Lefèvre Béranger Châtelain Dupré Côté Lévêque MacDonald
                    Fitzgerald McGrath St._Clair Ferrand Castell"""),
                *_joined(parts.ENGLISH, "field ton ley wood worth ham brook son er"),
            ]
        ),
    )
    yield Culture(
        share=3,
        women=_names("Giulia Chiara Niccolò-Maria Federica Lucrezia Noemi Ginevra"),
        men=_names("Matteo Niccolò Luca Dario Gioele Alessandro Raffaele"),
        families=_same(
            [
                *_joined("De_ Di_ D'", "Luca Marco Angelo Santis Amico Rossi"),
                *_joined(
                    "Bian Ross Fior Mor Gall Bell Cor Mar Fer Lomb", "chi etti ini ardi elli oni"
                ),
            ]
        ),
    )


def _eastern() -> Iterator[Culture]:
    yield Culture(
        share=6,
        women=_names("Işıl Ayşe Gülşen Çiğdem Şebnem Yıldız İpek Özlem Dilan Nadia Leila"),
        men=_names("Çağrı Işık Oğuz Şükrü Ümit İbrahim Emre Yiğit Kıvanç Cem"),
        families=_same(
            [*_names(parts.TURKISH), *_joined(parts.TURKISH, "oğlu türk soy can kan demir")]
        ),
    )
    yield Culture(
        share=3,
        women=_names("Thị_Lan Thị_Hồng Ngọc_Ánh Thu_Hương Bích_Phượng Mỹ_Duyên"),
        men=_names("Văn_Đức Minh_Tuấn Quốc_Bảo Hữu_Nghĩa Đình_Phúc Thành_Đạt"),
        families=_same(_names(parts.VIETNAMESE)),
        family_first=True,
    )
    yield Culture(
        share=3,
        women=_names("Adaeze Folasade Ngozi Yetunde Ọmọlará Chiamaka Amara"),
        men=_names("Oluwaseun Chukwuemeka Babatunde Ikenna Ọlá Kwame Tunde"),
        families=_same(_joined(parts.YORUBA, "yemi kunle lola dele femi mba nkwo eme biyi")),
    )


def _own_scripts() -> Iterator[Culture]:
    yield Culture(
        share=3,
        women=_names("ليلى=Leila فاطمة=Fatima مريم=Maryam سلمى=Salma نور=Nour هدى=Huda"),
        men=_names("محمد=Mohammed يوسف=Youssef خالد=Khalid عمر=Omar طارق=Tariq سامي=Sami"),
        families=_same(_names(parts.ARABIC)),
        native_share=0.4,
    )
    yield Culture(
        share=1,
        women=_names("רות=Ruth נועה=Noa שירה=Shira תמר=Tamar יעל=Yael"),
        men=_names("דוד=David אורי=Uri יונתן=Yonatan איתן=Eitan נדב=Nadav"),
        families=_same(_names(parts.HEBREW)),
        native_share=0.5,
    )
    yield Culture(
        share=2,
        women=_names("Ελένη=Eleni Μαρία=Maria Ιωάννα=Ioanna Δέσποινα=Despina Φωτεινή=Fotini"),
        men=_names(
            "Γιώργος=Giorgos Νίκος=Nikos Ευάγγελος=Evangelos Θανάσης=Thanasis Πέτρος=Petros"
        ),
        families=tuple(
            _gendered(parts.GREEK, "οπούλου=opoulou/όπουλος=opoulos ίδου=idou/ίδης=idis")
        ),
        native_share=0.5,
    )
    yield Culture(
        share=4,
        women=_names(
            "Надежда=Nadezhda Ольга=Olga Ксения=Ksenia Юлия=Yulia Оксана=Oksana Дарья=Daria"
        ),
        men=_names("Андрей=Andrei Дмитрий=Dmitri Сергей=Sergei Тарас=Taras Юрий=Yuri Илья=Ilya"),
        families=tuple(
            _gendered(parts.CYRILLIC, "ова=ova/ов=ov енко=enko/енко=enko ина=ina/ин=in")
        ),
        native_share=0.4,
    )
    yield Culture(
        share=2,
        women=_names("秀英=Xiuying 丽=Li 静=Jing 芳=Fang 雪=Xue 慧敏=Huimin"),
        men=_names("伟=Wei 强=Qiang 磊=Lei 建国=Jianguo 明=Ming 志强=Zhiqiang"),
        families=_same(_names(parts.CHINESE)),
        family_first=True,
        native_share=0.4,
    )
    yield Culture(
        share=2,
        women=_names("由紀=Yuki 美咲=Misaki 陽子=Yoko 花子=Hanako さくら=Sakura"),
        men=_names("太郎=Taro 健=Ken 大輔=Daisuke 翔=Sho 一郎=Ichiro"),
        families=_same(_joined(parts.KANJI, parts.KANJI_ENDS)),
        family_first=True,
        native_share=0.4,
    )
    yield Culture(
        share=1,
        women=_names("지우=Jiwoo 서연=Seoyeon 민서=Minseo 하은=Haeun"),
        men=_names("민준=Minjun 서준=Seojun 지훈=Jihoon 현우=Hyunwoo"),
        families=_same(_names(parts.KOREAN)),
        family_first=True,
        native_share=0.4,
    )
    yield Culture(
        share=4,
        women=_names("प्रिया=Priya अनन्या=Ananya लक्ष्मी=Lakshmi मीरा=Meera सुनीता=Sunita"),
        men=_names("अर्जुन=Arjun राहुल=Rahul विक्रम=Vikram संजय=Sanjay कृष्ण=Krishna"),
        families=_same(_names(parts.HINDI)),
        native_share=0.3,
    )
