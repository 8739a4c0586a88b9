/* Questions of a page: choose or type, check, and read why. Without scripts, and on paper, a fold has the answer. */
(function () {
  "use strict";

  function chosen(form) {
    if (form.dataset.kind === "typed") {
      return typed(form, form.querySelector("input[type=text]").value);
    }
    var radio = form.querySelector("input[type=radio]:checked");
    return radio && radio.closest(".quiz-choice");
  }

  /* The answer that a typed number meets; 1,000 and 1 000 are numbers, too. */
  function typed(form, text) {
    var plain = text.replace(/[\s\u00a0]/g, "").replace(/,(?=\d{3}(\D|$))/g, "").replace(",", ".");
    if (plain === "" || !isFinite(Number(plain))) return null;
    var answers = Array.from(form.querySelectorAll(".quiz-choice"));
    return answers.find(function (each) {
      var mark = Number(each.dataset.mark);
      return Math.abs(mark - Number(plain)) <= 1e-9 * Math.max(1, Math.abs(mark));
    }) || answers[answers.length - 1];
  }

  function check(form) {
    var told = form.querySelector(".quiz-told");
    var answer = chosen(form);
    form.classList.remove("right", "wrong");
    if (!answer) {
      told.textContent = form.dataset.kind === "typed" ? "Type a number first." : "Choose an answer first.";
      return;
    }
    var right = answer.hasAttribute("data-right");
    var verdict = document.createElement("p");
    verdict.className = "quiz-verdict";
    verdict.textContent = right ? "Right." : "Not quite: look again.";
    var why = answer.querySelector(".quiz-why").cloneNode(true);
    why.hidden = false;
    told.replaceChildren(verdict, why);
    form.classList.add(right ? "right" : "wrong");
    if (right) window.courseProgress.pass(form.id);
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("form.quiz").forEach(function (form) {
      var button = document.createElement("button");
      button.type = "submit";
      button.textContent = "Check";
      form.querySelector("fieldset").after(button);
      form.classList.add("ready");
      form.classList.toggle("passed", window.courseProgress.passed(form.id));
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        check(form);
      });
      form.addEventListener("input", function () { // one attempt at a time
        form.classList.remove("right", "wrong");
        form.querySelector(".quiz-told").replaceChildren();
      });
    });
  });
})();
