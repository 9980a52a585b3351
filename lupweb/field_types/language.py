"""A language, shown in the reader's own."""

from collections.abc import Mapping

from lupweb.field_types.iso import CodeType, codes_of, language_code, languages
from lupweb.texts import _


class LanguageType(CodeType):
    """A language; stored and written to LDAP by its ISO 639-1 code: `de`."""

    key = "language"
    label = _("Language")
    explanation = _("A language of the ISO list, shown in the reader's own.")
    examples = ("pt", "German")

    def names(self, spoken: str) -> Mapping[str, str]:
        """Return the names of all languages."""
        return languages(spoken)

    def codes(self) -> Mapping[str, str]:
        """Return the codes of their names."""
        return codes_of(languages)

    def code(self, text: str) -> str:
        """Return the code for `DE`, `deu`, `de-AT` and what preferredLanguage holds."""
        return language_code(text)
