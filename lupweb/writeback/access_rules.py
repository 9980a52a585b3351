"""The right that lupweb lacks, as a text that a directory team can use as it is. Pure."""

from lupweb.ldap.server import ServerTraits


def access_rule(traits: ServerTraits, account: str, base_dn: str, attribute: str) -> str:
    """Return what gives an account the right to write one attribute below an entry.

    For OpenLDAP a line of its configuration, for Active Directory a command of its tools, for 389
    the value of an `aci`. Whoever uses it reads it first: it is made, and not tried.

    :param account: DN of the account that lupweb signs in with
    :param base_dn: people are below this entry
    """
    if traits.is_active_directory:
        return f'dsacls "{_quoted(base_dn)}" /I:S /G "{_quoted(account)}:RPWP;{attribute};user"'
    if "389" in traits.vendor:
        return (
            f'aci: (targetattr = "{attribute}")(version 3.0; acl "lupweb {attribute}";'
            f' allow (read, search, compare, write) userdn = "ldap:///{_quoted(account)}";)'
        )
    return (
        f'olcAccess: to dn.subtree="{_quoted(base_dn)}" attrs={attribute}\n'
        f'  by dn.exact="{_quoted(account)}" write\n'
        "  by * break"
    )


def _quoted(dn: str) -> str:
    return dn.replace("\\", "\\\\").replace('"', '\\"') if '"' in dn else dn
