/* The best path through a lattice of tags, a word at a time. */
"use strict";

Explorables.viterbi = {
  /** The scores delta, from which tag each came, the best path, and its score; of equals the first. */
  search({ emissions, transitions, start, end }) {
    const best = (row) => row.reduce((at, value, k) => (value > row[at] ? k : at), 0);
    const tags = start.map((_, k) => k);
    const delta = [start.map((score, k) => score + emissions[0][k])], back = [null];
    for (const emission of emissions.slice(1)) {
      const before = delta.at(-1);
      const ways = tags.map((k) => before.map((score, j) => score + transitions[j][k]));
      back.push(ways.map(best));
      delta.push(ways.map((row, k) => emission[k] + row[best(row)]));
    }
    const final = delta.at(-1).map((score, k) => score + end[k]);
    const path = [best(final)];
    for (let t = emissions.length - 1; t > 0; t--) path.unshift(back[t][path[0]]);
    return { delta, back, path, score: final[best(final)], byWord: emissions.map(best), best };
  },
};

Explorables.define("viterbi", (stage, data) => {
  const { make, draw, decimal, button } = Explorables;
  const { words, tags, emissions, transitions, start } = data;
  const { delta, back, path, score, byWord, best } = Explorables.viterbi.search(data);
  const last = words.length + 1;
  const says = Explorables.sentence();
  const step = Explorables.slider({
    label: "step", min: 1, max: last, step: 1, value: 1,
    shown: (at) => (at === last ? "read back" : `word ${at}`),
  }, update);
  const move = (by) => () => { step.value += by; update(); };
  const earlier = button("One step back", move(-1)), later = button("Next step", move(1));
  const picture = make("div", {
    class: "scrolls", tabindex: 0, role: "group", "aria-label": "The lattice",
  });
  const numbers = make("div");
  stage.append(
    Explorables.controls(step.element, earlier, later), says, picture, numbers,
  );
  update();

  function update() {
    const at = step.value;
    if (at === 1 && document.activeElement === earlier) later.focus();
    if (at === last && document.activeElement === later) earlier.focus();
    earlier.disabled = at === 1;
    later.disabled = at === last;
    picture.replaceChildren(drawing(at));
    if (at === last) {
      const differ = words.filter((_, t) => path[t] !== byWord[t]);
      says.textContent = `Read back from the best end: ${path.map((k) => tags[k]).join(", ")}, `
        + `with the score ${decimal(score)}. ${differ.length
          ? `Word by word, ${differ.join(", ")} would have another tag.`
          : "Word by word it would be the same."}`;
    } else {
      const k = best(delta[at - 1]);
      says.textContent = `Word ${at} of ${words.length}, “${words[at - 1]}”: the best path so far `
        + `ends in ${tags[k]}, with the score ${decimal(delta[at - 1][k])}`
        + `${at > 1 ? `, and comes from ${tags[back[at - 1][k]]}` : ""}. `
        + `The largest emission here is that of ${tags[byWord[at - 1]]}.`;
    }
    numbers.replaceChildren(table(Math.min(at, words.length) - 1));
  }

  /** How the score of each tag at a word came about. */
  function table(t) {
    const number = (value) => (value < -1000 ? "never" : decimal(value));
    const rows = tags.map((tag, k) => {
      const j = t ? back[t][k] : null;
      const reached = t ? [tags[j], number(delta[t - 1][j]), number(transitions[j][k])]
        : ["start", "0.00", number(start[k])];
      return [tag, ...reached, number(emissions[t][k]), number(delta[t][k])];
    });
    return Explorables.table(`Scores at word ${t + 1}, ${words[t]}`,
      ["", "from", "with", "+ transition", "+ emission", "= score"], rows);
  }

  function drawing(at) {
    const left = 62, wide = 62, high = 24, top = 26;
    const width = left + wide * words.length, height = top + high * tags.length + 4;
    const svg = Explorables.sheet(width, height, says);
    svg.setAttribute("style", `width: ${1.25 * width}px; max-width: none`);
    const x = (t) => left + wide * (t + 0.5), y = (k) => top + high * (k + 0.5);
    const along = (route) => `M${route.map((k, t) => `${x(t)} ${y(k)}`).join(" L")}`;
    const seen = Math.min(at, words.length);
    if (at < last) {
      svg.append(draw("rect", {
        class: "here", x: left + wide * (at - 1), y: 0, width: wide, height,
      }));
    }
    for (let t = 1; t < seen; t++) {
      tags.forEach((_, k) => svg.append(draw("path", {
        class: "axis", d: `M${x(t - 1)} ${y(back[t][k])} L${x(t)} ${y(k)}`,
      })));
    }
    svg.append(draw("path", { class: "curve theory", d: along(byWord.slice(0, seen)) }));
    if (at === last) svg.append(draw("path", { class: "curve winner", d: along(path) }));
    words.forEach((word, t) => {
      svg.append(draw("text", { x: x(t), y: 14, "text-anchor": "middle" },
        word.length > 9 ? `${word.slice(0, 8)}…` : word));
      tags.forEach((_, k) => svg.append(draw("circle", {
        class: t >= seen ? "ahead" : at < last && t === at - 1 && k === best(delta[t]) ? "tip kept"
          : "passing",
        cx: x(t), cy: y(k), r: t < seen && k === best(delta[t]) ? 6 : 3.5,
      })));
    });
    tags.forEach((tag, k) => svg.append(draw("text", { x: 0, y: y(k) + 4 }, tag)));
    return svg;
  }
});
