// The query editor: YASGUI on this server's own endpoint, with the examples one click away.
"use strict";

(() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const endpoint = new URL("sparql", document.baseURI).href;
  const pages = new URL("page/", document.baseURI).href;
  const first = [
    `PREFIX leg: <${settings.prefixes.leg}>`,
    `PREFIX rdfs: <${settings.prefixes.rdfs}>`,
    "",
    "SELECT ?event ?what ?from WHERE {",
    "  ?event a leg:Event ; rdfs:label ?what .",
    "  OPTIONAL { ?event leg:earliest ?from }",
    "}",
    "ORDER BY ?from",
    "LIMIT 100",
    "",
  ].join("\n");

  const asked = location.hash; // YASGUI takes the hash away, whether it understands it or not

  Yasgui.Yasqe.defaults.value = first;
  Yasgui.Yasqe.defaults.autocompleters = ["prefixes", "variables"]; // the others ask servers elsewhere
  Yasgui.Yasr.defaults.prefixes = { ...settings.prefixes, id: settings.base };

  // Errors come as problem+json (RFC 9457), whose detail is a sentence for people.
  function showProblem(error) {
    let problem;
    try {
      problem = JSON.parse(error.text);
    } catch {
      return undefined; // not ours: the next renderer shows it as it came
    }
    if (!problem?.detail) return undefined;
    const box = document.createElement("div");
    box.textContent = problem.detail;
    return box;
  }
  Yasgui.Yasr.defaults.errorRenderers = [showProblem, ...(Yasgui.Yasr.defaults.errorRenderers ?? [])];

  const yasgui = new Yasgui(document.getElementById("yasgui"), {
    requestConfig: { endpoint },
    endpointCatalogueOptions: { getData: () => [{ endpoint }] },
    copyEndpointOnNewTab: false,
    persistenceId: "legation",
  });

  // Tabs remember their endpoint, but there is only this one, even after the server has moved.
  for (const tab of Object.values(yasgui._tabs)) tab.setEndpoint(endpoint);

  function showExample() {
    const name = new URLSearchParams(location.hash.slice(1)).get("example");
    for (const link of document.querySelectorAll(".questions a")) {
      link.classList.toggle("chosen", link.hash === location.hash && name !== null);
    }
    const example = settings.queries[name];
    if (!example) return;
    const open = Object.values(yasgui._tabs).find((tab) => tab.getName() === name);
    const simple = { settings: { selectedPlugin: "table", pluginsConfig: { table: { compact: true } } } };
    const tab = open ?? yasgui.addTab(true, { name, requestConfig: { endpoint }, yasr: simple });
    yasgui.selectTabId(tab.getId());
    tab.setQuery(example.query);
    tab.query().catch(() => {}); // the results pane shows the error
  }

  // A second click on the same example changes no hash, but means "again".
  document.querySelector(".questions")?.addEventListener("click", (event) => {
    if (event.target.closest("a")?.hash === location.hash) showExample();
  });
  window.addEventListener("hashchange", showExample);
  if (asked.startsWith("#example=")) {
    history.replaceState(null, "", asked);
    showExample();
  }

  // Things of this graph have their page here; their IRIs lead to wherever the data is published.
  function leadHere(event) {
    const link = event.target.closest?.("#yasgui a.iri");
    if (!link?.href.startsWith(settings.base)) return;
    const here = link.href.slice(settings.base.length);
    link.title = link.href;
    link.href = pages + here;
  }
  for (const kind of ["mouseover", "focusin", "touchstart"]) document.addEventListener(kind, leadHere, { passive: true });
})();
