/* What a link to a term, a formula or a figure leads to, beside the link: while the pointer is on it
   or the keyboard's focus. Escape puts it away, and the pointer may go to what is shown. */
(function () {
  "use strict";
  var PAUSE = 250; // milliseconds before it comes, and before it goes
  var GAP = 6; // pixels between the link and what is shown

  var box = null; // what is shown
  var link = null; // for which link
  var timer = 0;

  function later(action) {
    window.clearTimeout(timer);
    timer = window.setTimeout(action, PAUSE);
  }

  function hide() {
    window.clearTimeout(timer);
    if (!box) return;
    box.remove();
    link.removeAttribute("aria-describedby");
    box = link = null;
  }

  function show(at, template) {
    window.clearTimeout(timer);
    if (at === link) return;
    hide();
    link = at;
    box = document.createElement("div");
    box.className = "hint-box";
    box.id = "hint-box";
    box.setAttribute("role", "tooltip");
    box.append(template.content.cloneNode(true));
    box.addEventListener("pointerenter", function () { window.clearTimeout(timer); });
    box.addEventListener("pointerleave", function () { later(hide); });
    var formula = box.querySelector(":scope > div.math");
    if (formula) box.setAttribute("aria-label", "Formula: " + source(formula));
    template.parentElement.append(box);
    link.setAttribute("aria-describedby", box.id);
    place();
    box.querySelectorAll("img").forEach(function (image) { image.addEventListener("load", place); });
    if (box.querySelector(".math")) typeset(box);
  }

  /* A formula in words of TeX, for who cannot see it set. */
  function source(formula) {
    return formula.textContent.replace(/\\(\[|\]|(begin|end)\{\w+\})/g, " ").replace(/\s+/g, " ").trim();
  }

  function typeset(shown) {
    var maths = window.MathJax;
    if (!maths || !maths.startup || !maths.startup.promise) return;
    maths.startup.promise
      .then(function () { return maths.typesetPromise([shown]); })
      .then(function () {
        shown.querySelectorAll("[tabindex]").forEach(function (tag) { tag.tabIndex = -1; });
        if (shown === box) place();
      });
  }

  /* Below the link, or above it where there is no room below; as small as it must be. */
  function place() {
    if (!box) return;
    var size = 1;
    while (box.scrollWidth > box.clientWidth && size > 0.5) {
      size -= 0.05;
      box.style.fontSize = size + "em";
    }
    var line = link.getClientRects()[0] || link.getBoundingClientRect();
    var own = box.getBoundingClientRect();
    var edge = document.documentElement;
    var left = Math.min(line.left, edge.clientWidth - own.width - GAP);
    var below = line.bottom + GAP;
    var fits = below + own.height <= edge.clientHeight || line.top < own.height + GAP;
    box.style.left = Math.max(GAP, left) + "px";
    box.style.top = (fits ? below : line.top - own.height - GAP) + "px";
  }

  var templates = new Map();
  document.querySelectorAll("template.hint").forEach(function (template) {
    templates.set(template.dataset.href, template);
  });
  document.querySelectorAll("article a.reference.internal").forEach(function (each) {
    var template = templates.get(each.getAttribute("href"));
    if (!template) return;
    each.addEventListener("pointerenter", function (event) {
      if (event.pointerType !== "touch") later(function () { show(each, template); });
    });
    each.addEventListener("pointerleave", function () { later(hide); });
    each.addEventListener("focus", function () {
      if (each.matches(":focus-visible")) show(each, template);
    });
    each.addEventListener("blur", hide);
    each.addEventListener("click", hide);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") hide();
  });
  window.addEventListener("scroll", place, { passive: true });
  window.addEventListener("resize", place);
})();
