"""People who are always there: the cast of the guide, and people with awkward entries."""

from datetime import date
from typing import Any, NamedTuple

GHOST = "gone.away"
"""The login of a manager whom somebody names although there is no such entry."""


class Role(NamedTuple):
    """A person with a name and a place in the tree. `changes` are fields of `Person`."""

    uid: str
    given_name: str
    family_name: str
    title: str
    department: str
    team: str
    location: str
    manager: str | None
    is_woman: bool
    changes: dict[str, Any]


def _extension(number: int, **changes: Any) -> dict[str, Any]:
    return {"phone": f"+49 40 66969 {number}", **changes}


INES = {
    "mobile": "+49 152 28817386",
    "room": "3.14",
    "about": "Keeps the sounders listening. Happy to review C, to explain interrupts, and to show"
    " visitors the test tank.",
    "skills": ("C and embedded", "Zephyr", "CAN bus", "Test automation", "Sonar", "Code review"),
    "first_aid": "Yes, until June 2027",
    "hours": "Mon to Thu, 9:00 to 17:30",
    "language": "pt",
    "start": date(2018, 3, 1),
}

# fmt: off
CAST = (
    Role("annika.brandt", "Annika", "Brandt", "Managing Director", "Management", "", "Hamburg",
         None, True, _extension(100)),
    Role("jonas.wieland", "Jonas", "Wieland", "Head of Engineering", "Engineering", "", "Hamburg",
         "annika.brandt", False, _extension(200)),
    Role("mireille.okafor", "Mireille", "Okafor", "Head of People", "People", "", "Hamburg",
         "annika.brandt", True, _extension(300)),
    Role("tomasz.lindqvist", "Tomasz", "Lindqvist", "Head of Sales", "Sales", "", "Rotterdam",
         "annika.brandt", False, _extension(400)),
    Role("priya.raman", "Priya", "Raman", "Head of IT", "IT", "", "Hamburg",
         "annika.brandt", True, _extension(500)),
    Role("henrik.aldenhoff", "Henrik", "Aldenhoff", "Head of Finance", "Finance", "", "Hamburg",
         "annika.brandt", False, _extension(600)),
    Role("leila.haddadi", "Leila", "Haddadi", "Team Lead, Firmware", "Engineering", "Firmware",
         "Porto", "jonas.wieland", True, _extension(210)),
    Role("caspar.vogt", "Caspar", "Vogt", "Team Lead, Cloud", "Engineering", "Cloud", "Hamburg",
         "jonas.wieland", False, _extension(220)),
    Role("ines.moreira", "Ines", "Moreira", "Senior Firmware Engineer", "Engineering", "Firmware",
         "Porto", "leila.haddadi", True, _extension(214, **INES)),
    Role("daniel.oyelaran", "Daniel", "Oyelaran", "Firmware Engineer", "Engineering", "Firmware",
         "Porto", "leila.haddadi", False, _extension(215)),
    Role("sofie.castell", "Sofie", "Castell", "Cloud Engineer", "Engineering", "Cloud", "Hamburg",
         "caspar.vogt", True, _extension(221)),
    Role("ruben.achterberg", "Ruben", "Achterberg", "Site Reliability Engineer", "Engineering",
         "Cloud", "Rotterdam", "caspar.vogt", False, _extension(222)),
    Role("yuki.tanabe", "Yuki", "Tanabe", "Product Designer", "Engineering", "Design", "Hamburg",
         "jonas.wieland", True, _extension(230)),
    Role("greta.hollmann", "Greta", "Hollmann", "HR Business Partner", "People", "Talent",
         "Hamburg", "mireille.okafor", True, _extension(310)),
    Role("samuel.ekwueme", "Samuel", "Ekwueme", "Talent Partner", "People", "Talent", "Remote",
         "mireille.okafor", False, _extension(311)),
    Role("clara.weissbach", "Clara", "Weissbach", "Key Account Manager", "Sales", "Harbours (EMEA)",
         "Hamburg", "tomasz.lindqvist", True, _extension(410)),
    Role("matteo.ferrand", "Matteo", "Ferrand", "Sales Engineer", "Sales", "Shipping", "Rotterdam",
         "tomasz.lindqvist", False, _extension(411)),
    Role("nadia.karimova", "Nadia", "Karimova", "Identity Engineer", "IT", "Identity", "Hamburg",
         "priya.raman", True, _extension(510)),
    Role("oskar.lindgren", "Oskar", "Lindgren", "Service Desk Lead", "IT", "Service Desk",
         "Hamburg", "priya.raman", False, _extension(511)),
    Role("fenna.devries", "Fenna", "de Vries", "Controller", "Finance", "Controlling", "Rotterdam",
         "henrik.aldenhoff", True, _extension(610)),
)

