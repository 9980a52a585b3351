"""The number of a page, as an address says it."""

MOST_DIGITS = 9


def page_number(text: str) -> int:
    """Return the page that `text` asks for; 1 if it is no number, or none above zero."""
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > MOST_DIGITS:
        return 10**MOST_DIGITS if digits.isascii() and digits.isdigit() else 1
    return max(int(digits), 1)
