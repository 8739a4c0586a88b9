/* Folded code that the reader opened is open when the page is opened again, in this browser. */
(function () {
  "use strict";
  var KEY = "networks-that-remember-folds";
  var FOLDS = "div.cell details.hide";

  /* A fold is known by its code, so that a chapter may change around it. */
  function nameOf(fold) {
    var text = window.location.pathname.split("/").pop() + fold.querySelector("pre").textContent;
    var hash = 5381;
    for (var i = 0; i < text.length; i += 1) hash = ((hash * 33) ^ text.charCodeAt(i)) >>> 0;
    return hash.toString(36);
  }

  function load() {
    try {
      var kept = JSON.parse(window.localStorage.getItem(KEY));
      return Array.isArray(kept) ? kept : [];
    } catch (error) {
      return []; // private windows, or a text that somebody changed
    }
  }

  function keep(name, open) {
    var kept = load().filter(function (each) { return each !== name; });
    if (open) kept.push(name);
    try {
      window.localStorage.setItem(KEY, JSON.stringify(kept));
    } catch (error) {
      // as above
    }
  }

  var opened = load();
  document.querySelectorAll(FOLDS).forEach(function (fold) {
    if (!fold.querySelector("pre")) return;
    var name = nameOf(fold);
    if (opened.indexOf(name) >= 0) fold.open = true;
    fold.querySelector("summary").addEventListener("click", function () {
      window.setTimeout(function () { keep(name, fold.open); }); // it opens after the click
    });
  });
})();
