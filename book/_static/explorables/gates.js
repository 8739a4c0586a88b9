/* A trained GRU on a sequence that the reader types, every gate and state in sight. */
"use strict";

Explorables.gates = {
  words: (text) => text.split(/[\s,;]+/).filter(Boolean),

  /** "0.3! -0.5" as [[0.3, 1], [-0.5, 0]]: a bell where there is an exclamation mark. */
  parse(text) {
    const words = Explorables.gates.words(text).map((word) => word.replace("−", "-"));
    if (!words.length) throw new Error("Type at least one number.");
    if (words.length > 40) throw new Error(`Forty numbers at most: these are ${words.length}.`);
    return words.map((word) => {
      const value = Number(word.replace(/!$/, ""));
      if (!/^[-+]?(\d+\.?\d*|\.\d+)!?$/.test(word)) throw new Error(`"${word}" is no number.`);
      if (Math.abs(value) > 1) throw new Error(`${word} is beyond −1 or 1.`);
      return [value, word.endsWith("!") ? 1 : 0];
    });
  },

  /** What the network says at each step, with `more` added to the bias of its update gates. */
  answers({ W_xh, W_hh, b, readout, offset }, sequence, more = 0) {
    const units = W_hh.length;
    const moved = [b[0].map((bias, j) => bias + (j < units ? more : 0)), b[1]];
    return Explorables.cells.run(Explorables.cells.gru, { W_xh, W_hh, b: moved }, sequence)
      .map((step) => ({
        ...step, says: step.h.reduce((sum, value, j) => sum + value * readout[j], offset),
      }));
  },

  /** The value at the last bell; nothing before the first one. */
  held(sequence) {
    let last = null;
    return sequence.map(([value, bell]) => (last = bell ? value : last));
  },
};

Explorables.define("gates", (stage, data) => {
  const { parse, answers, held } = Explorables.gates;
  const { make, draw, decimal } = Explorables;
  const says = Explorables.sentence();
  const typed = make("input", {
    type: "text", value: data.sequence, spellcheck: "false", autocomplete: "off",
    "aria-describedby": `${says.id}-how`,
  });
  typed.addEventListener("input", () => { step.value = step.input.max; update(); });
  const step = Explorables.slider({
    label: "step to look at", min: 1, max: parse(data.sequence).length, step: 1, value: 1,
  }, update);
  const more = Explorables.slider({
    label: "added to the bias of the update gates", min: -6, max: 6, step: 0.5, value: 0,
    shown: (value) => decimal(value, 1),
  }, update);
  const bell = Explorables.button("Bell at this step", () => {
    const words = Explorables.gates.words(typed.value), at = step.value - 1;
    words[at] = words[at].endsWith("!") ? words[at].slice(0, -1) : `${words[at]}!`;
    typed.value = words.join(" ");
    update();
  });
  const picture = make("div", { class: "scrolls", tabindex: 0, role: "group" });
  picture.setAttribute("aria-label", "The sequence, the answers and the update gates");
  const numbers = make("div");
  stage.append(
    make("label", { class: "typed" }, make("span", {}, "sequence"), typed),
    make("p", { class: "how", id: `${says.id}-how` },
      "Numbers from −1 to 1, at most forty; an exclamation mark rings the bell."),
    Explorables.controls(step.element, bell, more.element), says, picture, numbers,
  );
  update();

  function update() {
    let sequence;
    try {
      sequence = parse(typed.value);
    } catch (error) {
      typed.setAttribute("aria-invalid", "true");
      bell.disabled = true;
      says.textContent = error.message;
      return;
    }
    typed.removeAttribute("aria-invalid");
    bell.disabled = false;
    step.input.max = sequence.length;
    step.value = Math.min(step.value, sequence.length);
    const at = step.value - 1, found = answers(data, sequence, more.value);
    const wanted = held(sequence), now = found[at];
    bell.setAttribute("aria-pressed", String(sequence[at][1] === 1));
    picture.replaceChildren(drawing(sequence, found, wanted, at));
    says.textContent = `Step ${at + 1} of ${sequence.length}: ${decimal(sequence[at][0])} goes by`
      + `${sequence[at][1] ? " with a bell" : ""}; the network says ${decimal(now.says)}, `
      + `${wanted[at] === null ? "no bell has rung yet" : `to be held is ${decimal(wanted[at])}`}.`;
    const rows = now.h.map((_, unit) => [`unit\u00a0${unit + 1}`,
      ...[at ? found[at - 1].h : now.h.map(() => 0), now.u, now.r, now.candidate, now.h]
        .map((values) => decimal(values[unit]))]);
    numbers.replaceChildren(Explorables.table(`Gates and states at step ${at + 1}`,
      ["", "old h", "u", "r", "candidate", "new h"], rows));
  }

  function drawing(sequence, found, wanted, at) {
    const left = 46, wide = 17, half = 46, cell = 15;
    const units = found[0].u.length, top = 2 * half + 34;
    const width = Math.max(left + wide * sequence.length + 4, 190);
    const svg = Explorables.sheet(width, top + units * cell + 6, says);
    svg.setAttribute("style", `width: ${1.3 * width}px; max-width: none`);
    const y = (value) => 10 + half * (1 - Math.max(-1.1, Math.min(1.1, value)));
    const x = (t) => left + wide * t;
    svg.append(
      draw("rect", { class: "here", x: x(at), y: 0, width: wide, height: top + units * cell + 4 }),
      draw("path", { class: "grid", d: `M${left} ${y(0)} H${width}` }),
      ...[1, 0, -1].map((value) => draw("text", {
        x: left - 6, y: y(value) + 4, "text-anchor": "end",
      }, decimal(value, 0))),
    );
    sequence.forEach(([value, rings], t) => {
      svg.append(draw("circle", {
        class: rings ? "bell" : "passing", cx: x(t) + wide / 2, cy: y(value), r: rings ? 4.5 : 2.5,
      }));
      if (wanted[t] !== null) {
        svg.append(draw("path", { class: "wanted", d: `M${x(t)} ${y(wanted[t])} h${wide}` }));
      }
      svg.append(draw("path", { class: "curve", d: `M${x(t)} ${y(found[t].says)} h${wide}` }));
      found[t].u.forEach((open, unit) => svg.append(draw("rect", {
        class: "gate", x: x(t) + 1, y: top + unit * cell + 1, width: wide - 2, height: cell - 2,
        style: `fill-opacity: ${open}`,
      })));
    });
    svg.append(draw("text", { x: 0, y: top - 6 }, "update gates: filled = kept"));
    found[0].u.forEach((_, unit) => svg.append(
      draw("text", { x: 0, y: top + unit * cell + 11 }, `unit ${unit + 1}`)));
    return svg;
  }
});
