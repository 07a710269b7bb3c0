// The query editor: YASGUI on this server's own endpoint, with the examples one click away.

import { registerCompletion } from "./completion.js";
import { linker, text } from "./links.js";
import { mark, message, understand, unmark } from "./messages.js";
import { registerViews } from "./views.js";

const settings = JSON.parse(document.getElementById("settings").textContent);
const addresses = settings.addresses;
const endpoint = new URL(addresses.endpoint, document.baseURI).href;
const links = linker({ base: settings.base, pages: new URL(addresses.pages, document.baseURI).href });
const { Yasqe, Yasr } = Yasgui;
const byId = (id) => document.getElementById(id);
const [runButton, timeout, status] = ["run", "timeout", "status"].map(byId);

// ---- answers ----

const answers = new WeakMap(); // request → response, as soon as it has begun
const plainFetch = window.fetch.bind(window);
window.fetch = async (resource, options) => {
  // The editor keeps only the body of an answer; messages need to know whether one began, and its Retry-After.
  const response = await plainFetch(resource, options);
  if (resource instanceof Request) answers.set(resource, response);
  return response;
};

const Table = Yasr.plugins.table;
Yasr.registerPlugin(
  "table",
  class extends Table {
    getUriLinkFromBinding(binding, prefixes) {
      return links.iri(binding.value, prefixes).outerHTML;
    }
    getRows() {
      const readable = (cell) => (cell?.type === "triple" ? { type: "literal", value: text(cell, this.yasr.getPrefixes()) } : cell);
      return super.getRows().map((row) => row.map(readable));
    }
  },
);
registerViews(Yasr, { links, vendor: addresses });
registerCompletion(Yasqe, settings);

Yasqe.defaults.value = settings.first;
Yasr.defaults.prefixes = { ...settings.prefixes, id: settings.base };
Yasr.defaults.pluginOrder = ["table", "map", "timeline", "chart", "response"];

const yasgui = new Yasgui(byId("yasgui"), {
  requestConfig: { endpoint },
  endpointCatalogueOptions: { getData: () => [{ endpoint }] },
  copyEndpointOnNewTab: false,
  populateFromUrl: false, // a link may bring a query, but not settings, and runs nothing
  persistenceId: "legation",
});

const running = new WeakMap(); // tab → its last request
const began = new WeakMap(); // tab → the moment its query was sent
const equipped = new WeakSet();

/** Lets a tab mark syntax errors and explain failures; once each, since tabs make their parts when first shown. */
function equip(tab) {
  const [yasqe, yasr] = [tab.getYasqe(), tab.getYasr()];
  if (!yasqe || !yasr || equipped.has(yasr)) return;
  equipped.add(yasr);
  yasqe.getInputField().setAttribute("aria-label", "SPARQL query");
  yasqe.on("query", (_yasqe, request) => running.set(tab, request));
  yasr.on("drawn", () => queueMicrotask(() => name(yasr))); // once the buttons are up to date
  yasr.config.errorRenderers = [
    async (error) => {
      const told = understand(error.text, answers.get(running.get(tab)));
      if (told.status === 504 && timeout.value) told.again = "Try again with the longest time";
      const at = told.line ? mark(yasqe, told) : undefined;
      tell(told.title, { shown: true });
      return message(told, {
        again() {
          if (told.again) timeout.value = "";
          run(tab);
        },
        show() {
          yasqe.focus();
          yasqe.getDoc().setCursor(at);
          yasqe.scrollIntoView(at, 80);
        },
      });
    },
  ];
}

/** Gives names to what YASGUI leaves without: the download, and which view shows. */
function name(yasr) {
  const download = yasr.headerEl.querySelector(".yasr_downloadIcon");
  const kind = download.title === "Download result" ? "Download as CSV" : download.title || "Download";
  download.setAttribute("aria-label", kind);
  download.title = kind;
  if (!download.querySelector(".word")) {
    const word = document.createElement("span");
    word.className = "word";
    download.append(word);
  }
  download.querySelector(".word").textContent = kind === "Download as CSV" ? "CSV" : "";
  for (const button of yasr.headerEl.querySelectorAll("button[class*=select_]")) {
    button.setAttribute("aria-pressed", String(button.classList.contains("selected")));
  }
}

function run(tab = yasgui.getTab()) {
  tab.query().catch(() => {}); // the results pane shows the error
}

/** Says something in passing; what the page shows anyway is only read out to those who do not see it. */
function tell(words, { shown = false } = {}) {
  status.textContent = words;
  status.classList.toggle("unseen", shown);
}

