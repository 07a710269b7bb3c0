// What to tell when a query has no answer: what happened, why, and what to do next.
// Errors come as problem+json (RFC 9457); its `detail` is a sentence for people, `limit` names the limit that was hit.

const TITLES = {
  400: "The query could not be carried out",
  403: "This endpoint does not do that",
  406: "There is no such format here",
  413: "That is more than the server takes or gives",
  429: "Too many queries in a short time",
  500: "The server failed",
  502: "The server cannot be reached just now",
  503: "The server is busy",
  504: "The query ran out of time",
};
const LIMITS = {
  deadline: "The query ran out of time",
  memory: "The query needs more memory than one may use",
  rows: "The answer has more rows than one may have",
  bytes: "The answer is longer than one may be",
  queue: "The server is busy",
  rate: "Too many queries in a short time",
  length: "The query is too long",
  depth: "The query is nested too deeply",
};

/**
 * Returns what an error means: {title, detail, line, column, retryAfter, status, limit}.
 *
 * `text` is the body of the answer or the browser's own words, `answer` the response if one had begun.
 */
export function understand(text, answer) {
  if (/abort/i.test(text) && !answer?.done) return { title: "Stopped", detail: "The query was stopped before its answer came." };
  let problem;
  try {
    problem = JSON.parse(text);
  } catch {
    problem = null;
  }
  if (problem && typeof problem === "object" && typeof problem.detail === "string") {
    const title = problem.line ? "The query is not SPARQL" : (LIMITS[problem.limit] ?? TITLES[problem.status] ?? problem.title);
    const retryAfter = Number(problem.retry_after ?? answer?.headers.get("Retry-After")) || 0;
    return { ...problem, title: title ?? "The query has no answer", retryAfter };
  }
  if (answer?.ok) {
    const detail =
      "It ended before it was complete, because the server gave the query up or the connection was lost. What had come " +
      "is not shown, since it would look like all there is. Add a LIMIT or filter more, and run the query again.";
    return { title: "The answer broke off", detail };
  }
  if (answer) {
    const said = text && text.length < 300 && !text.includes("<") ? ` It said: ${text}` : "";
    const detail = `The server answered with status ${answer.status} and no reason.${said} Try again in a moment.`;
    return { title: TITLES[answer.status] ?? "The query has no answer", detail, retryAfter: Number(answer.headers.get("Retry-After")) || 0 };
  }
  const detail = "No answer came. See whether you are online; if so, the server may be starting again: try in a moment.";
  return { title: "The server cannot be reached", detail };
}

/** Returns the element that tells of it; `again` runs the query once more, `show` leads to a place in the query. */
export function message(told, { again, show }) {
  const element = document.createElement("div");
  element.className = "problem";
  element.setAttribute("role", "alert");
  const title = document.createElement("h2");
  title.textContent = told.line ? `${told.title}: line ${told.line}, column ${told.column}` : told.title;
  const detail = document.createElement("p");
  detail.textContent = told.detail;
  element.append(title, detail);
  if (told.line) element.append(button("Show it in the query", show));
  else if (told.retryAfter) element.append(waiting(told.retryAfter, again));
  else if (told.again) element.append(button(told.again, again));
  return element;
}

function button(label, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", act);
  return element;
}

/** Returns a button that can be pressed once the time has passed that the server asked for. */
function waiting(seconds, again) {
  const element = button("", again);
  const end = Date.now() + seconds * 1000;
  element.disabled = true;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    element.disabled = left > 0;
    element.textContent = left > 0 ? `Run again in ${left} s` : "Run again";
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
  return element;
}

const MARK = "syntax-error";

/** Marks where a query stopped being SPARQL, until it is changed. Lines and columns count from 1, in code points. */
export function mark(yasqe, { line, column }) {
  unmark(yasqe);
  const doc = yasqe.getDoc();
  const at = Math.min(Math.max(line - 1, 0), doc.lastLine());
  const text = doc.getLine(at);
  const ch = Math.min([...text].slice(0, column - 1).join("").length, text.length);
  const word = /^(\S+|\s+)/.exec(text.slice(ch))?.[0].length ?? 0;
  const [from, to] = word ? [ch, ch + word] : [Math.max(ch - 1, 0), ch]; // at the end of a line, what stands before
  const marked = doc.markText({ line: at, ch: from }, { line: at, ch: to }, { className: MARK });
  yasqe.addLineClass(at, "background", `${MARK}-line`);
  const clear = () => {
    marked.clear();
    yasqe.removeLineClass(at, "background", `${MARK}-line`);
    yasqe.off("change", clear);
    unmarks.delete(yasqe);
  };
  yasqe.on("change", clear);
  unmarks.set(yasqe, clear);
  return { line: at, ch };
}

const unmarks = new WeakMap();

export function unmark(yasqe) {
  unmarks.get(yasqe)?.();
}
