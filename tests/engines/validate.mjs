// The results of rdf-validate-shacl: node validate.mjs SHAPES.nt DATA.nt
// One line of JSON for each, as in N-Triples: focus node, path, constraint component, severity.

import { readFileSync } from 'node:fs';
import { Parser, Store } from 'n3';
import Validator from 'rdf-validate-shacl';

const SH = 'http://www.w3.org/ns/shacl#';
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';

function read(file) {
  return new Store(new Parser({ format: 'N-Triples' }).parse(readFileSync(file, 'utf8')));
}

function written(term) {
  return term.termType === 'BlankNode' ? '_:' : `<${term.value}>`;
}

// Paths of the shapes are properties, their inverses and alternatives.
function path(shapes, term) {
  if (term.termType === 'NamedNode') return written(term);
  const [inverse] = shapes.getObjects(term, SH + 'inversePath');
  if (inverse) return '^' + path(shapes, inverse);
  const members = [];
  let [rest] = shapes.getObjects(term, SH + 'alternativePath');
  while (rest.value !== RDF + 'nil') {
    members.push(path(shapes, shapes.getObjects(rest, RDF + 'first')[0]));
    [rest] = shapes.getObjects(rest, RDF + 'rest');
  }
  return members.join('|');
}

const [shapes, data] = process.argv.slice(2).map(read);
const report = await new Validator(shapes).validate(data);
for (const one of report.results) {
  const [steps] = shapes.getObjects(one.sourceShape, SH + 'path');
  const line = [
    written(one.focusNode),
    steps ? path(shapes, steps) : '',
    one.sourceConstraintComponent.value.slice(SH.length),
    one.severity.value.slice(SH.length),
  ];
  console.log(JSON.stringify(line));
}
