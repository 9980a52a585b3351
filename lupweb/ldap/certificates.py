"""Why a safe connection was refused, in words.

libldap refuses a bad certificate, but with GnuTLS it does not say why. So after a refusal, and
only then, the same handshake is tried once more with Python's own TLS. It decides nothing.
"""

import socket
import ssl

from lupweb.texts import Text, _

LONGEST_LOOK_S = 2.0
# RFC 4511, section 4.14: the request as it stands on the wire, message id 1.
START_TLS = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037"
ANSWER_BYTES = 4096

NOT_ACCEPTED = _(
    "No safe connection: the server's certificate is not accepted. Check that it is valid today,"
    " is made for this host name and comes from the CA in the CA file."
)
EXPIRED = _(
    "No safe connection: the server's certificate is expired or not valid yet."
    " Renew it on the server."
)
WRONG_NAME = _(
    "No safe connection: the server's certificate is made for another host name."
    " Enter the name that stands in the certificate."
)
SELF_SIGNED = _(
    "No safe connection: the server's certificate is self-signed. Enter this certificate as the"
    " CA file, or use one of a CA."
)
UNKNOWN_ISSUER = _(
    "No safe connection: the server's certificate comes from a CA that is not known here."
    " Enter the certificate of that CA as the CA file."
)
OLD_TLS = _(
    "No safe connection: the server does not speak TLS 1.2 or later at this port."
    " Check the port, or allow TLS 1.2 on the server."
)
# Verification results of OpenSSL, x509_vfy.h.
SENTENCES = {
    2: UNKNOWN_ISSUER,
    9: EXPIRED,
    10: EXPIRED,
    18: SELF_SIGNED,
    19: UNKNOWN_ISSUER,
    20: UNKNOWN_ISSUER,
    21: UNKNOWN_ISSUER,
    62: WRONG_NAME,
    64: WRONG_NAME,
}


def why_refused(
    host: str, port: int, *, ca_file: str, starts_tls: bool, limit_s: float
) -> Text | None:
    """Return what is wrong with the server's TLS, or None if it is not reachable at all.

    :param starts_tls: whether TLS is asked for by StartTLS, not spoken from the first byte
    """
    try:
        with socket.create_connection((host, port), min(limit_s, LONGEST_LOOK_S)) as plain:
            if starts_tls:
                plain.sendall(START_TLS)
                plain.recv(ANSWER_BYTES)
            with _context(ca_file).wrap_socket(plain, server_hostname=host):
                return NOT_ACCEPTED  # libldap is stricter, and it is libldap that decides
    except ssl.SSLCertVerificationError as error:
        return SENTENCES.get(error.verify_code, NOT_ACCEPTED)
    except (ssl.SSLError, ConnectionResetError):
        return OLD_TLS
    except OSError:
        return None


def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