LONG_TITLE = (
    "Senior Programme Manager for the Introduction of Harmonised Calibration Procedures across all"
    " Measuring Stations, Test Tanks and Research Vessels of the Northern and Southern Regions"
)

ODDITIES = (
    # The RDN is the common name, with each character that a DN must escape.
    Role("johannes.winterfeld", "Johannes", "Winterfeld", "Sales Engineer", "Sales", "Shipping",
         "Hamburg", "tomasz.lindqvist", False,
         {"display_name": "Winterfeld, Johannes (Dr.)", "rdn": ("cn",)}),
    Role("pat+oneil", "Patrick", "O'Neil", "Key Account Manager", "Sales", "Fisheries", "Hamburg",
         "tomasz.lindqvist", False, {"display_name": 'Patrick "Paddy" O\'Neil', "rdn": ("cn",)}),
    Role("mia.holmlund", "Mia", "Holm\\Lund", "Controller", "Finance", "Tax", "Hamburg",
         "henrik.aldenhoff", True, {"rdn": ("cn",)}),
    Role("duty", "Duty", "Desk", "Service Desk Agent", "IT", "Service Desk", "Hamburg",
         "oskar.lindgren", True, {"display_name": "#1 Duty Desk", "rdn": ("cn",)}),
    Role("zoe.zed", "Zoë", "Zed", "Identity Engineer", "IT", "Identity", "Remote",
         "priya.raman", True, {"display_name": "Zoë <Zed>; a=b + c", "rdn": ("cn",)}),
    Role("amy.kroker", "Amy", "Kroker", "Talent Partner", "People", "Talent", "Rotterdam",
         "mireille.okafor", True, {"rdn": ("cn", "uid")}),
    Role("joerg.weiss", "Jörg", "Weiß", "Accountant", "Finance", "Accounting", "Hamburg",
         "henrik.aldenhoff", False, {}),
    Role("isil.yildiz", "Işıl", "Yıldız", "Cloud Engineer", "Engineering", "Cloud", "Hamburg",
         "caspar.vogt", True, {}),
    Role("mohammed.alhaddad", "محمد", "الحدّاد", "Firmware Engineer", "Engineering", "Firmware",
         "Porto", "leila.haddadi", False, {}),
    Role("ruth.benami", "רות", "בן־עמי", "Product Designer", "Engineering", "Design", "Remote",
         "jonas.wieland", True, {}),
    Role("olaf", "Olaf", "Berg", "Network Engineer", "IT", "Networks", "Hamburg",
         "priya.raman", False, {"display_name": "Olaf (Ops) *"}),
    # The edges of the tree.
    Role("edda.ombud", "Edda", "Ombud", "Ombudsperson", "Management", "Legal", "Hamburg",
         None, True, {}),
    Role("werner.waise", "Werner", "Waise", "Freight Planner", "Logistics", "Freight", "Hamburg",
         GHOST, False, {}),
    # What is missing, too long, or there twice.
    Role("maxima.lang", "Maxima", "Lang", LONG_TITLE, "Quality", "Measurement", "Hamburg",
         "annika.brandt", True, {}),
    Role("nils.ohnemail", "Nils", "Ohnemail", "Toolmaker", "Production", "Moulding", "Hamburg",
         "annika.brandt", False, {"mail": None}),
    Role("stille.wasser", "Stille", "Wasser", "Calibration Technician", "Production",
         "Calibration", "Porto", "annika.brandt", True, {"phone": None, "mobile": None}),
    Role("anna.schmidt", "Anna", "Schmidt", "Accountant", "Finance", "Accounting", "Hamburg",
         "henrik.aldenhoff", True, {}),
    Role("anna.schmidt2", "Anna", "Schmidt", "Shift Planner", "Production", "Planning", "Rotterdam",
         "annika.brandt", True, {}),
)
# fmt: on
