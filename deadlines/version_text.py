"""A version of the calendar in words. PURE."""


def version_text(version: str) -> str:
    """2025-11-04公布的安排，另有第12号、第15号变更"""
    shipped, *numbers = version.split("+")
    text = f"{shipped}公布的安排"
    return text + (f"，另有{'、'.join(f'第{n}号' for n in numbers)}变更" if numbers else "")
