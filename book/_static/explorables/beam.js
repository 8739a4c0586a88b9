/* Beam search in a language in which the next token depends on the last one alone. */
"use strict";

Explorables.beam = {
  /** What is kept at each step, and what is found, the best first; equals as in the course. */
  search(next, { start, end, width, longest, power }) {
    const finished = [], steps = [];
    let open = [{ path: [], total: 0 }];
    for (let length = 1; length <= longest && open.length; length++) {
      const kept = open
        .flatMap(({ path, total }) => next[path.at(-1) ?? start].map((p, token) => (
          { path: [...path, token], total: total + Math.log(p) })))
        .sort((a, b) => b.total - a.total || 0)
        .slice(0, width)
        .filter(({ total }) => Number.isFinite(total));
      steps.push(kept);
      open = [];
      for (const one of kept) {
        const over = one.path.at(-1) === end || length === longest;
        if (over) finished.push({ ...one, score: one.total / length ** power });
        else open.push(one);
      }
      finished.sort((a, b) => b.score - a.score);
      const last = finished[width - 1]?.score ?? -Infinity;
      // Were all that follows certain, could it still be among the best?
      open = open.filter(({ total }) => total / longest ** power > last);
    }
    return { steps, found: finished.slice(0, width) };
  },
};

Explorables.define("beam", (stage, data) => {
  const { search } = Explorables.beam;
  const { make, draw, decimal, slider } = Explorables;
  const { names, start, end } = data;
  const says = Explorables.sentence();
  const words = (path) => path.map((token) => names[token]).join(" ");
  const rest = data.next[start].reduce((sum, p, token) => (
    sum + (token === data.first || token === data.second ? p : 0)), 0);
  const first = slider({
    label: `probability of ${names[data.first]} at the start`, min: 0, max: rest, step: 0.05,
    value: data.next[start][data.first], shown: decimal,
  }, update);
  const width = slider({ label: "width of the beam", min: 1, max: 8, step: 1, value: 1 }, update);
  const longest = slider({ label: "longest answer", min: 1, max: 4, step: 1, value: 3 }, update);
  const power = slider({
    label: "power of the length", min: 0, max: 2, step: 0.25, value: 0, shown: decimal,
  }, update);
  const picture = make("div", {
    class: "scrolls", tabindex: 0, role: "group", "aria-label": "All beginnings, as a tree",
  });
  const numbers = make("div");
  stage.append(
    Explorables.controls(...[width, first, longest, power].map((one) => one.element)),
    says, picture, numbers,
  );
  update();

  function update() {
    const next = data.next.map((row) => [...row]);
    next[start][data.first] = first.value;
    next[start][data.second] = rest - first.value;
    const how = { start, end, longest: longest.value, power: power.value };
    const { steps, found } = search(next, { ...how, width: width.value });
    const all = search(next, { ...how, width: names.length ** longest.value }).found;
    const best = all[0].score <= found[0].score + 1e-12;
    says.textContent = `A beam of ${width.value} finds “${words(found[0].path)}”, with the `
      + `probability ${decimal(Math.exp(found[0].total), 3)}. ${best
        ? `It is the best of all ${all.length} answers in this ranking.`
        : `The best of all ${all.length} answers in this ranking is “${words(all[0].path)}”, with `
          + `${decimal(Math.exp(all[0].total), 3)}: it is not found.`}`;
    picture.replaceChildren(drawing(next, steps, found[0].path));
    numbers.replaceChildren(Explorables.table("What the beam has found, the best first",
      ["", "probability", "score"], found.map(({ path, total, score }) => (
        [words(path), decimal(Math.exp(total), 3), decimal(score)]))));
  }

  function drawing(next, steps, winner) {
    const wide = 84, high = 17, parts = [];
    const kept = new Set(steps.flat().map(({ path }) => path.join()));
    const won = new Set(winner.map((_, at) => winner.slice(0, at + 1).join()));
    let leaves = 0;

    /** Draw what comes after a beginning; returns the height at which it stands. */
    function grow(path, p) {
      const over = path.at(-1) === end || path.length === longest.value;
      const after = over ? [] : next[path.at(-1) ?? start].map((q, token) => [token, p * q])
        .filter(([, q]) => q > 0).reverse();
      const children = after.map(([token, q]) => {
        const child = [...path, token], y = grow(child, q);
        const kind = won.has(child.join()) ? "winner" : kept.has(child.join()) ? "" : "lost";
        return { y, kind, label: `${names[token]} ${decimal(q)}` };
      });
      const x = 10 + wide * path.length;
      const y = children.length
        ? (children[0].y + children.at(-1).y) / 2 : 12 + high * leaves++;
      for (const child of children) {
        parts.push(draw("path", {
          class: `curve ${child.kind}`, d: `M${x} ${y} L${x + wide - 44} ${child.y}`,
        }), draw("text", { x: x + wide - 41, y: child.y + 4 }, child.label));
      }
      return y;
    }

    grow([], 1);
    const total = 10 + wide * longest.value + 12;
    const svg = Explorables.sheet(total, 8 + high * leaves, says);
    svg.setAttribute("style", `width: ${1.3 * total}px; max-width: none`);
    svg.append(...parts);
    return svg;
  }
});
