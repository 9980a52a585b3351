"""What libldap cannot tell about a TLS handshake: that there is no end to it, and why it failed.

Built with GnuTLS, as on Debian, libldap 2.5 spins for ever when a server stays silent in the
handshake, whatever the time-outs, and gives no reason for a refused certificate. So the handshake
is tried with Python's own TLS, before and after. Nothing is sent through it and it accepts nothing:
libldap alone decides whom to trust.
"""

import socket
import ssl

from lupweb.texts import Text, _

# RFC 4511, section 4.14: the request as it stands on the wire, message id 1.
START_TLS = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037"
SUCCESS = b"\x0a\x01\x00"  # ENUMERATED 0
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


def await_handshake(host: str, port: int, *, starts_tls: bool, limit_s: float) -> None:
    """Return when the server has finished, or refused, a TLS handshake.

    :param starts_tls: whether TLS is asked for by StartTLS, not spoken from the first byte
    :raises TimeoutError: if it does not answer within `limit_s`
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # asks only whether somebody answers
    try:
        _shake_hands(context, host, port, starts_tls=starts_tls, limit_s=limit_s)
    except TimeoutError:
        raise
    except OSError:
        return  # libldap will meet the same, and has the words for it


def why_refused(
    host: str, port: int, *, ca_file: str, starts_tls: bool, limit_s: float
) -> Text | None:
    """Return what is wrong with the server's TLS, or None if it is not reachable at all."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        _shake_hands(context, host, port, starts_tls=starts_tls, limit_s=limit_s)
    except ssl.SSLCertVerificationError as error:
        return SENTENCES.get(error.verify_code, NOT_ACCEPTED)
    except (ssl.SSLError, ConnectionResetError):
        return OLD_TLS
    except OSError:
        return None
    return NOT_ACCEPTED  # libldap is stricter


def _shake_hands(
    context: ssl.SSLContext, host: str, port: int, *, starts_tls: bool, limit_s: float
) -> None:
    with socket.create_connection((host, port), limit_s) as plain:
        if starts_tls:
            plain.sendall(START_TLS)
            if SUCCESS not in plain.recv(ANSWER_BYTES):
                return
        with context.wrap_socket(plain, server_hostname=host):
            return
