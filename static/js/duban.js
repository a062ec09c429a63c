/* Comfort only: every essential step works without this file. No library, no inline code. */
(function () {
  "use strict";
  var body = document.body;
  var user = body.dataset.user || "";
  var status = Number(body.dataset.status || 200);

  /* Menus made of <details>: close on a click elsewhere and on Escape. */
  function closeMenus(except) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (menu !== except) { menu.open = false; }
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details[data-menu]"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    var open = document.querySelector("details[data-menu][open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });

  /* Drafts: what was typed survives an expired session, a closed window asks nothing. They stay
     in this tab (sessionStorage), belong to one user, and go when the form has been accepted. */
  var PREFIX = "duban-draft:";
  function store(action, key, value) {
    try {
      if (action === "get") { return JSON.parse(sessionStorage.getItem(key)); }
      if (action === "set") { sessionStorage.setItem(key, JSON.stringify(value)); }
      if (action === "drop") { sessionStorage.removeItem(key); }
    } catch (error) { return null; }
    return null;
  }
  function draftKeys() {
    var keys = [];
    try {
      for (var i = 0; i < sessionStorage.length; i += 1) {
        if (sessionStorage.key(i).indexOf(PREFIX) === 0) { keys.push(sessionStorage.key(i)); }
      }
    } catch (error) { return []; }
    return keys;
  }
  function draftKey(form) {
    return PREFIX + user + ":" + location.pathname + ":" + form.dataset.draft;
  }
  function keeps(control) {
    return control.name && !control.disabled && !control.closest("[data-no-draft]") &&
      ["hidden", "password", "file", "submit", "button", "reset"].indexOf(control.type) < 0;
  }
  function read(form) {
    var values = {};
    Array.prototype.filter.call(form.elements, keeps).forEach(function (control) {
      if (control.type === "checkbox" || control.type === "radio") {
        values[control.name] = values[control.name] || [];
        if (control.checked) { values[control.name].push(control.value); }
      } else if (control.multiple) {
        values[control.name] = Array.prototype.map.call(control.selectedOptions, function (option) { return option.value; });
      } else {
        values[control.name] = (values[control.name] || []).concat(control.value);
      }
    });
    return values;
  }
  function write(form, values) {
    var seen = {};
    Array.prototype.filter.call(form.elements, keeps).forEach(function (control) {
      var kept = values[control.name];
      if (!kept) { return; }
      if (control.type === "checkbox" || control.type === "radio") {
        control.checked = kept.indexOf(control.value) >= 0;
      } else if (control.multiple) {
        Array.prototype.forEach.call(control.options, function (option) { option.selected = kept.indexOf(option.value) >= 0; });
      } else {
        var at = seen[control.name] || 0;
        seen[control.name] = at + 1;
        if (at < kept.length) { control.value = kept[at]; }
      }
    });
  }
  function note(form, text, label, act) {
    var box = document.createElement("div");
    box.className = "note";
    box.setAttribute("role", "status");
    var words = document.createElement("div");
    words.textContent = text + " ";
    var button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-sm";
    button.textContent = label;
    button.addEventListener("click", function () { act(box); });
    words.appendChild(button);
    box.appendChild(words);
    form.insertBefore(box, form.firstChild);
  }
  function watch(form) {
    var key = draftKey(form);
    var first = JSON.stringify(read(form));
    var kept = store("get", key);
    var bound = form.hasAttribute("data-bound");
    if (kept && !bound && JSON.stringify(kept.values) !== first) {
      write(form, kept.values);
      form.dispatchEvent(new Event("change", { bubbles: true }));
      note(form, "已恢复您上次填写但未提交的内容。", "清除，重新填写", function (box) {
        write(form, JSON.parse(first));
        store("drop", key);
        box.remove();
      });
    }
    var timer = null;
    function keep() { store("set", key, { values: read(form), sent: false }); }
    form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(keep, 300); });
    form.addEventListener("change", keep);
    form.addEventListener("submit", function () {
      clearTimeout(timer);
      store("set", key, { values: read(form), sent: true });
    });
    if (bound) { keep(); }
  }
  /* A draft that was sent is dropped once an ordinary signed-in page follows: it was accepted. */
  draftKeys().forEach(function (key) {
    var owner = key.slice(PREFIX.length).split(":")[0];
    var kept = store("get", key);
    if (user && owner !== user) { store("drop", key); return; }
    if (kept && kept.sent) {
      if (user && status < 400) { store("drop", key); } else { kept.sent = false; store("set", key, kept); }
    }
  });
  document.querySelectorAll("form[data-draft]").forEach(watch);
  document.querySelectorAll("form[data-logout]").forEach(function (form) {
    form.addEventListener("submit", function () {
      draftKeys().forEach(function (key) { store("drop", key); });
    });
  });

  /* One click, one request. The server has its own guard; this one only spares the second try. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented || !form.hasAttribute("data-once")) { return; }
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "1";
    setTimeout(function () {
      form.querySelectorAll("button[type=submit], button:not([type])").forEach(function (button) {
        button.disabled = true;
      });
    }, 0);
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) { return; }
    document.querySelectorAll("form[data-sending]").forEach(function (form) {
      delete form.dataset.sending;
      form.querySelectorAll("button").forEach(function (button) { button.disabled = false; });
    });
  });

  /* Lists: choose all, count the chosen, send filters when one changes. */
  document.addEventListener("change", function (event) {
    var control = event.target;
    if (control.matches("[data-pick-all]")) {
      document.querySelectorAll("input[name='" + control.dataset.pickAll + "']").forEach(function (box) {
        if (!box.disabled) { box.checked = control.checked; }
      });
    }
    if (control.closest("form[data-autosubmit]") && control.matches("select, input[type=checkbox], input[type=date]")) {
      control.form.requestSubmit();
    }
    document.querySelectorAll("[data-picked]").forEach(function (place) {
      place.textContent = String(document.querySelectorAll("input[name='" + place.dataset.picked + "']:checked").length);
    });
  });

  /* Files are refused here before they travel; the server counts again. */
  document.addEventListener("change", function (event) {
    var control = event.target;
    if (control.type !== "file" || !control.dataset.maxBytes) { return; }
    var limit = Number(control.dataset.maxBytes);
    var big = Array.prototype.filter.call(control.files, function (file) { return file.size > limit; })[0];
    control.setCustomValidity(big ? "文件过大" : "");
    if (big) {
      window.alert("“" + big.name + "”有 " + (big.size / 1048576).toFixed(1) + " MB，超过单个文件 " + Math.floor(limit / 1048576) + " MB 的上限，请压缩或拆分后再选。");
      control.value = "";
      control.setCustomValidity("");
    }
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) { window.print(); }
  });

  /* The session ends after a pause; say so two minutes before, in time to go on. */
  var idle = Number(body.dataset.idle || 0);
  if (user && idle > 180) {
    setTimeout(function () {
      var strip = document.createElement("div");
      strip.className = "strip";
      strip.setAttribute("role", "alert");
      strip.textContent = "您已较长时间没有操作，登录将于 2 分钟后失效。 ";
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-secondary btn-sm";
      button.textContent = "继续使用";
      button.addEventListener("click", function () {
        fetch("/keepalive/", { credentials: "same-origin" }).then(function () { strip.remove(); });
      });
      strip.appendChild(button);
      body.insertBefore(strip, body.firstChild);
    }, (idle - 120) * 1000);
  }

  var active = document.querySelector(".nav-main a[aria-current]");
  if (active && active.closest("nav").scrollWidth > active.closest("nav").clientWidth) {
    active.closest("nav").scrollLeft = active.offsetLeft - 40;
  }
  var focus = document.querySelector("[data-focus]");
  if (focus) { focus.focus(); }
})();
