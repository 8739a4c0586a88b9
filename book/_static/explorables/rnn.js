/* Recurrent cells, a step at a time: the equations and the order of blocks of `helpers.cells`,
   which are those of Keras. A row is an array, a matrix an array of rows. */
"use strict";

Explorables.cells = (() => {
  const sigmoid = (z) => 0.5 * (1 + Math.tanh(z / 2));

  /** Each activation f beside its derivative, written in terms of h = f(z). */
  const activations = {
    tanh: [Math.tanh, (h) => 1 - h * h],
    linear: [(z) => z, () => 1],
    relu: [(z) => Math.max(z, 0), (h) => (h > 0 ? 1 : 0)],
    sigmoid: [sigmoid, (h) => h * (1 - h)],
  };

  const plus = (...rows) => rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0));
  const times = (row, W) => W[0].map((_, j) => row.reduce((sum, r, i) => sum + r * W[i][j], 0));
  const timesTransposed = (row, W) => W.map((line) => (
    line.reduce((sum, w, j) => sum + w * row[j], 0)));
  const blocks = (row, count) => Array.from({ length: count }, (_, k) => (
    row.slice(k * row.length / count, (k + 1) * row.length / count)));

  /** h_t = f(x_t W_xh + h_{t-1} W_hh + b) */
  function simple({ W_xh, W_hh, b, activation = "tanh" }, x, { h }) {
    return { h: plus(times(x, W_xh), times(h, W_hh), b).map(activations[activation][0]) };
  }

  /** With Keras' reset_after: the reset gate acts on the state after its matrix. */
  function gru({ W_xh, W_hh, b }, x, { h }) {
    const fromX = blocks(plus(times(x, W_xh), b[0]), 3);
    const fromH = blocks(plus(times(h, W_hh), b[1]), 3);
    const u = plus(fromX[0], fromH[0]).map(sigmoid);
    const r = plus(fromX[1], fromH[1]).map(sigmoid);
    const candidate = fromX[2].map((z, j) => Math.tanh(z + r[j] * fromH[2][j]));
    return { u, r, candidate, h: h.map((old, j) => u[j] * old + (1 - u[j]) * candidate[j]) };
  }

  function lstm({ W_xh, W_hh, b }, x, { h, c }) {
    const z = blocks(plus(times(x, W_xh), times(h, W_hh), b), 4);
    const [i, f, o] = [z[0], z[1], z[3]].map((block) => block.map(sigmoid));
    const candidate = z[2].map(Math.tanh);
    const cell = c.map((old, j) => f[j] * old + i[j] * candidate[j]);
    return { i, f, candidate, o, c: cell, h: cell.map((value, j) => o[j] * Math.tanh(value)) };
  }

  /** All that a cell computes on a sequence, from states of zero: one record for each step. */
  function run(step, weights, sequence) {
    const zeros = weights.W_hh.map(() => 0);
    let state = { h: zeros, c: zeros };
    return sequence.map((x) => (state = step(weights, x, state)));
  }

  /** dL/dh by lag, for a loss that reads the last state of a SimpleRNN: the recursion of BPTT. */
  function messages({ W_hh, activation = "tanh" }, states, last) {
    const slope = activations[activation][1];
    const found = [last];
    for (let t = states.length - 1; t > 0; t--) {
      const behind = found.at(-1).map((dh, j) => dh * slope(states[t].h[j]));
      found.push(timesTransposed(behind, W_hh));
    }
    return found;
  }

  return { sigmoid, activations, plus, times, simple, gru, lstm, run, messages };
})();
