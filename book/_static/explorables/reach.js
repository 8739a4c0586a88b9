/* How far a stack of causal convolutions can see. */
"use strict";

Explorables.reach = {
  /** 1 + sum (k_i - 1) d_i */
  formula: (stack) => stack.reduce((sum, [width, dilation]) => sum + (width - 1) * dilation, 1),

  /** For each floor, from the answer down to the input, how many steps back are looked at. */
  seen(stack) {
    const floors = [new Set([0])];
    for (const [width, dilation] of [...stack].reverse()) {
      const below = new Set();
      for (const back of floors.at(-1)) {
        for (let j = 0; j < width; j++) below.add(back + j * dilation);
      }
      floors.push(below);
    }
    return floors.map((floor) => [...floor].sort((a, b) => a - b));
  },
};

Explorables.define("reach", (stage, data) => {
  const { formula, seen } = Explorables.reach;
  const { make, draw, slider } = Explorables;
  const says = Explorables.sentence();
  const most = 4;
  const count = slider({
    label: "layers", min: 1, max: most, step: 1, value: data.stack.length,
  }, update);
  const layers = Array.from({ length: most }, (_, at) => {
    const [width, dilation] = data.stack[at] ?? [1, 1];
    const one = {
      width: slider({ label: "width", min: 1, max: 5, step: 1, value: width }, update),
      dilation: slider({ label: "dilation", min: 1, max: 8, step: 1, value: dilation }, update),
    };
    one.element = make("fieldset", {}, make("legend", {}, `layer ${at + 1}`),
      Explorables.controls(one.width.element, one.dilation.element));
    return one;
  });
  const picture = make("div", {
    class: "scrolls", tabindex: 0, role: "group", "aria-label": "What the last answer depends on",
  });
  stage.append(
    Explorables.controls(count.element), ...layers.map((one) => one.element), says, picture,
  );
  update();

  function update() {
    layers.forEach((one, at) => { one.element.hidden = at >= count.value; });
    const stack = layers.slice(0, count.value).map((one) => [one.width.value, one.dilation.value]);
    const floors = seen(stack), reach = formula(stack);
    const touched = floors.at(-1).length;
    picture.replaceChildren(drawing(stack, floors, reach));
    says.textContent = `1 + ${stack.map(([k, d]) => `(${k} − 1) × ${d}`).join(" + ")} = ${reach}: `
      + `the last answer sees ${reach === 1 ? "one step" : `${reach} steps back, itself included`}`
      + `${touched < reach ? `, but looks at only ${touched} of them` : ""}.`;
    picture.scrollLeft = picture.scrollWidth;
  }

  function drawing(stack, floors, reach) {
    const wide = 15, high = 46, left = 50;
    const shown = Math.max(reach + 1, 20);
    const width = left + wide * shown + 4, height = high * stack.length + 34;
    const svg = Explorables.sheet(width, height, says);
    svg.setAttribute("style", `width: ${width}px; max-width: none`);
    const x = (back) => left + wide * (shown - 1 - back) + wide / 2;
    const y = (floor) => 14 + high * floor;
    [...stack].reverse().forEach(([size, dilation], floor) => {
      for (const back of floors[floor]) {
        for (let j = 0; j < size; j++) {
          svg.append(draw("path", {
            class: "way", d: `M${x(back)} ${y(floor)} L${x(back + j * dilation)} ${y(floor + 1)}`,
          }));
        }
      }
    });
    floors.forEach((floor, at) => {
      const lit = new Set(floor), level = stack.length - at;
      svg.append(draw("text", { x: 0, y: y(at) + 4 }, level ? `layer ${level}` : "input"));
      for (let back = 0; back < shown; back++) {
        svg.append(draw("circle", {
          class: lit.has(back) ? "tip kept" : "ahead", cx: x(back), cy: y(at),
          r: lit.has(back) ? 4.5 : 3,
        }));
      }
    });
    return svg;
  }
});
