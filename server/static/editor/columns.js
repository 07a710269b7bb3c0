// What the columns of an answer hold: numbers, dates, coordinates, names. The views decide by it whether they fit.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const EDTF = "http://id.loc.gov/datatypes/edtf/EDTF";
const WKT = "http://www.opengis.net/ont/geosparql#wktLiteral";
const NUMBERS = new Set(
  ["integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"].map(
    (name) => XSD + name,
  ),
);
const DATES = new Set([...["date", "dateTime", "gYear", "gYearMonth"].map((name) => XSD + name), EDTF]);
const LATITUDE = /^(.*?)_?(lat|latitude)$/i;
const LONGITUDE = /^(.*?)_?(long|lng|lon|longitude)$/i;
const YEAR = /^(\d{4}|[\dX]{4})$/;
const LOOKED_AT = 500; // rows that tell what a column holds

/** Returns the answer's rows and its columns in their order, each with its name and kind. */
export function columns(results) {
  const rows = results?.getBindings?.() ?? [];
  const names = rows.length ? results.getVariables() : [];
  return { rows, columns: names.map((name) => ({ name, kind: kind(rows, name) })) };
}

function kind(rows, name) {
  const values = rows.slice(0, LOOKED_AT).flatMap((row) => row[name] ?? []);
  const all = (test) => values.length > 0 && values.every(test);
  if (all((value) => value.type === "uri")) return "iri";
  if (all((value) => value.datatype === WKT || /^\s*(<[^>]*>\s*)?POINT\s*\(/i.test(value.value))) return "point";
  if (all((value) => YEAR.test(value.value)) && (/year/i.test(name) || all((value) => value.datatype === `${XSD}gYear`))) {
    return "year";
  }
  if (all((value) => NUMBERS.has(value.datatype))) return "number";
  if (all((value) => DATES.has(value.datatype))) return "date";
  return "text";
}

/** Returns a function from a row to [latitude, longitude] or nothing, and the columns it reads; null if none do. */
export function places(columns) {
  const point = columns.find((column) => column.kind === "point");
  if (point) return { used: [point.name], at: (row) => ofWkt(row[point.name]?.value) };
  for (const { name } of columns) {
    const stem = LATITUDE.exec(name)?.[1];
    const other = stem !== undefined && columns.find((column) => LONGITUDE.exec(column.name)?.[1] === stem);
    if (other) return { used: [name, other.name], at: (row) => within(row[name]?.value, row[other.name]?.value) };
  }
  return null;
}

function ofWkt(value) {
  const number = "(-?[\\d.]+(?:e[+-]?\\d+)?)";
  const found = new RegExp(`POINT\\s*Z?\\s*\\(\\s*${number}\\s+${number}`, "i").exec(value ?? "");
  return found ? within(found[2], found[1]) : null; // WKT has the longitude first
}

function within(latitude, longitude) {
  if (!latitude || !longitude) return null;
  const [lat, long] = [Number(latitude), Number(longitude)];
  return Math.abs(lat) <= 90 && Math.abs(long) <= 180 ? [lat, long] : null;
}

const STARTS = /^(.*?)_?(earliest|from|start|begin|first|since)$/i;
const ENDS = /^(.*?)_?(latest|until|to|end|last)$/i;

/** Returns a function from a row to its {start, end, text} in time, and the columns it reads; null if none do. */
export function times(columns) {
  const dated = columns.filter((column) => column.kind === "date" || column.kind === "year").map((column) => column.name);
  for (const name of dated) {
    const stem = STARTS.exec(name)?.[1];
    const other = stem !== undefined && dated.find((each) => ENDS.exec(each)?.[1] === stem);
    if (!other) continue;
    const at = (row) => {
      const [start, end] = [time(row[name]?.value), time(row[other]?.value)];
      const told = [row[name]?.value ?? "…", row[other]?.value ?? "…"];
      const text = told[0] === told[1] ? told[0] : told.join(" – ");
      return start && { start: start.start, end: end && end.end >= start.start ? end.end : start.end, text };
    };
    return { used: [name, other], at };
  }
  if (!dated.length) return null;
  return { used: [dated[0]], at: (row) => time(row[dated[0]]?.value) };
}

/** Returns the first and last moment of a date of XML Schema or EDTF; null for what no calendar shows, as "XXXX". */
export function time(value) {
  if (!value) return null;
  const [from, to] = value.replace(/[?~%]/g, "").split("/");
  const [first, last] = [bounds(from), bounds(to ?? from)];
  const [start, end] = [first ?? last, last ?? first];
  return start && { start: start[0], end: end[1], text: value };
}

function bounds(value) {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)?)?(?:Z|[+-]\d\d:\d\d)?$/.exec(value ?? "");
  if (!found) return null;
  const [, year, month, day, clock] = found;
  if (clock) {
    const moment = new Date(value);
    return Number.isNaN(moment.getTime()) ? null : [moment, moment];
  }
  if (month && (month < 1 || month > 12)) return null; // seasons, 21 to 41, in EDTF
  const start = local(+year, month ? month - 1 : 0, day ? +day : 1);
  const next = day
    ? local(+year, month - 1, +day + 1)
    : month
      ? local(+year, +month, 1)
      : local(+year + 1, 0, 1);
  return [start, new Date(next.getTime() - 1)];
}

function local(year, month, day) {
  const date = new Date(2000, month, day);
  date.setFullYear(year, month, day); // the constructor takes the years 0 to 99 for 1900 to 1999
  return date;
}

/** Returns what a chart shows: the column along the axis and those with numbers; null if there are none. */
export function series(columns) {
  const coordinates = new Set(places(columns)?.used);
  const numbers = columns.filter((column) => column.kind === "number" && !coordinates.has(column.name));
  const along =
    columns.find((column) => column.kind === "year") ??
    columns.find((column) => ["text", "iri", "date"].includes(column.kind));
  if (!numbers.length || !along) return null;
  return { along: along.name, byYear: along.kind === "year", numbers: numbers.map((column) => column.name) };
}

/** Returns the column that names a row best: the first text, else the first IRI, that is not among `used`. */
export function naming(columns, used) {
  const free = columns.filter((column) => !used.includes(column.name));
  return (free.find((column) => column.kind === "text") ?? free.find((column) => column.kind === "iri") ?? free[0])?.name;
}
