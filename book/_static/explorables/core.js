/* Figures that answer back: what all of them share.

   A page holds a box with data as JSON; a script of the box's own name builds the figure in it.
   Classic scripts, so that a page works from a folder too. Without scripts the box only says that
   the still figure beside it stands for it. */
"use strict";

const Explorables = (() => {
  const builders = new Map();
  let named = 0;

  /** Give the figure of this name its builder, which is called with the box and its data. */
  function define(name, build) {
    builders.set(name, build);
  }

  /** Build every figure of the page. */
  function start() {
    for (const box of document.querySelectorAll("[data-explorable]:not(.live)")) {
      const build = builders.get(box.dataset.explorable);
      const stage = make("div", { class: "stage" });
      build(stage, JSON.parse(box.querySelector("script").textContent));
      box.append(stage);
      box.classList.add("live");
    }
  }

  function fill(tag, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) tag.setAttribute(name, value);
    tag.append(...children);
    return tag;
  }

  /** An element of HTML. */
  function make(name, attributes = {}, ...children) {
    return fill(document.createElement(name), attributes, children);
  }

  /** An element of SVG. */
  function draw(name, attributes = {}, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
  }

  /** A drawing of this size, described by the sentence that says what is to be seen. */
  function sheet(width, height, says) {
    return draw("svg", {
      viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": says.id,
    });
  }

  /** The sentence that a screen reader reads out when it changes. */
  function sentence() {
    const id = `explorable-says-${++named}`;
    return make("p", { class: "says", id, "aria-live": "polite", "aria-atomic": "true" });
  }

  /** A slider with its name and its value; `shown` turns the value into what is read. */
  function slider({ label, min, max, step, value, shown = String }, changed) {
    const input = make("input", { type: "range", min, max, step, value });
    const text = make("span", { class: "value", "aria-hidden": "true" });
    const tell = () => {
      text.textContent = shown(Number(input.value));
      input.setAttribute("aria-valuetext", text.textContent);
    };
    input.addEventListener("input", () => { tell(); changed(); });
    tell();
    const element = make("label", { class: "slider" }, make("span", {}, label), input, text);
    return {
      element,
      input,
      get value() { return Number(input.value); },
      set value(number) { input.value = number; tell(); },
    };
  }

  /** A list to choose from. */
  function choice(label, options, changed) {
    const input = make("select", {}, ...options.map((name) => make("option", {}, name)));
    input.addEventListener("change", changed);
    const element = make("label", { class: "choice" }, make("span", {}, label), input);
    return { element, input, get value() { return input.value; } };
  }

  function button(text, pressed) {
    const element = make("button", { type: "button" }, text);
    element.addEventListener("click", pressed);
    return element;
  }

  function controls(...elements) {
    return make("div", { class: "controls" }, ...elements);
  }

  /** A table; the first cell of each row is its heading. */
  function table(caption, head, rows) {
    const line = ([first, ...rest]) => make("tr", {}, make("th", { scope: "row" }, first),
      ...rest.map((text) => make("td", {}, text)));
    const titles = head.map((text, at) => (
      at || text ? make("th", { scope: "col" }, text) : make("td")));
    return make("div", { class: "scrolls", tabindex: 0, role: "group", "aria-label": caption },
      make("table", {}, make("caption", {}, caption),
        make("thead", {}, make("tr", {}, ...titles)), make("tbody", {}, ...rows.map(line))));
  }

  /** A number with so many decimals, and a minus sign that is one. */
  function decimal(value, digits = 2) {
    const text = value.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  }

  /** A positive number in short: as it is, or as one digit and a power of ten. */
  function brief(value) {
    if (value === 0 || (value >= 0.01 && value < 1000)) return decimal(value);
    const [digit, exponent] = value.toExponential(0).split("e");
    const raised = String(Number(exponent)).replace(/./g, (sign) => (
      sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]));
    return `${digit}\u00a0×\u00a010${raised}`;
  }

  /** Weights as arrays of numbers: what Python packed as float32, wherever it is in the data. */
  function unpacked(value) {
    if (typeof value !== "object" || value === null) return value;
    if (!("float32" in value)) {
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, unpacked(part)]));
    }
    const bytes = Uint8Array.from(atob(value.float32), (letter) => letter.charCodeAt(0));
    const shaped = (numbers, [size, ...rest]) => (rest.length
      ? Array.from({ length: size }, (_, at) => shaped(
        numbers.slice(at * numbers.length / size, (at + 1) * numbers.length / size), rest))
      : [...numbers]);
    return shaped(new Float32Array(bytes.buffer), value.shape);
  }

  document.addEventListener("DOMContentLoaded", start);
  return {
    define, start, make, draw, sheet, sentence, slider, choice, button, controls, table,
    decimal, brief, unpacked,
  };
})();
