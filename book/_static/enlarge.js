/* Figures as large as the window: by a click on them, or by the button in their caption. */
(function () {
  "use strict";
  var dialog = null;

  function make() {
    dialog = document.createElement("dialog");
    dialog.className = "large";
    dialog.innerHTML =
      '<div class="large-head"><p class="large-title" id="large-title"></p>' +
      '<button type="button" class="large-close">Close</button></div>' +
      '<div class="large-sheet" role="group" aria-labelledby="large-title" tabindex="0"></div>' +
      '<p class="large-caption"></p>';
    dialog.setAttribute("aria-labelledby", "large-title");
    dialog.querySelector(".large-close").addEventListener("click", function () { dialog.close(); });
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog) dialog.close(); // beside it
    });
    document.querySelector("article").append(dialog);
    window.addEventListener("resize", fit);
  }

  /* As large as there is room for; never smaller than it was drawn, for then it scrolls. */
  function fit() {
    var sheet = dialog.querySelector(".large-sheet");
    var image = sheet.querySelector("img");
    if (!dialog.open || !image) return;
    var drawn = image.naturalWidth || Number(image.getAttribute("width"));
    var ratio = image.naturalHeight ? image.naturalWidth / image.naturalHeight : 1;
    var room = Math.min(sheet.clientWidth, window.innerHeight * 0.7 * ratio);
    image.style.width = Math.floor(Math.max(drawn, room)) + "px";
  }

  function text(part) {
    return part ? part.textContent.trim() : "";
  }

  function open(image, button) {
    if (!dialog) make();
    var caption = image.closest("figure") && image.closest("figure").querySelector("figcaption");
    var number = caption && caption.querySelector(".caption-number");
    var large = image.cloneNode();
    large.removeAttribute("style");
    large.addEventListener("load", fit);
    dialog.querySelector(".large-sheet").replaceChildren(large);
    dialog.querySelector(".large-title").textContent = text(number) || "Figure";
    var words = caption && caption.querySelector(".caption-text");
    var said = dialog.querySelector(".large-caption");
    said.replaceChildren.apply(said, words ? words.cloneNode(true).childNodes : []);
    said.querySelectorAll("a").forEach(function (link) { // they lead behind the dialog
      link.replaceWith.apply(link, link.childNodes);
    });
    button.focus({ preventScroll: true }); // whither the focus returns
    dialog.showModal();
    fit();
  }

  var pictures = "article figure img, article .cell_output img";
  document.querySelectorAll(pictures).forEach(function (image) {
    if (image.closest(".explorable, a")) return;
    var figure = image.closest("figure");
    var caption = figure && figure.querySelector("figcaption");
    var number = text(caption && caption.querySelector(".caption-number"));
    var button = document.createElement("button");
    button.type = "button";
    button.className = "enlarge";
    button.textContent = "Enlarge";
    button.setAttribute("aria-label", "Enlarge " + (number || "this figure"));
    button.addEventListener("click", function () { open(image, button); });
    image.classList.add("can-enlarge");
    image.addEventListener("click", function () { open(image, button); });
    if (caption) (caption.querySelector("p") || caption).append(" ", button);
    else image.after(button);
  });
})();
