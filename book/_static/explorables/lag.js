/* What is left of a message on its way back through a SimpleRNN, and what theory allows. */
"use strict";

Explorables.lag = {
  steepest: { tanh: 1, linear: 1, relu: 1, sigmoid: 0.25 },

  /** The norm of dL/dh by lag, mean over the sequences, in terms of that at lag zero. */
  measured({ orthogonal, W_xh, x, readout }, gain, activation, length) {
    const { simple, run, messages } = Explorables.cells;
    const W_hh = orthogonal.map((row) => row.map((weight) => gain * weight));
    const weights = { W_xh, W_hh, b: readout.map(() => 0), activation };
    const norms = Array(length).fill(0);
    for (const sequence of x) {
      const states = run(simple, weights, sequence.slice(0, length).map((value) => [value]));
      messages(weights, states, readout).forEach((message, lag) => {
        norms[lag] += Math.hypot(...message);
      });
    }
    return norms.map((norm) => norm / norms[0]);
  },

  /** The bound: (gain * steepest slope)^k, for an orthogonal matrix has no other singular value. */
  bound: (gain, activation, length) => Array.from({ length }, (_, k) => (
    (gain * Explorables.lag.steepest[activation]) ** k)),
};

Explorables.define("lag", (stage, data) => {
  const { measured, bound, steepest } = Explorables.lag;
  const { draw, decimal, brief } = Explorables;
  const width = 360, height = 230, left = 38, bottom = 34, lowest = -16, highest = 8;
  const across = width - left - 8, down = height - bottom - 8;
  const says = Explorables.sentence();
  const gain = Explorables.slider({
    label: "gain", min: 0.2, max: 2.5, step: 0.05, value: 1, shown: decimal,
  }, update);
  const activation = Explorables.choice("activation", Object.keys(steepest), update);
  const length = Explorables.slider({
    label: "steps", min: 5, max: data.x[0].length, step: 1, value: 50,
  }, update);
  const svg = Explorables.sheet(width, height, says);
  stage.append(
    Explorables.controls(gain.element, activation.element, length.element), svg, says,
  );
  update();

  function axes(last) {
    const parts = [];
    for (let power = lowest; power <= highest; power += 4) {
      const y = 8 + down * (highest - power) / (highest - lowest);
      const label = power === 0 ? "1" : brief(10 ** power).slice(4);
      parts.push(draw("path", { class: power ? "grid" : "axis", d: `M${left} ${y} h${across}` }),
        draw("text", { x: left - 4, y: y + 4, "text-anchor": "end" }, label));
    }
    const ticks = [0, Math.round(last / 2), last];
    parts.push(...ticks.map((lag) => draw("text", {
      x: left + across * lag / last, y: height - bottom + 14, "text-anchor": "middle",
    }, lag)));
    parts.push(draw("text", {
      x: left + across / 2, y: height - 4, "text-anchor": "middle",
    }, "lag: steps back from the loss"));
    return parts;
  }

  function curve(kind, values) {
    const last = values.length - 1;
    const points = values.map((value, k) => {
      const y = down * (highest - Math.log10(Math.max(value, 1e-300))) / (highest - lowest);
      return `${across * k / last} ${y}`;
    });
    return draw("path", { class: `curve ${kind}`, d: `M${points.join(" L")}` });
  }

  function update() {
    const settings = [gain.value, activation.value, length.value];
    const found = measured(data, ...settings), theory = bound(...settings);
    const last = found.length - 1, rest = found[last];
    svg.replaceChildren(...axes(last), draw("svg", {
      x: left, y: 8, width: across, height: down,
    }, curve("theory", theory), curve("measured", found)));
    const verdict = rest < 1e-3 ? "It vanishes" : rest > 1e3 ? "It explodes" : "It arrives";
    says.textContent = `Gain ${decimal(gain.value)}, ${activation.value}: measured (thick), `
      + `${rest === 0 ? "nothing" : brief(rest)} of the message is left at lag ${last}; `
      + `${decimal(gain.value * steepest[activation.value])} to the power of ${last} `
      + `(dashed, the bound) is ${brief(theory[last])}. ${verdict}.`;
  }
});
