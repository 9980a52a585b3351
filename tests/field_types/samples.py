"""Values for tests that run over every type: its own examples, and hostile ones."""

from collections.abc import Iterator

from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.base import FieldType, PersonLink

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    "'-alert(1)-'",
    '";alert(1);//',
    "</textarea><svg/onload=alert(1)>",
    "</title><svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x",
    "<details open ontoggle=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<!--><img src=x onerror=alert(1)-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "{% raw %}",
    "%(name)s {0}",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "https://example.com javascript:alert(1)",
    "data:text/html,<b>",
    "vbscript:x",
    "//evil.example",
    "https://bank.example@evil.example/",
    'https://a.example/"onmouseover="alert(1)',
    "mailto:a@b.example?bcc=x&body=y",
    "a@b.example?bcc=x&body=y",
    "tel:+49;phone-context=<b>",
    "https://[broken",
    "custom:javascript:alert(1)",
    'xmpp:"onclick=alert(1)',
    "\u202egnp.exe",
    "<\u0000script>",
]
PERSON = PersonLink("<b>Ada</b>", "ada", "/people/ada")


def every_type(key: str) -> FieldType:
    """Return a type with the options of its examples."""
    kind = FIELD_TYPES[key]
    return kind(kind.example_options)


def stored_values(key: str) -> Iterator[str]:
    """Yield stored values that people, or a source, could have made."""
    kind = every_type(key)
    for example in kind.examples:
        yield kind.parse([example]) if kind.is_editable else example
