"""Attacks on a real server, each automated: what a stranger may send, and what must not come of it.

    python -m tests.attacks                       # all, on a release of 200,000 quads; some twenty minutes
    python -m tests.attacks --only doors,files    # some of them, by the names that the table shows
    python -m tests.attacks --requests 5000       # fewer generated requests

All traffic stays on 127.0.0.0/8 and ::1. After each try, a small query from the attacker's address and one from
another must answer within a second.
"""
