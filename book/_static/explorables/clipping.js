/* A gradient with two entries, clipped by value and by norm. */
"use strict";

Explorables.clipping = {
  /** g_i <- min(max(g_i, -c), c) */
  byValue: (g, c) => g.map((entry) => Math.min(Math.max(entry, -c), c)),

  /** g <- g min(1, c / |g|) */
  byNorm(g, c) {
    const norm = Math.hypot(...g);
    return norm > c ? g.map((entry) => entry * c / norm) : [...g];
  },

  /** The angle between two gradients in degrees; a gradient of zero has no direction. */
  turn(g, clipped) {
    const across = g[0] * clipped[1] - g[1] * clipped[0];
    const along = g[0] * clipped[0] + g[1] * clipped[1];
    return Math.abs(Math.atan2(across, along)) * 180 / Math.PI;
  },
};

Explorables.define("clipping", (stage, data) => {
  const { byValue, byNorm, turn } = Explorables.clipping;
  const { make, draw, decimal } = Explorables;
  const far = 4, side = 200, scale = side / 2 / (far + 0.4);
  const says = Explorables.sentence();
  const entry = (at) => Explorables.slider({
    label: `entry ${at + 1} of the gradient`, min: -far, max: far, step: 0.05,
    value: data.gradient[at], shown: decimal,
  }, update);
  const entries = [entry(0), entry(1)];
  const limit = Explorables.slider({
    label: "limit c", min: 0.1, max: far, step: 0.05, value: data.limit, shown: decimal,
  }, update);
  const options = [["clipvalue", byValue, "rect"], ["clipnorm", byNorm, "circle"]];
  const panels = options.map(([name, clip, allowed]) => panel(name, clip, allowed));
  const numbers = make("div");
  const example = Explorables.button(data.example.label, () => {
    data.example.gradient.forEach((value, at) => { entries[at].value = value; });
    limit.value = data.example.limit;
    update();
  });
  stage.append(
    Explorables.controls(...entries.map((one) => one.element), limit.element, example),
    make("div", { class: "side-by-side" }, ...panels.map((one) => one.element)),
    says, numbers,
  );
  update();

  function panel(name, clip, allowed) {
    const svg = Explorables.sheet(side, side, says);
    svg.setAttribute("class", "movable");
    const zone = draw(allowed, { class: "zone" });
    const [given, kept] = ["given", "kept"].map((kind) => ({
      line: draw("line", { class: `arrow ${kind}` }),
      tip: draw("path", { class: `tip ${kind}`, d: "M0 0 L-10 -5 L-10 5 Z" }),
    }));
    svg.append(
      draw("path", { class: "axis", d: `M0 ${side / 2} H${side} M${side / 2} 0 V${side}` }),
      zone, given.line, given.tip, kept.line, kept.tip,
    );
    let moving = false;
    svg.addEventListener("pointerdown", (event) => {
      moving = true;
      svg.setPointerCapture(event.pointerId);
      follow(svg, event);
    });
    svg.addEventListener("pointermove", (event) => moving && follow(svg, event));
    for (const end of ["pointerup", "pointercancel"]) {
      svg.addEventListener(end, () => { moving = false; });
    }
    const title = make("p", { class: "panel-title" }, make("code", {}, name));
    return { element: make("div", {}, title, svg), name, clip, zone, given, kept };
  }

  /** The gradient ends where the finger or the mouse is. */
  function follow(svg, event) {
    const box = svg.getBoundingClientRect();
    const along = (at, start, length) => (2 * (at - start) / length - 1) * (far + 0.4);
    entries[0].value = along(event.clientX, box.left, box.width);
    entries[1].value = -along(event.clientY, box.top, box.height);
    update();
  }

  function point({ line, tip }, [across, up]) {
    const [x, y] = [side / 2 + across * scale, side / 2 - up * scale];
    const angle = Math.atan2(-up, across) * 180 / Math.PI;
    const ends = { x1: side / 2, y1: side / 2, x2: x, y2: y };
    for (const [name, value] of Object.entries(ends)) line.setAttribute(name, value);
    tip.setAttribute("transform", `translate(${x} ${y}) rotate(${angle})`);
  }

  function update() {
    const g = entries.map((one) => one.value), c = limit.value;
    const columns = [[...g.map((one) => decimal(one)), decimal(Math.hypot(...g)), "", ""]];
    const told = panels.map(({ name, clip, zone, given, kept }) => {
      const clipped = clip(g, c), angle = turn(g, clipped);
      const half = c * scale, start = side / 2 - half;
      const shape = zone.tagName === "rect"
        ? { x: start, y: start, width: 2 * half, height: 2 * half }
        : { cx: side / 2, cy: side / 2, r: half };
      for (const [key, value] of Object.entries(shape)) zone.setAttribute(key, value);
      point(given, g);
      point(kept, clipped);
      const straight = angle < 0.05;
      columns.push([...clipped.map((one) => decimal(one)), decimal(Math.hypot(...clipped)),
        `${decimal(angle, 1)}°`, straight ? "kept" : "turned"]);
      const same = clipped.every((value, at) => value === g[at]);
      if (same) return `${name} changes nothing`;
      const length = `length ${decimal(Math.hypot(...clipped))}`;
      return straight ? `${name} keeps the direction, ${length}`
        : `${name} turns it by ${decimal(angle, 1)} degrees, ${length}`;
    });
    says.textContent = `Gradient (${g.map((one) => decimal(one)).join(", ")}), limit `
      + `${decimal(c)}: ${told.join("; ")}.`;
    const lines = ["entry 1", "entry 2", "length", "angle", "direction"];
    numbers.replaceChildren(Explorables.table("The gradient, before and after",
      ["", "gradient", ...panels.map(({ name }) => name)],
      lines.map((line, at) => [line, ...columns.map((column) => column[at])])));
  }
});
