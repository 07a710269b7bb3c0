"""Runs the suite against a real server, and prints what holds and what does not."""

from __future__ import annotations

import sys
from collections import Counter

from tests.conformance.case import Case, Endpoint
from tests.conformance.suite import cases, served


def main() -> int:
    """Print the count of each section and every failure; return 0 if there is none."""
    held, known, failed = Counter[str](), list[Case](), list[tuple[Case, str]]()
    with served() as endpoint:
        for case in cases():
            complaint = put(case, endpoint)
            if case.deviates and complaint:
                known.append(case)
            elif case.deviates:
                failed.append((case, "it holds now: the reason why it would not can go"))
            elif complaint:
                failed.append((case, complaint))
            else:
                held[case.section] += 1
    total = Counter(case.section for case in cases())
    for section, count in total.items():
        print(f"{held[section]:4} of {count:3}  {section}")
    print(f"{held.total():4} of {total.total():3}  in all")
    if known:
        print(f"\nKnown not to hold ({len(known)}):")
        print("\n".join(f"- {case} ({case.source}): {case.deviates}" for case in known))
    print(f"\nFailures: {len(failed)}")
    print("\n".join(f"- {case} ({case.source}): {complaint}" for case, complaint in failed))
    return 1 if failed else 0


def put(case: Case, endpoint: Endpoint) -> str:
    """Return what speaks against an endpoint in a case, empty if nothing does."""
    try:
        case.check(endpoint)
    except AssertionError as error:
        return str(error) or "it does not hold"
    except (KeyError, ValueError, SyntaxError, OSError) as error:  # an answer that cannot even be read
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
