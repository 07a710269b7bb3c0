"""The web side of Legation: a release, served. It reads what ``kg`` publishes and writes nothing."""
