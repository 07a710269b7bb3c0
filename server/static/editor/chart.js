// A chart of numbers by year or by name, as SVG: a group of bars for each, a colour for each column of numbers.

import { text } from "./links.js";

const GROUPS = 40; // more names than fit beside each other; years all do
const SERIES = 6;
const SVG = "http://www.w3.org/2000/svg";
const [HEIGHT, LEFT, TOP, RIGHT] = [300, 56, 12, 12];

function draw(tag, attributes, content) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (content !== undefined) element.textContent = content;
  return element;
}

/** Returns the chart's elements and what it says below; rows of the same year or name are added up. */
export function chart(rows, { along, byYear, numbers }, prefixes) {
  const shown = numbers.slice(0, SERIES);
  const sums = new Map();
  for (const row of rows) {
    const label = text(row[along], prefixes) || "not given";
    if (!sums.has(label)) sums.set(label, shown.map(() => 0));
    shown.forEach((name, at) => { sums.get(label)[at] += Number(row[name]?.value ?? 0) || 0; });
  }
  let groups = [...sums];
  const known = groups.map(([label]) => Number(label)).filter(Number.isFinite);
  if (byYear && known.length && Math.max(...known) - Math.min(...known) < 500) {
    const last = Math.max(...known);
    for (let year = Math.min(...known); year < last; year += 1) {
      if (!sums.has(`${year}`)) groups.push([`${year}`, shown.map(() => 0)]); // a year without any counts too
    }
  }
  if (byYear) groups.sort(([one], [other]) => (one < other ? -1 : 1)); // digits come before XXXX
  const total = groups.length;
  if (!byYear) groups = groups.slice(0, GROUPS);
  const said = [`By ${along}${rows.length > total ? ", rows with the same one added up" : ""}.`];
  if (groups.length < total) said.push(`The first ${groups.length} of ${total} are drawn; ORDER BY decides which.`);
  if (shown.length < numbers.length) said.push(`Drawn are the first ${SERIES} of ${numbers.length} columns of numbers.`);
  return { element: [legend(shown), bars(groups, shown, along, byYear)], caption: said.join(" ") };
}

function legend(names) {
  const list = document.createElement("ul");
  list.className = "legend";
  list.append(
    ...names.map((name, at) => {
      const item = document.createElement("li");
      item.className = `series-${at}`;
      item.textContent = name;
      return item;
    }),
  );
  return list;
}

function bars(groups, names, along, byYear) {
  const values = groups.flatMap(([, numbers]) => numbers);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const ticks = scale(low, high);
  const [bottom, top] = [ticks[0], ticks.at(-1)];
  const below = byYear ? 36 : 120;
  const step = Math.max(byYear ? 40 : 28, names.length * 12 + 10, 640 / Math.max(groups.length, 1));
  const width = LEFT + groups.length * step + RIGHT;
  const y = (value) => TOP + ((top - value) / (top - bottom)) * HEIGHT;
  const figure = draw("svg", {
    class: "chart",
    viewBox: `0 0 ${width} ${TOP + HEIGHT + below}`,
    width,
    height: TOP + HEIGHT + below,
    role: "img",
    "aria-label": `Bars of ${names.join(", ")} by ${along}; the table has the numbers`,
  });
  for (const tick of ticks) {
    figure.append(draw("line", { class: tick ? "grid" : "zero", x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }));
    figure.append(draw("text", { x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" }, tick.toLocaleString("en")));
  }
  const thick = Math.min((step - 10) / names.length, 40);
  groups.forEach(([label, numbers], group) => {
    const middle = LEFT + (group + 0.5) * step;
    numbers.forEach((value, at) => {
      const x = middle + (at - names.length / 2) * thick;
      const [from, to] = [y(Math.max(value, 0)), y(Math.min(value, 0))];
      const bar = draw("rect", { class: `series-${at}`, x, y: from, width: thick - 2, height: Math.max(to - from, 0) });
      bar.append(draw("title", {}, `${label}: ${names[at]} ${value.toLocaleString("en")}`));
      figure.append(bar);
    });
    const turned = byYear ? {} : { transform: `rotate(-45 ${middle} ${TOP + HEIGHT + 14})` };
    const short = label.length > 22 ? `${label.slice(0, 21)}…` : label;
    const anchor = byYear ? "middle" : "end";
    const name = draw("text", { x: middle, y: TOP + HEIGHT + 16, "text-anchor": anchor, ...turned }, short);
    name.append(draw("title", {}, label));
    figure.append(name);
  });
  const frame = document.createElement("div");
  frame.className = "chart-frame";
  frame.tabIndex = 0; // so that the keyboard can scroll what is wider than the page
  frame.append(figure);
  return frame;
}

/** Returns round numbers from at or below `low` to at or above `high`, which are at most nine. */
function scale(low, high) {
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const first = Math.floor(low / step);
  const count = Math.max(Math.ceil(high / step), first + 1) - first + 1;
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}
