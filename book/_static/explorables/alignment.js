/* A network that reads a day letter by letter, and writes it in ISO's form: greedily, with dot
   attention, from the equations of the chapter. */
"use strict";

Explorables.alignment = {
  /** An id for each letter; letters that the training has not, share one. */
  ids: (text, letters, unknown) => [...text].map((letter) => letters.get(letter) ?? unknown),

  /** An LSTM in each direction: the states of all steps, and the last ones of both. */
  read({ source, forward, backward }, ids) {
    const { run, lstm } = Explorables.cells;
    const vectors = ids.map((id) => source[id]);
    const there = run(lstm, forward, vectors);
    const back = run(lstm, backward, [...vectors].reverse());
    const last = (name) => [...there.at(-1)[name], ...back.at(-1)[name]];
    return {
      outputs: there.map(({ h }, t) => [...h, ...back.at(-1 - t).h]), h: last("h"), c: last("c"),
    };
  },

  softmax(scores) {
    const highest = Math.max(...scores);
    const parts = scores.map((score) => Math.exp(score - highest));
    const sum = parts.reduce((total, part) => total + part, 0);
    return parts.map((part) => part / sum);
  },

  /** The most probable token at each step, with its probability and where the step looked. */
  write({ target, writer, combine, answer, ...reader }, ids, { start, end, longest }) {
    const { lstm, plus, times } = Explorables.cells, { softmax } = Explorables.alignment;
    const { outputs, ...begin } = Explorables.alignment.read(reader, ids);
    const steps = [];
    for (let state = begin, token = start; token !== end && steps.length < longest;) {
      state = lstm(writer, target[token], state);
      const scores = outputs.map((key) => key.reduce((sum, k, j) => sum + k * state.h[j], 0));
      const weights = softmax(scores), context = times(weights, outputs);
      const both = plus(times([...state.h, ...context], combine.W), combine.b).map(Math.tanh);
      const p = softmax(plus(times(both, answer.W), answer.b));
      token = p.indexOf(Math.max(...p));
      steps.push({ token, p: p[token], weights });
    }
    return steps;
  },

  /** Whether a text names a day of the calendar, as ISO 8601 writes it. */
  exists(text) {
    const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(NaN);
    return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  },
};

Explorables.define("alignment", (stage, data) => {
  const { ids, write, exists } = Explorables.alignment;
  const { make, draw, decimal, choice } = Explorables;
  const letters = new Map(data.letters.map((letter, id) => [letter, id]));
  const network = Explorables.unpacked(data.network), { tokens, end, most } = data;
  const says = Explorables.sentence();
  const typed = make("input", {
    type: "text", value: data.examples[0], spellcheck: "false", autocomplete: "off",
  });
  typed.addEventListener("input", update);
  const ways = choice("one of these", data.examples, () => {
    typed.value = ways.value;
    update();
  });
  const picture = make("div", {
    class: "scrolls", tabindex: 0, role: "group", "aria-label": "Where each token looks",
  });
  const numbers = make("div");
  stage.append(
    Explorables.controls(make("label", { class: "typed" }, make("span", {}, "a day"), typed),
      ways.element),
    says, picture, numbers,
  );
  update();

  function update() {
    const read = [...typed.value.trim().toLowerCase()];
    const wrong = read.length ? read.length > most
      && `${most} letters at most: these are ${read.length}.` : "Type a day.";
    typed.removeAttribute("aria-invalid");
    if (wrong) {
      typed.setAttribute("aria-invalid", "true");
      says.textContent = wrong;
      picture.replaceChildren();
      numbers.replaceChildren();
      return;
    }
    const steps = write(network, ids(read, letters, data.unknown), data);
    const written = steps.map(({ token }) => (token === end ? "" : tokens[token])).join("");
    const least = Math.min(...steps.map(({ p }) => p));
    const doubtful = steps.findIndex(({ p }) => p === least);
    const strange = [...new Set(read.filter((letter) => !letters.has(letter)))];
    says.textContent = `It writes “${written}”${exists(written) ? "" : ", which is no day"}. It is `
      + `least sure of token ${doubtful + 1}, “${tokens[steps[doubtful].token]}”, with `
      + `${decimal(least)}.${strange.length
        ? ` Letters that it has never seen: ${strange.join(" ")}` : ""}`;
    picture.replaceChildren(drawing(read, steps));
    numbers.replaceChildren(Explorables.table("What is written, token by token",
      ["", "probability", "looks most at", "with a weight of"], steps.map((step) => {
        const largest = Math.max(...step.weights), at = step.weights.indexOf(largest);
        const letter = `${read[at] === " " ? "␣" : read[at]} (letter ${at + 1})`;
        return [tokens[step.token], decimal(step.p), letter, decimal(largest)];
      })));
  }

  function drawing(read, steps) {
    const size = 16, left = 32, top = 20;
    const width = left + size * read.length + 2, height = top + size * steps.length + 2;
    const svg = Explorables.sheet(width, height, says);
    svg.setAttribute("style", `width: ${1.15 * width}px; max-width: none`);
    svg.append(...read.map((letter, at) => draw("text", {
      x: left + size * (at + 0.5), y: top - 6, "text-anchor": "middle",
    }, letter)), ...steps.flatMap(({ token, weights }, step) => [
      draw("text", { x: left - 6, y: top + size * (step + 0.75), "text-anchor": "end" },
        tokens[token]),
      ...weights.map((weight, at) => draw("rect", {
        class: "weight", x: left + size * at, y: top + size * step, width: size, height: size,
        "fill-opacity": weight.toFixed(3),
      })),
    ]));
    return svg;
  }
});
