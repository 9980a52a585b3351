"""Attributes of directories that are never read as values of people. Pure."""

# writeback.md section 14; policies and groups read some of them through their own code.
NEVER_READ = frozenset(
    {
        "userpassword", "unicodepwd", "dbcspwd", "authpassword", "supplementalcredentials",
        "ntpwdhistory", "lmpwdhistory", "sambantpassword", "sambalmpassword", "krbprincipalkey",
        "sshpublickey", "pwdhistory", "uniquemember", "useraccountcontrol", "ms-mcs-admpwd",
        "mslaps-password", "mslaps-encryptedpassword", "msds-managedpassword", "ipanthash",
        "userpkcs12", "msfve-recoverypassword", "mssfu30password",
    }
)  # fmt: skip
NEVER_READ_BEGINNINGS = ("member",)
# The numbers of the same attributes (RFC 4519, RFC 2798, MS-ADA): a server takes either.
NEVER_READ_NUMBERS = frozenset(
    {
        "2.5.4.35", "2.5.4.31", "2.5.4.50", "1.3.6.1.4.1.4203.1.3.4", "1.2.840.113556.1.4.90",
        "1.2.840.113556.1.4.55", "1.2.840.113556.1.4.125", "1.2.840.113556.1.4.94",
        "1.2.840.113556.1.4.160", "1.3.6.1.4.1.7165.2.1.24", "1.3.6.1.4.1.7165.2.1.25",
        "2.16.840.1.113719.1.301.4.39.1", "1.3.6.1.4.1.24552.500.1.1.1.13",
        "1.3.6.1.4.1.42.2.27.8.1.20", "1.2.840.113556.1.2.102", "1.3.6.1.1.1.1.12",
        "1.2.840.113556.1.4.8",
    }
)  # fmt: skip


def is_never_read(attribute: str) -> bool:
    """Return whether an attribute must not become a field; case and options do not matter."""
    name = attribute.partition(";")[0].strip().casefold()
    if name[:1].isdigit():  # 2.5.4.035 is the same number
        name = ".".join(part.lstrip("0") or "0" for part in name.split("."))
    return (
        name in NEVER_READ or name in NEVER_READ_NUMBERS or name.startswith(NEVER_READ_BEGINNINGS)
    )
