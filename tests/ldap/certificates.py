"""Certificates for a directory server of the tests."""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lupweb import clock

DAY = timedelta(days=1)


class Authority:
    """A CA of its own, which makes server certificates in `folder`."""

    def __init__(self, folder: Path, name: str = "test CA") -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(_pem(self._certificate(self._name, self._key, is_ca=True)))

    def issue(
        self, *, address: str = "127.0.0.1", is_expired: bool = False, is_self_signed: bool = False
    ) -> str:
        """Make a certificate for `address`; return the lines of slapd.conf that use it."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = Authority(self._folder, "server") if is_self_signed else self
        signing = key if is_self_signed else issuer._key
        certificate = issuer._certificate(
            "server", key, signing=signing, address=address, is_expired=is_expired
        )
        (self._folder / "server.crt").write_bytes(_pem(certificate))
        (self._folder / "server.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        return "\n".join(
            (
                f"TLSCertificateFile {self._folder}/server.crt",
                f"TLSCertificateKeyFile {self._folder}/server.key",
            )
        )

    def _certificate(
        self,
        subject: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        signing: ec.EllipticCurvePrivateKey | None = None,
        address: str = "",
        is_expired: bool = False,
        is_ca: bool = False,
    ) -> x509.Certificate:
        ends = clock.now() + (-DAY if is_expired else DAY)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(self._name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(ends - 3 * DAY)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(signing or self._key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
