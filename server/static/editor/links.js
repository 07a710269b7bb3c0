// Terms of an answer as elements: things of this graph lead to their page here, other addresses outside.

/** Returns functions that show terms, for data whose IRIs start with `base` and have their pages below `pages`. */
export function linker({ base, pages }) {
  /** Returns the element for an IRI: a link if it leads anywhere, written short where a prefix fits. */
  function iri(value, prefixes = {}) {
    const here = value.startsWith(base);
    const leads = here || /^https?:\/\//i.test(value);
    const element = document.createElement(leads ? "a" : "code");
    element.textContent = shorten(value, prefixes);
    if (!leads) return element;
    element.className = here ? "iri here" : "iri";
    element.href = here ? pages + value.slice(base.length) : value;
    element.title = value;
    element.target = "_blank"; // the answer stays open
    element.rel = here ? "noopener" : "noopener noreferrer";
    return element;
  }

  /** Returns the element for any term of an answer. */
  function term(binding, prefixes) {
    if (binding?.type === "uri") return iri(binding.value, prefixes);
    const element = document.createElement("span");
    element.textContent = text(binding, prefixes);
    return element;
  }

  return { iri, term };
}

/** Returns a term as text; nothing for a variable that is not bound. */
export function text(binding, prefixes = {}) {
  if (!binding) return "";
  if (binding.type === "uri") return shorten(binding.value, prefixes);
  if (binding.type !== "triple") return binding.value;
  const { subject, predicate, object } = binding.value;
  return `<<( ${[subject, predicate, object].map((part) => text(part, prefixes)).join(" ")} )>>`;
}

function shorten(value, prefixes) {
  const fits = Object.entries(prefixes).filter(([, space]) => space && value.startsWith(space));
  const [prefix, space] = fits.sort((one, other) => other[1].length - one[1].length)[0] ?? [];
  return space ? `${prefix}:${value.slice(space.length)}` : value;
}
