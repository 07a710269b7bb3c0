"""What stands in each table: every column with its type, what it means and which property of the ontology it is."""

from __future__ import annotations

from kg.dumps.columns import Column, Reference, Table
from kg.dumps.polecat import COLUMNS
from kg.dumps.told import QUOTE
from kg.iri import PREFIXES

METADATA = "csv-metadata.json"
_LEG = PREFIXES["leg"]


def _people(role: str, who: str, means: str | None = None) -> tuple[Column, ...]:
    return (
        Column(f"{role}_ids", "iri", f"{who}, by IRI: ids of the table actors.", listed=True, means=means),
        Column(f"{role}_names", "text", "Their names.", listed=True),
        Column(
            f"{role}_iso3", "text", "ISO 3166-1 alpha-3 codes of the states that they are or belong to.", listed=True
        ),
        Column(f"{role}_cow", "count", "Numbers of these states in the Correlates of War project.", listed=True),
        Column(f"{role}_offices", "text", f"{_HELD} Those of one person have '; ' between them.", listed=True),
    )


def _spot(role: str, what: str, means: str) -> tuple[Column, ...]:
    return (
        Column(f"{role}_id", "iri", f"{what}: the city where it is known, else the country.", means=means),
        Column(f"{role}_name", "text", "Its name."),
        Column(
            f"{role}_country",
            "text",
            "ISO 3166-1 alpha-2 code of its country. NA is Namibia: let only the empty string count as missing.",
        ),
        Column(f"{role}_iso3", "text", "ISO 3166-1 alpha-3 code of its country."),
        Column(f"{role}_cow", "count", "Number of its country in the Correlates of War project."),
        Column("latitude", "number", "Latitude in degrees, WGS 84; of a country, a point within it."),
        Column("longitude", "number", "Longitude in degrees, WGS 84."),
        Column("geonames", "count", "Its number in GeoNames."),
    )


_HELD = "Offices that they may have held on the days of the event, by what sources say of each term."

_EVENT = (
    Column("id", "iri", "The event's IRI.", required=True),
    Column("label", "text", "What happened, in a few words.", required=True, means="rdfs:label"),
    Column(
        "status",
        "text",
        "Planned, Occurred or Cancelled, over all reports.",
        required=True,
        means="leg:status",
        value=_LEG,
    ),
    Column(
        "edtf", "edtf", "When, in EDTF and as precisely as the articles say; empty if they do not.", means="leg:edtf"
    ),
    Column("earliest", "day", "The first day that the date can mean.", means="leg:earliest"),
    Column("latest", "day", "The last day that the date can mean.", means="leg:latest"),
    Column(
        "date_inferred",
        "flag",
        "Whether no report has the date in full, so that it follows from others.",
        required=True,
    ),
    Column(
        "disputed",
        "text",
        "Properties on which reports disagree, such as status.",
        listed=True,
    ),
)

_SOURCES = (
    Column("record_ids", "iri", "Official records that confirm it.", listed=True, means="leg:corroboratedBy"),
    Column("reports", "count", "How many reports tell of it.", required=True),
    Column("articles", "count", "How many articles they are in.", required=True),
    Column("first_published", "day", "When the first of these articles that has a date was published."),
    Column("confidence", "number", "How surely the surest report was read rightly, from 0 to 1.", required=True),
    Column(
        "merge_confidence",
        "number",
        "How surely the least sure report belongs to it, from 0 to 1; empty with one article.",
    ),
    Column("quote", "text", f"The words of the surest report, {QUOTE} characters at most.", required=True),
    Column("span_id", "iri", "Where these words stand: article and characters.", required=True, means="gaf:denotedBy"),
    Column("article_id", "iri", "The article that has these words.", required=True),
    Column("article_name", "text", "The id that this article was given with.", required=True),
    Column("article_url", "iri", "The web address of this article."),
)

