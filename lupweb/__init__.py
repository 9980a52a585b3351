"""lupweb: a company people directory, filled from LDAP."""

__version__ = "0.1.0"
