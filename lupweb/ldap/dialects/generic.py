"""Any other server: what the standard schemas have in common (RFC 4519 and RFC 2798)."""

from lupweb.ldap.dialects.dialect import Dialect

GENERIC = Dialect(
    user_filter="(objectClass=inetOrgPerson)",
    group_filter="(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))",
    login_attribute="uid",
    name_attribute="displayName",
    email_attribute="mail",
    picture_attribute="jpegPhoto",
    member_attribute="member",
    page_size=500,
)
