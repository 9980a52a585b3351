"""What invented people do: departments, titles, places, skills, numbers, and the groups they form.

Telephone numbers come from ranges that are kept free for films and examples (Bundesnetzagentur:
"Drama-Nummern"; PTS in Sweden), so nobody can be called by mistake.
"""

from itertools import chain
from typing import NamedTuple


class Department(NamedTuple):
    """A part of the company; `share` of 1,000 people work there."""

    name: str
    share: int
    head: str
    teams: tuple[str, ...]
    jobs: tuple[str, ...]
    skills: tuple[str, ...]


class Place(NamedTuple):
    """An office; `share` of 100 people work there."""

    name: str
    share: int
    street: str
    postal_code: str
    language: str


class Circle(NamedTuple):
    """A group that people from anywhere belong to; `share` of 1,000 do."""

    key: str
    name: str
    share: int
    description: str


def _list(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(";"))


DEPARTMENTS = (
    Department(
        "Engineering",
        325,
        "Head of Engineering",
        _list("Firmware; Cloud; Design; Acoustics; Test; Mechanics; Data"),
        _list("""Firmware Engineer; Cloud Engineer; Test Engineer; Product Designer;
            Acoustics Engineer; Mechanical Engineer; Data Engineer; Site Reliability Engineer;
            Technical Writer"""),
        _list("""C and embedded; Zephyr; CAN bus; Test automation; Sonar; Code review; Kubernetes;
            Python; PostgreSQL; CAD; Signal processing; Rust; Accessibility"""),
    ),
    Department(
        "Sales",
        175,
        "Head of Sales",
        _list("Shipping; Fisheries; Research vessels; Harbours (EMEA); Tenders"),
        _list(
            "Key Account Manager; Sales Engineer; Sales Assistant; Tender Manager; Channel Manager"
        ),
        _list("Negotiation; Tenders; CRM; Trade fairs; Contract law; Presentation"),
    ),
    Department(
        "Production",
        165,
        "Head of Production",
        _list("Assembly; Calibration; Moulding; Planning; Maintenance"),
        _list("Assembly Technician; Calibration Technician; Shift Planner; Toolmaker; Electrician"),
        _list("Soldering; Calibration; Lean; Forklift licence; Moulding; 5S; Crane licence"),
    ),
    Department(
        "Customer Service",
        95,
        "Head of Customer Service",
        _list("Service Desk; Field Service; Spare Parts; Training"),
        _list("Service Engineer; Support Agent; Trainer; Spare Parts Clerk"),
        _list("Troubleshooting; Diving licence; Marine radio; Training; Documentation"),
    ),
    Department(
        "Finance",
        72,
        "Head of Finance",
        _list("Controlling; Accounting; Treasury; Tax"),
        _list("Controller; Accountant; Treasury Analyst; Tax Specialist"),
        _list("SAP FI; Controlling; Tax; Audit; Forecasting"),
    ),
    Department(
        "People",
        48,
        "Head of People",
        _list("Talent; Payroll; Learning"),
        _list("HR Business Partner; Talent Partner; Payroll Specialist; Learning Designer"),
        _list("Coaching; Labour law; Payroll; Mediation; Recruiting"),
    ),
    Department(
        "IT",
        45,
        "Head of IT",
        _list("Identity; Service Desk; Networks; Workplace"),
        _list("Identity Engineer; System Administrator; Network Engineer; Service Desk Agent"),
        _list("LDAP; Linux; Networks; Kubernetes; Security; PowerShell"),
    ),
    Department(
        "Quality",
        30,
        "Head of Quality",
        _list("Audits; Measurement"),
        _list("Quality Engineer; Lead Auditor; Metrologist"),
        _list("Lead auditor; ISO 9001; Metrology; Statistics"),
    ),
    Department(
        "Logistics",
        25,
        "Head of Logistics",
        _list("Warehouse; Customs; Freight"),
        _list("Warehouse Clerk; Customs Specialist; Freight Planner"),
        _list("Customs; Forklift licence; Incoterms; Dangerous goods"),
    ),
    Department(
        "Marketing",
        13,
        "Head of Marketing",
        _list("Brand; Events"),
        _list("Content Editor; Event Manager; Photographer"),
        _list("Copywriting; Photography; Trade fairs; Illustration"),
    ),
    Department(
        "Management",
        7,
        "Managing Director",
        _list("Office; Legal"),
        _list("Executive Assistant; Legal Counsel; Strategy Analyst"),
        _list("Contract law; Board papers; Strategy; Negotiation"),
    ),
)

