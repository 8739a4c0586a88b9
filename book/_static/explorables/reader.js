/* Two networks that judge a review: one counts its words, one reads them in order. */
"use strict";

Explorables.reader = {
  words: (text) => text.toLowerCase().match(/[a-z0-9]+(?:'[a-z]+)*/g) ?? [],

  /** Ids as in the chapter: one for a word that the vocabulary does not have; fifty at most. */
  ids: (words, vocabulary, length) => words.slice(0, length).map((word) => (
    vocabulary.get(word) ?? 1)),

  /** A weight for each word that occurs, of padding too, and their sum. */
  counted({ weights, bias }, ids, length) {
    const occur = new Set(ids.length < length ? [0, ...ids] : ids);
    return Explorables.cells.sigmoid([...occur].reduce((sum, id) => sum + weights[id], bias));
  },

  /** A GRU in each direction, and the answer from the last states of both. */
  read({ embedding, forward, backward, kernel, bias }, ids) {
    const { run, gru, sigmoid } = Explorables.cells;
    const vectors = ids.map((id) => embedding[id]);
    const there = run(gru, forward, vectors).at(-1).h;
    const back = run(gru, backward, [...vectors].reverse()).at(-1).h;
    return sigmoid([...there, ...back].reduce((sum, h, j) => sum + h * kernel[j], bias));
  },
};

Explorables.define("reader", (stage, data) => {
  const { words, ids, counted, read } = Explorables.reader;
  const { make, decimal, button, unpacked } = Explorables;
  const vocabulary = new Map(data.vocabulary.map((word, id) => [word, id]));
  const network = unpacked(data.network), { length } = data;
  const says = Explorables.sentence();
  const typed = make("input", {
    type: "text", value: data.example, spellcheck: "false", autocomplete: "off",
  });
  typed.addEventListener("input", update);
  const turned = button("Reverse the order of the words", () => {
    typed.value = words(typed.value).reverse().join(" ");
    update();
  });
  const numbers = make("div");
  stage.append(
    make("label", { class: "typed" }, make("span", {}, "review"), typed),
    Explorables.controls(turned), says, numbers,
  );
  update();

  function update() {
    const found = words(typed.value).slice(0, length), numbered = ids(found, vocabulary, length);
    turned.disabled = !found.length;
    if (!found.length) {
      says.textContent = "Type a word or more.";
      numbers.replaceChildren();
      return;
    }
    const until = found.map((_, t) => read(network, numbered.slice(0, t + 1)));
    const unknown = found.filter((_, t) => numbered[t] === 1);
    const sum = counted(data.bag, numbered, length);
    const verdict = (p) => `${decimal(p)}, ${p > 0.5 ? "good" : "bad"}`;
    says.textContent = `Who counts the words says ${verdict(sum)}; who reads them says `
      + `${verdict(until.at(-1))}. ${unknown.length
        ? `Unknown to both: ${unknown.join(", ")}.` : "Both know every word."}`;
    const rows = found.map((word, t) => [
      word, decimal(data.bag.weights[numbered[t]]),
      make("span", {}, share(until[t]), decimal(until[t])),
    ]);
    numbers.replaceChildren(Explorables.table("The review, word by word",
      ["", "counted as", "read so far"], rows));
  }

  function share(p) {
    const bar = make("span", { class: "share", "aria-hidden": "true" }, make("span"));
    bar.firstChild.style.width = `${100 * p}%`;
    return bar;
  }
});
