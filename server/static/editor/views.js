// The views of an answer beside the table: a map, a timeline and a chart, each as a plugin of the results' pane.

import { chart } from "./chart.js";
import { columns, naming, places, series, times } from "./columns.js";
import { text } from "./links.js";

const MARKED = 300; // markers that the keyboard reaches; more are dots on a canvas
const DOTS = 5000;
const ITEMS = 1000; // more than the timeline can lay out at once
const DAY = 24 * 3600 * 1000;
const LISTED = 20; // rows that a marker lists

const loaded = new Map();

/** Loads a script or style sheet of this server once, when it is first needed. */
function load(address) {
  if (!loaded.has(address)) {
    const element = document.createElement(address.endsWith(".css") ? "link" : "script");
    if (element.tagName === "LINK") Object.assign(element, { rel: "stylesheet", href: address });
    else element.src = address;
    const done = new Promise((resolve, reject) => {
      element.onload = resolve;
      element.onerror = () => reject(new Error(`${address} could not be loaded`));
    });
    loaded.set(address, done.catch((error) => { loaded.delete(address); throw error; }));
    document.head.append(element);
  }
  return loaded.get(address);
}

function make(tag, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

function icon(path) {
  const holder = make("div"); // spans are hidden where the window is narrow
  holder.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
  return holder;
}

/** What the three have in common: they draw a figure, and below it a line that says what it leaves out. */
class View {
  priority = 5; // below the table, which stays what shows first
  constructor(yasr) {
    this.yasr = yasr;
  }
  canHandleResults() {
    return this.reads(columns(this.yasr.results).columns) !== null;
  }
  getIcon() {
    return icon(this.path);
  }
  figure(caption) {
    const element = make("figure", { className: "view" });
    if (caption) element.append(make("figcaption", { className: "quiet", textContent: caption }));
    this.yasr.resultsEl.append(element);
    return element;
  }
  /** Begins a drawing, which is not to be finished when another has begun or another view is shown. */
  turn() {
    this.destroy();
    return this.last;
  }
  destroy() {
    this.last = Symbol("turn");
    this.drawn?.();
    this.drawn = undefined;
  }
  failed(error) {
    this.figure(`${error.message}; the table shows the same rows.`);
  }
  download(name) {
    const getData = () => this.yasr.results.asCsv();
    return { getData, contentType: "text/csv", title: "Download result", filename: `${name || "queryResults"}.csv` };
  }
  /** Returns a list of all that a row says, but for the columns in `used`. */
  told(row, used) {
    const list = make("dl", { className: "told" });
    for (const name of this.yasr.results.getVariables()) {
      if (!row[name] || used.includes(name)) continue;
      list.append(make("dt", { textContent: name }), make("dd", {}, this.links.term(row[name], this.yasr.getPrefixes())));
    }
    return list;
  }
}

/** Registers the views with the results' pane; `links` shows terms, `vendor` has the addresses of what they load. */
export function registerViews(Yasr, { links, vendor }) {
  class MapView extends View {
    label = "Map";
    path = "M8 0a5 5 0 0 0-5 5c0 4 5 11 5 11s5-7 5-11a5 5 0 0 0-5-5zm0 7a2 2 0 1 1 0-4 2 2 0 0 1 0 4z";
    links = links;
    reads = places;
    async draw() {
      const { rows, columns: all } = columns(this.yasr.results);
      const { used, at } = places(all);
      const spots = new Map();
      let without = 0;
      for (const row of rows) {
        const place = at(row);
        if (!place) without += 1;
        else if (spots.has(`${place}`)) spots.get(`${place}`).rows.push(row);
        else spots.set(`${place}`, { place, rows: [row] });
      }
      const shown = [...spots.values()].slice(0, DOTS);
      const said = [`${rows.length - without} of ${rows.length} rows at ${spots.size} place${spots.size === 1 ? "" : "s"}.`];
      if (without) said.push(`${without} without coordinates ${without === 1 ? "is" : "are"} left out.`);
      if (shown.length < spots.size) said.push(`The first ${shown.length} places are drawn.`);
      try {
        this.world ??= fetch(vendor.world).then((answer) => answer.json());
        const turn = this.turn();
        const [world] = await Promise.all([this.world, load(vendor.leafletStyle), load(vendor.leaflet)]);
        if (turn !== this.last) return;
        const element = make("div", { className: "map" });
        this.figure(said.join(" ")).prepend(element);
        const map = paint(element, world, shown, (spot) => this.popup(spot, used, naming(all, used)));
        this.drawn = () => map.remove();
      } catch (error) {
        this.failed(error);
      }
    }
    popup(spot, used, name) {
      const element = make("div");
      const title = text(spot.rows[0][name], this.yasr.getPrefixes());
      if (spot.rows.length > 1) element.append(make("p", { textContent: `${spot.rows.length} rows here` }));
      for (const row of spot.rows.slice(0, LISTED)) element.append(this.told(row, used));
      if (spot.rows.length > LISTED) element.append(make("p", { textContent: "… the table has the others." }));
      return { title, element };
    }
  }

  function paint(element, world, spots, popup) {
    const map = L.map(element, { worldCopyJump: true, minZoom: 1, maxZoom: 9, preferCanvas: spots.length > MARKED });
    map.attributionControl.setPrefix("Leaflet").addAttribution("Natural Earth (borders as in fact held)");
    L.geoJSON(world, { interactive: false, className: "country", renderer: L.svg() }).addTo(map);
    const most = Math.max(...spots.map((spot) => spot.rows.length));
    for (const spot of spots) {
      const size = Math.round(14 + 20 * Math.sqrt((spot.rows.length - 1) / most));
      const { title, element: content } = popup(spot);
      const count = spot.rows.length > 1 ? ` (${spot.rows.length} rows)` : "";
      const marker =
        spots.length > MARKED
          ? L.circleMarker(spot.place, { radius: size / 2, className: "dot" })
          : L.marker(spot.place, {
              icon: L.divIcon({ className: "dot", iconSize: [size, size] }),
              title: title + count,
              alt: title + count,
            });
      marker.bindPopup(content, { maxHeight: 240 }).addTo(map);
    }
    const frame = L.latLngBounds(spots.map((spot) => spot.place)).pad(0.2);
    if (spots.length) map.fitBounds(frame, { maxZoom: 5 });
    else map.setView([20, 10], 1);
    return map;
  }

  class TimelineView extends View {
    label = "Timeline";
    path = "M0 7h16v2H0zM2 3h5v3H2zM8 10h6v3H8zM9 2h3v4H9z";
    links = links;
    reads = times;
    async draw() {
      const { rows, columns: all } = columns(this.yasr.results);
      const { used, at } = times(all);
      const name = naming(all, used);
      const prefixes = this.yasr.getPrefixes();
      const dated = rows.flatMap((row) => {
        const when = at(row);
        return when ? [{ row, when }] : [];
      });
      const said = [`${dated.length} of ${rows.length} rows in time, by ${used.join(" and ")}.`];
      if (dated.length > ITEMS) said.push(`The first ${ITEMS} are drawn.`);
      try {
        const turn = this.turn();
        await load(vendor.timeline);
        if (turn !== this.last) return;
        const figure = this.figure(said.join(" "));
        const details = make("div", { className: "details", role: "status" });
        const element = make("div", { className: "timeline" });
        figure.prepend(element, details);
        const drawn = dated.slice(0, ITEMS);
        const [first, last] = [Math.min(...drawn.map(({ when }) => when.start)), Math.max(...drawn.map(({ when }) => when.end))];
        const items = drawn.map(({ row, when }, id) => {
          const long = when.end - when.start;
          const range = long > 1.5 * DAY && long > (last - first) / 6; // else too narrow to be read
          const label = text(row[name], prefixes) || when.text;
          return { id, start: when.start, ...(range ? { end: when.end } : {}), type: range ? "range" : "box", row, when, label };
        });
        const timeline = new vis.Timeline(element, items, {
          template: (item) => make("span", { textContent: cut(item.label), title: `${item.when.text}: ${item.label}` }),
          maxHeight: "32rem",
          minHeight: "12rem",
          zoomMin: DAY,
          zoomMax: 1000 * 366 * DAY,
          tooltip: { followMouse: true },
          margin: { item: 6 },
          horizontalScroll: true,
          zoomKey: "ctrlKey",
          locale: "en",
        });
        this.drawn = () => timeline.destroy();
        timeline.on("select", ({ items: [id] }) => {
          details.replaceChildren(...(id === undefined ? [] : [this.told(items[id].row, [])]));
        });
      } catch (error) {
        this.failed(error);
      }
    }
  }

  class ChartView extends View {
    label = "Chart";
    path = "M1 15V1h1v13h13v1zM4 13V7h2v6zm4 0V3h2v10zm4 0V9h2v4z";
    links = links;
    reads = series;
    draw() {
      const { rows, columns: all } = columns(this.yasr.results);
      const { element, caption } = chart(rows, series(all), this.yasr.getPrefixes());
      this.figure(caption).prepend(...element);
    }
  }

  Yasr.registerPlugin("map", MapView);
  Yasr.registerPlugin("timeline", TimelineView);
  Yasr.registerPlugin("chart", ChartView);
}

function cut(label) {
  return label.length > 60 ? `${label.slice(0, 58)}…` : label;
}
