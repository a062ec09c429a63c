"""Pages that belong to no app above: trouble, search, health, the own account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from duban.org.middleware import SESSION_KEY
from duban.web import health as system
from duban.web.context import bare_layout
from duban.web.refusals import back_url
from duban.web.search import MAX_LENGTH, search_all
from duban.web.uploads import MEGABYTE, UploadTooLarge


def trouble(
    request: HttpRequest, status: int, title: str, text: str = "", steps: tuple[str, ...] = ()
) -> HttpResponse:
    """One page for everything that went wrong: what, what to do, and the id to quote."""
    wanted = request.headers.get("Accept", "")
    if request.path.startswith("/api/") or wanted.startswith("application/json"):
        return JsonResponse({"detail": title, "request_id": _id(request)}, status=status)
    context = {
        "status": status,
        "code": str(status),
        "title": title,
        "text": text,
        "steps": steps,
        "back": back_url(request),
    }
    return render(request, f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, UploadTooLarge | RequestDataTooBig):
        limit = settings.DUBAN_UPLOAD_LIMIT // MEGABYTE
        return trouble(
            request,
            413,
            "提交的内容过大，服务器没有接收",
            steps=(
                f"单个文件不超过 {limit} MB；过大的文件请压缩或拆分。",
                "附件较多的，请分几次上传。",
            ),
        )
    return trouble(
        request,
        400,
        "请求的内容不完整或格式不对",
        steps=(
            "返回上一页，刷新后重新提交。",
            "从浏览器收藏夹打开的旧链接可能已失效，请从首页进入。",
        ),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return trouble(
        request,
        403,
        "您没有办理此项的权限",
        "权限按当前执行身份（页面右上角显示的职务和单位）判定。",
        (
            "如您兼任其他职务，请在右上角切换执行身份后再试。",
            "认为应当有权限的，请联系本单位督查机构或安全管理员。",
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return trouble(
        request,
        404,
        "没有找到这个页面",
        "它可能不存在、已被移除，或者不在您当前执行身份可以查看的范围内。",
        (
            "核对链接是否完整。",
            "用页面上方的搜索框按案号或标题查找。",
            "兼任其他职务的，请切换执行身份后再试。",
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database or the session: either may be what failed."""
    context = bare_layout(_id(request)) | {
        "status": 500,
        "code": "500",
        "title": "系统出错，这一步没有完成",
        "text": "错误已经记录。您这次提交的内容没有保存，已填写的内容仍保留在本机浏览器中。",
        "steps": ("稍候一分钟再试。", "仍然出错的，请把下面的编号告诉系统管理员。"),
    }
    return HttpResponse(render_to_string("500.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return trouble(
        request,
        403,
        "页面停留过久，安全校验已失效",
        "这次提交没有改变任何内容；您填写的内容仍保留在本机浏览器中。",
        (
            "返回上一页，刷新后重新提交；如要求登录，登录后内容会自动恢复。",
            "一直出现此页的，请确认浏览器允许本站使用 Cookie。",
        ),
    )


def locked_out(
    request: HttpRequest, original_response: object = None, credentials: object = None
) -> HttpResponse:
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    response = trouble(
        request,
        429,
        f"连续 {settings.AXES_FAILURE_LIMIT} 次登录失败，账号已锁定 {minutes} 分钟",
        "锁定期间即使密码正确也不能登录。",
        (
            f"请在 {minutes} 分钟后再试；期间继续尝试会重新计时。",
            "忘记密码的，请联系安全管理员重置；不是本人操作的，也请告知安全管理员。",
        ),
    )
    response["Retry-After"] = str(minutes * 60)
    return response


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:MAX_LENGTH]
    groups = search_all(request.actor, q)
    return render(request, "web/search.html", {"q": q, "groups": groups})


@login_required
@require_POST
def acting(request: HttpRequest) -> HttpResponse:
    """Choose in which capacity to act; only one that is held now."""
    wanted = request.POST.get("acting", "")
    if wanted not in {actor.key for actor in request.actors}:
        raise PermissionDenied("not one of this person's posts")
    request.session[SESSION_KEY] = wanted
    return redirect("/")


@login_required
@require_GET
@never_cache
def keepalive(request: HttpRequest) -> HttpResponse:
    """SESSION_SAVE_EVERY_REQUEST moves the end of the session."""
    request.session.modified = True
    return HttpResponse(status=204)


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers and the admin ask for it at the root."""
    return redirect(static("favicon.svg"))


@require_GET
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """For monitors: 200 or 503. No version, no path, no address."""
    done = system.checks(at=timezone.now())
    failed = any(check.state == "fail" for check in done)
    body: dict[str, Any] = {"status": "fail" if failed else "ok"}
    body["checks"] = {check.key: {"state": check.state, "value": check.value} for check in done}
    return JsonResponse(body, status=503 if failed else 200)


@login_required
@require_GET
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    if not request.actor.has("system_admin"):
        raise PermissionDenied("the system administrator's page")
    return render(request, "web/health.html", {"checks": system.checks(at=timezone.now())})


def _id(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")
