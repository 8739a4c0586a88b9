/* What a reader has done, kept in this browser alone: pages read to the end, questions answered. */
(function () {
  "use strict";
  var KEY = "networks-that-remember";
  var memory = null; // where a browser keeps nothing, until the page is left

  function empty() {
    return { read: {}, passed: {} };
  }

  function load() {
    var kept = memory;
    try {
      kept = JSON.parse(window.localStorage.getItem(KEY)) || memory;
    } catch (error) {
      // private windows, or a text that somebody changed: begin anew
    }
    return valid(kept) ? kept : empty();
  }

  function valid(kept) {
    return !!kept && [kept.read, kept.passed].every(function (part) {
      return !!part && typeof part === "object" && !Array.isArray(part);
    });
  }

  function save(kept) {
    memory = kept;
    try {
      window.localStorage.setItem(KEY, JSON.stringify(kept));
    } catch (error) {
      // as above
    }
    show();
  }

  function note(part, name) {
    var kept = load();
    if (kept[part][name]) return;
    kept[part][name] = new Date().toISOString().slice(0, 10);
    save(kept);
  }

  /* The name of a page, such as "book/words/glove", from an address. */
  function pageOf(address) {
    var root = document.documentElement.dataset.content_root || "./";
    var base = new URL(root, window.location.href).pathname;
    var path = new URL(address, window.location.href).pathname;
    if (path.slice(0, base.length) !== base) return null;
    return decodeURIComponent(path.slice(base.length)).replace(/\.html$/, "");
  }

  function show() {
    var kept = load();
    document.querySelectorAll(".bd-sidebar-primary a.reference.internal").forEach(function (link) {
      var mark = link.querySelector(".course-mark");
      var read = kept.read[pageOf(link.getAttribute("href"))];
      if (read && !mark) {
        mark = document.createElement("span");
        mark.className = "course-mark";
        mark.innerHTML = '<span aria-hidden="true"> ✓</span><span class="visually-hidden"> (read)</span>';
        link.append(mark);
      } else if (!read && mark) {
        mark.remove();
      }
    });
    document.querySelectorAll(".course-progress tbody tr").forEach(function (row) {
      var names = row.dataset.questions.split(" ");
      var done = names.filter(function (name) { return kept.passed[name]; }).length;
      var read = kept.read[row.dataset.page];
      row.cells[1].textContent = read ? "yes, " + read : "no";
      row.cells[2].textContent = done + " of " + names.length;
      row.classList.toggle("done", !!read && done === names.length);
    });
  }

  function download() {
    var link = document.createElement("a");
    var text = JSON.stringify(load(), null, 1);
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "progress.json";
    link.click();
    URL.revokeObjectURL(link.href);
    tell("Your progress is in the file progress.json.");
  }

  function upload(input) {
    if (!input.files.length) return;
    input.files[0].text().then(function (text) {
      var brought = JSON.parse(text);
      if (!valid(brought)) throw new Error("other keys");
      var kept = load();
      Object.assign(kept.read, brought.read);
      Object.assign(kept.passed, brought.passed);
      save(kept);
      tell("What the file says was added to what is here.");
    }).catch(function () {
      tell("This file is no progress that was saved here: nothing was changed.");
    }).then(function () { input.value = ""; });
  }

  /* The first press asks, the second erases. */
  function erase(button) {
    if (button.dataset.sure) {
      save(empty());
      tell("Everything was erased.");
    } else {
      tell("Press again to erase everything; it cannot be undone.");
    }
    button.dataset.sure = button.dataset.sure ? "" : "yes";
  }

  function tell(text) {
    document.querySelector(".course-progress-told").textContent = text;
  }

  /* Whoever has seen the end of a page with questions has read it. */
  function watchEnd() {
    var last = document.querySelector("article.bd-article > section > section:last-of-type");
    if (!last || !document.querySelector("form.quiz")) return;
    new IntersectionObserver(function (seen) {
      if (seen.some(function (each) { return each.isIntersecting; })) {
        note("read", pageOf(window.location.href));
      }
    }).observe(last.lastElementChild || last);
  }

  window.courseProgress = {
    pass: function (name) { note("passed", name); },
    passed: function (name) { return !!load().passed[name]; }
  };

  document.addEventListener("DOMContentLoaded", function () {
    var tools = document.querySelector(".course-progress-tools");
    if (tools) {
      tools.innerHTML =
        '<button type="button" data-does="save">Save to a file</button> ' +
        '<label>Add from a file <input type="file" accept=".json,application/json"></label> ' +
        '<button type="button" data-does="erase">Erase everything</button>' +
        '<p class="course-progress-told" role="status"></p>';
      tools.querySelector("[data-does=save]").addEventListener("click", download);
      tools.querySelector("input").addEventListener("change", function () { upload(this); });
      tools.querySelector("[data-does=erase]").addEventListener("click", function () { erase(this); });
    }
    watchEnd();
    show();
  });
})();
