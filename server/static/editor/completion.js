// Completion from this server's data: properties where a property can stand, classes after "a", elsewhere actors and
// places by their names, which become their IRIs. Nothing is asked of prefix.cc or other services.

const SHOWN = 30;

/** Registers the completion with the editor's class; `settings` has `base`, `prefixes`, and the addresses to ask. */
export function registerCompletion(Yasqe, settings) {
  const { base, prefixes, addresses } = settings;
  let asked = false; // by Ctrl-Space, which suggests also where nothing is written yet
  const vocabulary = fetch(addresses.terms)
    .then((answer) => answer.json())
    .then(({ terms }) => terms.map((term) => ({ ...term, short: short(term.iri), words: words(term), own: term.iri.startsWith(prefixes.leg) })))
    .catch(() => []); // then there are no suggestions, and queries can be written all the same

  function short(iri) {
    const fits = Object.entries(prefixes).filter(([, space]) => iri.startsWith(space));
    const [prefix, space] = fits.sort((one, other) => other[1].length - one[1].length)[0] ?? [];
    return space ? `${prefix}:${iri.slice(space.length)}` : `<${iri}>`;
  }

  function words({ iri, label }) {
    const name = iri.replace(/^.*[#/]/, "");
    return `${name} ${name.replace(/([a-z])([A-Z])/g, "$1 $2")} ${label}`.toLowerCase();
  }

  /** Returns what is being written at the cursor, and what may stand there; null where nothing is completed. */
  function position(yasqe) {
    const cursor = yasqe.getDoc().getCursor();
    const before = yasqe.getLine(cursor.line).slice(0, cursor.ch);
    const at = yasqe.getTokenAt(cursor);
    if (at.type === "comment" || at.type === "string") return null;
    const written = /(<(?![\s=])[^<>"{}|^`\\?$]*|[\p{L}\p{N}_.:-]*)$/u.exec(before)[0];
    const start = cursor.ch - written.length;
    if (/[?$@"'\\]$/.test(before.slice(0, start))) return null; // a variable, or a language tag
    if (/\b(PREFIX|BASE|FROM|NAMED|GRAPH)\s*$/i.test(before.slice(0, start))) return null;
    const { sound, verb, property } = read(yasqe.getDoc().getRange({ line: 0, ch: 0 }, { line: cursor.line, ch: start }));
    const kind = verb ? "property" : property === "a" || property === "rdf:type" ? "class" : sound ? "node" : "any";
    return { line: cursor.line, start, written, kind, property };
  }

  /**
   * Returns whether a text is SPARQL as far as it goes, whether a property can follow it, by whether the editor's
   * grammar takes "a" there, and which property comes last in it.
   */
  function read(before) {
    const used = new Set([...before.matchAll(/([\p{L}][\p{L}\p{N}_-]*):/gu)].map((found) => found[1]));
    const declared = [...used].map((prefix) => `PREFIX ${prefix}: <a:a>\n`).join(""); // else its grammar stops there
    const lines = (declared + before).split("\n");
    let [sound, verb, property] = [true, false, undefined];
    Yasqe.runMode(`${declared}${before}a`, "sparql11", (string, style, row, column, state) => {
      if (!state) return; // a line break
      if (row === lines.length - 1 && column >= lines.at(-1).length) verb = state.OK;
      else [sound, property] = [state.OK, state.lastProperty];
    });
    return { sound, verb, property };
  }

  async function suggestions(yasqe) {
    const place = position(yasqe);
    if (!place) return [];
    const sought = place.written.replace(/^</, "");
    const terms = fitting(await vocabulary, place, sought);
    const found = ["node", "any"].includes(place.kind) && isName(place) ? await names(sought) : [];
    return [...terms, ...found].slice(0, SHOWN);
  }

  function fitting(terms, place, sought) {
    const wanted = { property: ["property"], class: ["class"], node: ["value", "class"], any: ["property", "class", "value"] }[place.kind];
    const low = sought.toLowerCase();
    const range = terms.find((term) => term.short === place.property)?.range ?? [];
    const ranked = terms
      .filter((term) => wanted.includes(term.kind))
      .map((term) => ({ ...term, rank: rank(term, low, range) }))
      .filter((term) => term.rank < 9)
      .sort((one, other) => one.rank - other.rank || other.own - one.own || (one.short < other.short ? -1 : 1));
    return !low && ranked[0]?.rank === 0 ? ranked.filter((term) => term.rank === 0) : ranked; // only its range
  }

  /** Returns how well a term fits what is written: the less the better, 9 for not at all. */
  function rank(term, low, range) {
    const expected = term.types?.some((type) => range.includes(type)) ? 0 : 0.5;
    if (!low) return term.types && !expected ? 0 : term.kind === "value" ? 9 : term.short.startsWith("leg:") ? 1 : 2;
    if (term.short.toLowerCase().startsWith(low) || term.iri.toLowerCase().startsWith(low)) return expected;
    const name = low.replace(/^\w*:/, "");
    if (low.includes(":") && !term.short.startsWith(low.slice(0, low.indexOf(":") + 1))) return 9;
    if (!name) return 9;
    if (term.words.startsWith(name)) return 1 + expected;
    return term.words.includes(` ${name}`) ? 2 + expected : 9;
  }

  /** Returns whether what is written may begin a name: "<bil", or a word in capitals and small letters: "Bil". */
  function isName({ written }) {
    return /^<.*\p{L}/u.test(written) || /^\p{Lu}\p{Ll}/u.test(written);
  }

  async function names(sought) {
    const path = sought.startsWith(base) ? sought.slice(base.length).replace(/^.*\//, "").replaceAll("-", " ") : sought;
    if (!path || /^https?:/.test(path)) return [];
    try {
      const answer = await fetch(`${addresses.names}?${new URLSearchParams({ prefix: path, limit: 20 })}`);
      const { names: found = [] } = await answer.json();
      return found.map(({ iri, name, description }) => ({ iri, short: `<${iri}>`, name, definition: description }));
    } catch {
      return [];
    }
  }

  /** Puts a suggestion where the cursor is, and declares its prefix if the query does not. */
  function pick(yasqe, _data, { entry, place }) {
    const cursor = yasqe.getDoc().getCursor();
    const line = yasqe.getLine(cursor.line);
    const rest = place.written.startsWith("<") ? (/^[^\s<>{}]*>/.exec(line.slice(cursor.ch))?.[0].length ?? 0) : 0;
    const end = { line: cursor.line, ch: cursor.ch + rest };
    yasqe.getDoc().replaceRange(entry.short, { line: place.line, ch: place.start }, end);
    const prefix = /^([\w-]+):/.exec(entry.short)?.[1];
    if (prefix && !(prefix in yasqe.getPrefixesFromQuery())) yasqe.addPrefixes({ [prefix]: prefixes[prefix] });
  }

  function render(element, _data, { entry }) {
    const code = document.createElement("b");
    code.textContent = entry.name ?? entry.short;
    element.append(code);
    if (entry.definition) {
      const about = document.createElement("span");
      about.textContent = entry.definition;
      element.append(about);
    }
    element.title = entry.iri;
  }

  Yasqe.registerAutocompleter({
    name: "legation",
    bulk: false,
    autoShow: true,
    isValidCompletionPosition(yasqe) {
      const place = position(yasqe);
      if (!place) return false;
      return asked || (["node", "any"].includes(place.kind) ? isName(place) || place.written.includes(":") : place.written.length > 0);
    },
    get: () => [""], // one hint, which stands for those that `postprocessHints` finds
    postprocessHints: async (yasqe) => {
      const place = position(yasqe);
      const found = place ? await suggestions(yasqe) : [];
      return found.map((entry) => ({ text: entry.short, entry, place, render, hint: pick, className: "completion" }));
    },
  });
  Yasqe.forkAutocompleter("prefixes", {
    name: "declared",
    get: () => Object.entries(prefixes).map(([prefix, space]) => `${prefix}: <${space}>`).sort(),
    persistenceId: undefined,
  });
  Yasqe.defaults.autocompleters = ["declared", "variables", "legation"];
  Yasqe.defaults.extraKeys["Ctrl-Space"] = (yasqe) => {
    asked = true;
    yasqe.autocomplete();
    asked = false;
  };
}
