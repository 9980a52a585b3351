"""OpenLDAP with its usual schema, inetOrgPerson (RFC 2798)."""

from lupweb.ldap.dialects.dialect import Dialect

OPENLDAP = Dialect(
    user_filter="(objectClass=inetOrgPerson)",
    group_filter="(objectClass=groupOfNames)",
    login_attribute="uid",
    name_attribute="displayName",
    email_attribute="mail",
    picture_attribute="jpegPhoto",
    member_attribute="member",
    page_size=1_000,
)
