/* What the next character is drawn from: a temperature, top-k, then top-p. */
"use strict";

Explorables.temperature = {
  /** The softmax at a temperature, cut off; of equals the first, and at zero the largest alone. */
  probabilities(logits, temperature, topK, topP) {
    const highest = Math.max(...logits);
    const order = logits.map((_, j) => j).sort((i, j) => logits[j] - logits[i] || i - j);
    if (temperature === 0) return logits.map((_, j) => (j === order[0] ? 1 : 0));
    const shares = (values) => {
      const sum = values.reduce((total, value) => total + value, 0);
      return values.map((value) => value / sum);
    };
    const possible = new Set(order.slice(0, topK));
    const q = shares(logits.map((z, j) => (
      possible.has(j) ? Math.exp((z - highest) / temperature) : 0)));
    let before = 0;
    const kept = new Set();
    for (const j of order) {
      if (before < topP || !kept.size) kept.add(j);
      before += q[j];
    }
    return shares(q.map((value, j) => (kept.has(j) ? value : 0)));
  },

  /** Bits: how uncertain it is what comes next. */
  entropy: (q) => q.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0),
};

Explorables.define("temperature", (stage, data) => {
  const { probabilities, entropy } = Explorables.temperature;
  const { make, draw, decimal, slider } = Explorables;
  const { logits, characters } = data;
  const says = Explorables.sentence();
  const temperature = slider({
    label: "temperature", min: 0, max: 3, step: 0.1, value: 1, shown: (t) => decimal(t, 1),
  }, update);
  const topK = slider({
    label: "top-k", min: 1, max: logits.length, step: 1, value: logits.length,
    shown: (k) => (k === logits.length ? "all" : String(k)),
  }, update);
  const topP = slider({
    label: "top-p", min: 0.05, max: 1, step: 0.05, value: 1, shown: decimal,
  }, update);
  const order = logits.map((_, j) => j).sort((i, j) => logits[j] - logits[i] || i - j).slice(0, 16);
  const width = 360, height = 190, left = 30, bottom = 22, wide = (width - left) / order.length;
  const svg = Explorables.sheet(width, height, says);
  const drawn = make("p", { class: "drawn", "aria-live": "polite" });
  const draws = Explorables.button("Draw forty characters", () => {
    const q = settled();
    const text = Array.from({ length: 40 }, () => {
      let rest = Math.random();
      const at = q.findIndex((p) => (rest -= p) < 0);
      return characters[at < 0 ? q.lastIndexOf(Math.max(...q)) : at];
    });
    drawn.textContent = `Each drawn after “The ”: ${text.join(" ")}`;
  });
  stage.append(
    Explorables.controls(temperature.element, topK.element, topP.element, draws), svg, says, drawn,
  );
  update();

  function settled() {
    return probabilities(logits, temperature.value, topK.value, topP.value);
  }

  function update() {
    const q = settled(), plain = probabilities(logits, 1, logits.length, 1);
    const y = (p) => 8 + (height - bottom - 8) * (1 - p);
    svg.replaceChildren(...[0, 0.5, 1].flatMap((p) => [
      draw("path", { class: p ? "grid" : "axis", d: `M${left} ${y(p)} H${width}` }),
      draw("text", { x: left - 5, y: y(p) + 4, "text-anchor": "end" }, p),
    ]), ...order.flatMap((j, at) => {
      const x = left + wide * at;
      return [
        draw("rect", {
          class: "bar", x: x + 2, width: wide - 4, y: y(q[j]), height: y(0) - y(q[j]),
        }),
        draw("path", { class: "mark", d: `M${x} ${y(plain[j])} h${wide}` }),
        draw("text", { x: x + wide / 2, y: height - 7, "text-anchor": "middle" }, characters[j]),
      ];
    }));
    const possible = q.filter((p) => p > 0).length;
    const first = q.indexOf(Math.max(...q));
    says.textContent = `${possible} of ${q.length} characters can come; the most probable is `
      + `“${characters[first]}” with ${decimal(q[first])}; the next character is worth `
      + `${decimal(entropy(q))} bits, ${decimal(entropy(plain))} as the network has learned it.`;
    drawn.textContent = "";
  }
});
