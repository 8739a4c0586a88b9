/* What is wider than its column scrolls: the keyboard reaches it, and a line beside it says so. */
(function () {
  "use strict";
  var WIDE =
    "article .pst-scrollable-table-container, article .cell_output > .output," +
    " article .cell_output pre, article .explorable .scrolls," +
    " article figure:not(.player)";
  var SAID = "\u21c4 scroll sideways to see the rest";

  function scrolls(box) {
    return box.scrollWidth > box.clientWidth + 2 && getComputedStyle(box).overflowX === "auto";
  }

  function mark(box) {
    var cue = box.matches("figure")
      ? box.querySelector(":scope > .scroll-cue")
      : box.previousElementSibling;
    if (cue && !cue.matches(".scroll-cue")) cue = null;
    if (!scrolls(box)) {
      if (cue) cue.remove();
      if (box.dataset.reached) box.removeAttribute("tabindex");
      return;
    }
    if (!box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.dataset.reached = "yes";
    }
    if (cue) return;
    cue = document.createElement("p");
    cue.className = "scroll-cue";
    cue.setAttribute("aria-hidden", "true"); // a screen reader reads all of it anyway
    cue.textContent = SAID;
    var caption = box.matches("figure") && box.querySelector(":scope > figcaption");
    if (caption) caption.before(cue);
    else if (box.matches("figure")) box.append(cue);
    else box.before(cue); // a table may be higher than the screen
  }

  /* A formula has no line beside it: that it is cut says enough. The style sheet lets it scroll. */
  function reach(formula) {
    if (formula.scrollWidth > formula.clientWidth + 2) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }

  function all() {
    document.querySelectorAll(WIDE).forEach(mark);
  }

  function formulas() {
    document.querySelectorAll("article mjx-container").forEach(reach);
  }

  all();
  document.querySelectorAll(".explorable").forEach(function (figure) { // which draws itself anew
    new MutationObserver(all).observe(figure, { childList: true, subtree: true });
  });
  window.addEventListener("load", function () {
    all();
    var maths = window.MathJax && window.MathJax.startup;
    if (!maths || !maths.promise) return;
    maths.promise.then(function () {
      formulas();
      document.fonts.ready.then(formulas); // whose letters may be wider
      var unfolded = new ResizeObserver(function (changed) {
        changed.forEach(function (each) { reach(each.target); });
      });
      document.querySelectorAll("article mjx-container").forEach(function (formula) {
        unfolded.observe(formula);
      });
    });
  });
  window.addEventListener("resize", all);
  window.addEventListener("resize", formulas);
})();