PLACES = (
    Place("Hamburg", 54, "Kehrwieder 9", "20457", "de"),
    Place("Rotterdam", 23, "Boompjes 40", "3011", "nl"),
    Place("Porto", 17, "Rua do Farol 12", "4150", "pt"),
    Place("Remote", 6, "", "", "en"),
)

LEADERS = (
    "Team Lead",
    "Manager",
    "Senior Manager",
    "Director",
    "Senior Director",
    "Vice President",
)
RANKS = ("", "", "", "Senior ", "Senior ", "Junior ", "Principal ")
HOURS = ("Mon to Thu, 9:00 to 17:30", "Mon to Fri, 8:00 to 16:30", "Mornings", "Early shift", "")
MONTHS = _list("""January; February; March; April; May; June; July; August; September; October;
    November; December""")

ABOUT = (
    "",
    "",
    "",
    "Happy to show visitors the test tank.",
    "Sails on weekends, answers on weekdays.",
    "Ask me about calibration, sourdough and night trains.",
    "New here, still finding the coffee machine.",
    "Keeps the sounders listening.",
    "I like clear questions & short meetings.",
    "Part-time on Fridays.\nIn a hurry? Call my deputy.",
    "Rudert, singt im Chor und übersetzt Pflichtenhefte ins Deutsche.",
    "Gosto de mapas, marés e testes automáticos.",
    "Vraag me gerust naar kabels, klokken en kalibratie.",
    "Translates <b>engineer</b> into {{ human }} 🙂",
)

CIRCLES = (
    Circle("sales-emea", "Sales, EMEA", 40, "A comma in the name"),
    Circle("r-and-d", "R+D", 60, "A plus in the name"),
    Circle("reading", 'Reading "club"', 16, "Quotes in the name"),
    Circle("general", "#general", 80, "Begins with a number sign"),
    Circle("cpp", "C++ guild", 30, "Code reviews on Thursdays"),
    Circle("council", "Works council; Hamburg", 12, "A semicolon in the name"),
    Circle("backslash", "Back\\slash club", 8, "A backslash in the name"),
    Circle("help", "Q=A <helpers>", 20, "Equals sign and angle brackets"),
    Circle("sao-joao", "Équipe São João", 24, "Plans the summer party"),
    Circle("japanese", "日本語 study group", 8, "Tuesdays at noon"),
    Circle("reading-ar", "نادي القراءة", 6, "Written from right to left"),
    Circle("on-call", "On call (24/7) *", 20, "Parentheses and an asterisk"),
)
PROJECTS = _list("""Anchor; Beacon; Compass; Drift; Ebb & flow; Fathom; Gull; Halyard; Isobar;
    Jetty; Keel; Lighthouse; Moor; Neap, tide; Ostsee; Plimsoll; Quay; Reef/2; Sounder S4; Tide""")

SWITCHBOARD = "+49 40 66969"
FIRST_DAYS = (2004, 2025)


def mobile_numbers() -> tuple[str, ...]:
    """Return all numbers that an invented mobile phone may have."""
    swedish = (f"+46 70 174 06 {last:02}" for last in range(5, 100))
    telekom = (f"+49 171 39200{last:02}" for last in range(100))
    telefonica = (f"+49 176 040690{last:02}" for last in range(100))
    single = _list("""+49 152 28817386; +49 152 28895456; +49 152 54599371; +49 172 9925904;
        +49 172 9968532; +49 172 9973185; +49 172 9973186; +49 172 9980752; +49 174 9091317;
        +49 174 9464308""")
    return tuple(chain(*zip(telekom, telefonica, strict=True), swedish, single))


def home_numbers() -> tuple[str, ...]:
    """Return the numbers that may be rung in an emergency."""
    ranges = ("+49 30 23125", "+49 89 99998", "+49 221 4710", "+49 69 90009")
    return tuple(f"{start} {last:03}" for last in range(1000) for start in ranges)
