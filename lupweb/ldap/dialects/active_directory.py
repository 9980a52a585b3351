"""Active Directory, of Microsoft or of Samba. Computers are users there, so the filter says person.

Source: [MS-ADSC] and [MS-ADA3]; a page holds 1,000 entries at most (MaxPageSize).
"""

from lupweb.ldap.dialects.dialect import Dialect

ACTIVE_DIRECTORY = Dialect(
    user_filter="(&(objectCategory=person)(objectClass=user))",
    group_filter="(objectClass=group)",
    login_attribute="sAMAccountName",
    name_attribute="displayName",
    email_attribute="mail",
    picture_attribute="thumbnailPhoto",
    member_attribute="member",
    page_size=1_000,
)