yasgui.on("queryBefore", (_yasgui, tab) => {
  equip(tab);
  unmark(tab.getYasqe());
  // Tabs remember their settings and may come from an older page; only the time is for the user to choose.
  tab.setRequestConfig({
    endpoint,
    method: "POST",
    args: timeout.value ? [{ name: "timeout", value: timeout.value }] : [],
    headers: {},
    namedGraphs: [],
    defaultGraphs: [],
    acceptHeaderSelect: "application/sparql-results+json",
    acceptHeaderGraph: "text/turtle",
  });
});
yasgui.on("query", (_yasgui, tab) => {
  began.set(tab, performance.now());
  runButton.textContent = "Stop";
  tell("Running …");
});
yasgui.on("queryResponse", (_yasgui, tab) => {
  runButton.textContent = "Run query";
  queueMicrotask(() => {
    const results = tab.getYasr().results;
    if (!results || results.hasError()) return;
    const count = results.getBindings()?.length;
    const seconds = ((performance.now() - began.get(tab)) / 1000).toFixed(1);
    tell(count === undefined ? `Done in ${seconds} s` : `${count.toLocaleString("en")} row${count === 1 ? "" : "s"} in ${seconds} s`, { shown: true });
  });
});
yasgui.on("tabSelect", () => {
  tell("");
  byId("sharing").hidden = true;
  byId("share").setAttribute("aria-expanded", "false");
});

runButton.addEventListener("click", () => {
  const tab = yasgui.getTab();
  if (runButton.textContent === "Stop") tab.getYasqe().abortQuery();
  else run(tab);
});

// ---- links that bring a query: #example=NAME and #list=NOUN run, for they are ours; #query=TEXT only shows ----

/** Opens a tab with a query, the one that has the name if there is one, and returns it. */
function open({ name: tabName, query, show = "table" }) {
  const found = Object.values(yasgui._tabs).find((tab) => tab.getName() === tabName);
  const yasr = { settings: { selectedPlugin: show, pluginsConfig: { table: { compact: true } } } };
  const tab = found ?? yasgui.addTab(true, { name: tabName, requestConfig: { endpoint }, yasr });
  yasgui.selectTabId(tab.getId());
  tab.setQuery(query);
  tab.getYasr().selectPlugin(show);
  return tab;
}

function follow() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const [example, list, query] = ["example", "list", "query"].map((key) => asked.get(key));
  for (const link of document.querySelectorAll(".questions a")) {
    const chosen = link.hash === location.hash && example !== null;
    link.classList.toggle("chosen", chosen);
    const group = chosen && link.closest(".group");
    if (group) group.open = true; // which closes the others, as they share a name
  }
  if (settings.queries[example]) run(open({ name: example, ...settings.queries[example] }));
  else if (settings.listings[list]) run(open({ name: list, query: settings.listings[list] }));
  else if (query !== null) {
    const show = asked.get("show");
    const same = Object.values(yasgui._tabs).find((tab) => tab.persistentJson.yasqe.value === query);
    const tabName = same?.getName() ?? yasgui.createTabName("Shared");
    const tab = open({ name: tabName, query, show: Yasr.plugins[show] ? show : "table" });
    equip(tab);
    history.replaceState(null, "", location.pathname + location.search); // else a reload would bring it back as it was
    tell("A shared query: read it, then run it.");
    runButton.focus();
  }
}

// A second click on the same example changes no hash, but means "again".
byId("examples")?.addEventListener("click", (event) => {
  const link = event.target.closest(".questions a");
  if (link?.hash === location.hash) follow();
  if (link && narrow.matches) byId("examples").open = false;
});
window.addEventListener("hashchange", follow);
follow();

// ---- sharing ----

function shared() {
  const tab = yasgui.getTab();
  const parts = { query: tab.getQuery() };
  const show = tab.getYasr().getSelectedPluginName();
  if (show !== "table") parts.show = show;
  const encoded = Object.entries(parts).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `${location.origin}${location.pathname}#${encoded.join("&")}`;
}

byId("share").addEventListener("click", () => {
  const box = byId("sharing");
  box.hidden = !box.hidden;
  byId("share").setAttribute("aria-expanded", String(!box.hidden));
  byId("copied").textContent = "";
  if (box.hidden) return;
  byId("link").value = shared();
  byId("link").select();
});
byId("copy").addEventListener("click", async () => {
  byId("link").select();
  try {
    await navigator.clipboard.writeText(byId("link").value);
    byId("copied").textContent = "Copied.";
  } catch {
    // Browsers give the clipboard to pages by HTTPS only; the old way works where the link is selected.
    byId("copied").textContent = document.execCommand("copy") ? "Copied." : "Press Ctrl+C to copy the link.";
  }
});

// ---- the page on a phone: the examples are folded away until wanted ----

const narrow = window.matchMedia("(max-width: 60rem)");
if (byId("examples")) byId("examples").open = !narrow.matches;
for (const tab of Object.values(yasgui._tabs)) if (tab.getYasr()) equip(tab);
