"""A country, shown in the reader's language."""

from collections.abc import Mapping

from lupweb.field_types.iso import CodeType, codes_of, countries, country_code
from lupweb.texts import _


class CountryType(CodeType):
    """A country; stored and written to LDAP by its ISO 3166-1 code: `DE`."""

    key = "country"
    label = _("Country")
    explanation = _("A country of the ISO list, shown in the reader's language.")
    examples = ("PT", "Portugal")

    def names(self, spoken: str) -> Mapping[str, str]:
        """Return the names of all countries."""
        return countries(spoken)

    def codes(self) -> Mapping[str, str]:
        """Return the codes of their names."""
        return codes_of(countries)

    def code(self, text: str) -> str:
        """Return the code for `de`, `DE` and `DEU`."""
        return country_code(text)