VISITS = Table(
    "visits",
    "Visits",
    "One row for each visit, planned and cancelled ones included.",
    (
        *_EVENT,
        *_people("visitor", "Who goes", "leg:visitor"),
        *_people("host", "Who receives them", "leg:host"),
        *_spot("destination", "Where they go", "leg:destination"),
        Column("purpose", "text", "What for, in an article's words.", means="leg:purpose"),
        *_SOURCES,
    ),
)

MEETINGS = Table(
    "meetings",
    "Meetings",
    "One row for each meeting or call.",
    (
        *_EVENT,
        *_people("participant", "Who takes part", "leg:participant"),
        Column(
            "mode",
            "text",
            "InPerson, ByPhone, ByVideo or UnknownMode.",
            required=True,
            means="leg:mode",
            value=_LEG,
        ),
        *_spot("place", "Where they meet", "leg:place"),
        Column("topic", "text", "What about, in an article's words.", means="leg:topic"),
        Column(
            "during_ids",
            "iri",
            "Visits or larger meetings in the course of which they meet.",
            listed=True,
            means="leg:during",
        ),
        *_SOURCES,
    ),
)

STATEMENTS = Table(
    "statements",
    "Statements",
    "One row for each statement.",
    (
        *_EVENT,
        Column("speaker_id", "iri", "Who speaks: an id of the table actors.", required=True, means="leg:speaker"),
        Column("speaker_name", "text", "The speaker's name.", required=True),
        Column("speaker_iso3", "text", "ISO 3166-1 alpha-3 code of the state that the speaker is or belongs to."),
        Column("speaker_cow", "count", "Number of this state in the Correlates of War project."),
        Column("speaker_office", "text", f"{_HELD} Several have '; ' between them."),
        Column(
            "act",
            "text",
            "What is done by saying it: Say, Accuse, Deny and so on.",
            required=True,
            means="leg:act",
            value=_LEG,
        ),
        Column("cameo", "text", "Nearest CAMEO codes of the act; they are no numbers: 016 is not 16.", listed=True),
        Column("plover", "text", "Nearest PLOVER type of the act; empty where PLOVER has none."),
        Column(
            "content",
            "text",
            "The quoted words, or the clause that reports them.",
            required=True,
            means="leg:content",
        ),
        Column(
            "direct",
            "flag",
            "Whether the content is, or contains, quoted words.",
            required=True,
            means="leg:direct",
        ),
        Column("about_ids", "iri", "Actors and events that are spoken of.", listed=True, means="leg:about"),
        Column("about_names", "text", "Names of these actors, labels of these events.", listed=True),
        *_people("addressee", "Who is addressed", "leg:addressee"),
        *_SOURCES,
    ),
    references=(Reference("speaker_id", "actors"),),
)

ACTORS = Table(
    "actors",
    "Actors",
    "One row for each person, state and organization.",
    (
        Column("id", "iri", "The actor's IRI.", required=True),
        Column("name", "text", "The preferred name in English.", required=True, means="rdfs:label"),
        Column("kind", "text", "Person, State or Organization.", required=True, means="rdf:type", value=_LEG),
        Column(
            "subkind",
            "text",
            "The narrower class that is known, such as Ministry.",
            means="rdf:type",
            value=_LEG,
        ),
        Column("alt_names", "text", "Other names.", listed=True, means="skos:altLabel"),
        Column(
            "country",
            "text",
            "ISO 3166-1 alpha-2 code of the state that the actor is or belongs to. NA is Namibia: let only the "
            "empty string count as missing.",
            means="leg:countryCode",
        ),
        Column("iso3", "text", "ISO 3166-1 alpha-3 code of this state."),
        Column("cow_number", "count", "Number of this state in the Correlates of War project."),
        Column("cow_code", "text", "Letters of this state in the Correlates of War project."),
        Column("wikidata", "text", "The actor's item in Wikidata."),
        Column("description", "text", "A note on who it is.", means="rdfs:comment"),
    ),
)

