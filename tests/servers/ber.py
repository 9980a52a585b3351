"""The few elements of BER that an LDAP message is made of (RFC 4511, section 5.1)."""

SEQUENCE, INTEGER, OCTET_STRING = 0x30, 0x02, 0x04
BIND, SEARCH, EXTENDED = 0x60, 0x63, 0x77
EXTENDED_ANSWER = 0x78
LONG_FORM = 0x80
START_TLS = b"1.3.6.1.4.1.1466.20037"


def element(tag: int, *parts: bytes) -> bytes:
    """Return the element with this tag and contents."""
    content = b"".join(parts)
    return head(tag, len(content)) + content


def head(tag: int, size: int) -> bytes:
    """Return the tag and the length of an element with so many bytes of contents."""
    if size < LONG_FORM:
        return bytes([tag, size])
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, LONG_FORM | len(length)]) + length


def text(value: bytes) -> bytes:
    """Return an OCTET STRING."""
    return element(OCTET_STRING, value)


def message(number: int, operation: bytes) -> bytes:
    """Return a whole LDAP message."""
    return element(
        SEQUENCE, element(INTEGER, number.to_bytes(number.bit_length() // 8 + 1)), operation
    )


def taken(encoded: bytes) -> tuple[int, bytes, bytes]:
    """Take one element off: its tag, its contents, and what follows it.

    :raises IndexError: if nothing is there
    """
    start, length = 2, encoded[1]
    if length & LONG_FORM:
        start += length - LONG_FORM
        length = int.from_bytes(encoded[2:start])
    return encoded[0], encoded[start : start + length], encoded[start + length :]


def parts(content: bytes) -> tuple[int, int, bytes]:
    """Return message id, operation, and the operation's contents, of the contents of a message."""
    _tag, number, rest = taken(content)
    operation, body, _controls = taken(rest)
    return int.from_bytes(number), operation, body
