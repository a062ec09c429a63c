"""Roles: who somebody is when acting in a post. Pure."""

ROLES: dict[str, str] = {
    "office_staff": "督查室工作人员",
    "office_head": "督查室负责人",
    "section_staff": "交办科室工作人员",
    "liaison": "单位联络员",
    "handler": "单位承办人",
    "unit_head": "单位主要负责人",
    "unit_deputy": "单位分管负责人",
    "unit_office_head": "单位办公室主任",
    "deputy_leader": "分管领导",
    "chief_leader": "主要领导",
    "secretary_general": "秘书长",
    "discipline": "纪检监察",
    "personnel": "组织人事",
    "appraisal": "考核部门",
    "evaluator": "评议代表",
    "invited_inspector": "特邀监察员",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
}

OFFICE = frozenset({"office_staff", "office_head"})
STAFF = OFFICE | {"section_staff"}
LEADERS = frozenset({"deputy_leader", "chief_leader", "secretary_general"})
UNIT = frozenset({"liaison", "handler", "unit_head", "unit_deputy", "unit_office_head"})
# Who says inside the unit which of its people handles a part (CZ-5.1a).
UNIT_MANAGERS = frozenset({"unit_head", "unit_office_head"})
# From outside the government: they read what is assigned to them and nothing else (NT-3.3a).
EXTERNAL = frozenset({"evaluator", "invited_inspector"})
# 纪检监察 reads the matters of the office it is posted to and does nothing with them (NT-4.1).
OVERSIGHT = frozenset({"discipline"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})

# Who opens the admin; what each may do there is decided by each model's admin.
ADMIN_SITE = STAFF | ADMINISTRATORS


def combination_problem(roles: set[str]) -> str | None:
    """Why one account may not hold these roles together (等保三级 8.1.4.2 d), or None."""
    administrators = roles & ADMINISTRATORS
    if len(administrators) > 1:
        return "系统管理员、安全管理员、审计管理员不得由同一账号兼任"
    if administrators and roles - ADMINISTRATORS:
        return "管理员账号不得兼任业务岗位"
    return None