OFFICES = Table(
    "offices",
    "Terms in office",
    "One row for each holding of an office by an actor, as registers or articles have it.",
    (
        Column("id", "iri", "The holding's IRI.", required=True),
        Column("holder_id", "iri", "Who holds it: an id of the table actors.", required=True, means="leg:holder"),
        Column("holder_name", "text", "The holder's name.", required=True),
        Column("office_id", "iri", "The office's IRI.", required=True, means="leg:office"),
        Column("office_name", "text", "The office's name.", required=True),
        Column("of_ids", "iri", "Whose office it is: ids of the table actors.", listed=True),
        Column("of_names", "text", "Their names.", listed=True),
        Column("held_from", "edtf", "Since when: a day, month or year.", means="leg:from"),
        Column("held_until", "edtf", "Until when: a day, month or year; empty if unknown.", means="leg:until"),
        Column("earliest", "day", "The first day on which it can have been held.", means="leg:earliest"),
        Column("latest", "day", "The last day on which it can have been held.", means="leg:latest"),
        Column("as_of", "day", "The last day of which the source speaks.", means="leg:asOf"),
        Column(
            "former",
            "flag",
            "Whether the source calls the holder a former one.",
            required=True,
            means="leg:former",
        ),
        Column("source", "text", "The register that says so; empty if articles do.", means="dct:source"),
        Column("article_ids", "iri", "Articles that say so.", listed=True, means="leg:article"),
        Column("quote", "text", f"An article's words for it, {QUOTE} characters at most."),
        Column("span_id", "iri", "Where these words stand: article and characters.", means="leg:evidence"),
    ),
    references=(Reference("holder_id", "actors"),),
)

LINKS = Table(
    "links",
    "Links to other data",
    "One row for each link of an actor or a place to another data set, and why it is believed.",
    (
        Column("id", "iri", "The mapping's IRI.", required=True),
        Column("subject_id", "iri", "The actor or place.", required=True, means="owl:annotatedSource"),
        Column("subject_name", "text", "Its name.", required=True),
        Column(
            "relation",
            "text",
            "exactMatch or closeMatch, of SKOS.",
            required=True,
            means="owl:annotatedProperty",
            value=PREFIXES["skos"],
        ),
        Column("target", "iri", "The thing elsewhere.", required=True, means="owl:annotatedTarget"),
        Column("data_set", "text", "The data set that it is in, such as wikidata.", required=True),
        Column("confidence", "number", "How surely, from 0 to 1.", required=True, means="sssom:confidence"),
        Column(
            "justification",
            "text",
            "How it was found, by the Semantic Mapping Vocabulary.",
            required=True,
            means="sssom:mapping_justification",
            value=PREFIXES["semapv"],
        ),
        Column("source", "iri", "Who found it.", required=True, means="dct:source"),
        Column("reasons", "text", "What speaks for it.", means="rdfs:comment"),
    ),
)

DYADS = Table(
    "events",
    "Events as dyads, in the layout of POLECAT",
    "One row for each event, actor and recipient, coded after PLOVER. Meetings stand in both directions, and an "
    "actor without a recipient once. What PLOVER does not code, and what was called off, is left out.",
    COLUMNS,
    key=("event_id", "actor_id", "recipient_id"),
    references=(Reference("actor_id", "actors"),),
)

TABLES = (VISITS, MEETINGS, STATEMENTS, ACTORS, OFFICES, LINKS, DYADS)
"""All tables, in the order in which they are listed."""

TABLE_FILES = (
    *(
        (f"{table.name}.{form}", media_type, f"{table.title} ({name})", table.description)
        for table in TABLES
        for form, media_type, name in (
            ("csv", "text/csv", "CSV"),
            ("parquet", "application/vnd.apache.parquet", "Parquet"),
        )
    ),
    (
        METADATA,
        "application/csvm+json",
        "Metadata of the tables (CSVW)",
        "What each column of the CSV tables holds and of which type it is, for programs.",
    ),
)
"""File name, media type, title and description of all that :func:`kg.dumps.tables.write_tables` writes, in order."""
