import java.io.File;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

import org.semanticweb.HermiT.Configuration;
import org.semanticweb.HermiT.Reasoner;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.OWLClass;
import org.semanticweb.owlapi.model.OWLDataFactory;
import org.semanticweb.owlapi.model.OWLNamedIndividual;
import org.semanticweb.owlapi.model.OWLObjectProperty;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;

/**
 * Asks the OWL API and HermiT, which come with owlready2, about files of RDF; tests/reasoning.py runs it from source.
 *
 * profile FILE...        a line for each way in which a file is not OWL 2 DL: its name, a tab, what is wrong
 * consistent FILE...     a line for each file: true where HermiT finds a model of it, else false
 * entailed FILE TERM...  a line for each fact that follows: a member and its class, or the two ends and the property
 */
public class Owl {
    private static final String TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

    public static void main(String[] arguments) throws Exception {
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        switch (arguments[0]) {
            case "profile":
                for (String file : rest) {
                    for (OWLProfileViolation violation : new OWL2DLProfile().checkOntology(load(file)).getViolations()) {
                        System.out.println(file + "\t" + violation.toString().replace('\n', ' '));
                    }
                }
                break;
            case "consistent":
                for (String file : rest) {
                    System.out.println(new Reasoner(new Configuration(), load(file)).isConsistent());
                }
                break;
            case "entailed":
                entailed(load(rest[0]), Arrays.copyOfRange(rest, 1, rest.length));
                break;
            default:
                throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static OWLOntology load(String file) throws Exception {
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        return manager.loadOntologyFromOntologyDocument(new File(file));
    }

    private static void entailed(OWLOntology ontology, String[] terms) {
        Configuration strict = new Configuration();
        strict.throwInconsistentOntologyException = true;
        Reasoner reasoner = new Reasoner(strict, ontology);
        OWLDataFactory factory = ontology.getOWLOntologyManager().getOWLDataFactory();
        Set<String> facts = new TreeSet<>();
        for (String term : terms) {
            IRI iri = IRI.create(term);
            if (ontology.containsClassInSignature(iri)) {
                OWLClass kind = factory.getOWLClass(iri);
                for (OWLNamedIndividual member : reasoner.getInstances(kind, false).getFlattened()) {
                    facts.add(member.getIRI() + "\t" + TYPE + "\t" + term);
                }
            } else if (ontology.containsObjectPropertyInSignature(iri)) {
                OWLObjectProperty property = factory.getOWLObjectProperty(iri);
                for (OWLNamedIndividual from : ontology.getIndividualsInSignature()) {
                    for (OWLNamedIndividual to : reasoner.getObjectPropertyValues(from, property).getFlattened()) {
                        facts.add(from.getIRI() + "\t" + term + "\t" + to.getIRI());
                    }
                }
            } else {
                throw new IllegalArgumentException(term + " is neither a class nor an object property");
            }
        }
        facts.forEach(System.out::println);
    }
}
