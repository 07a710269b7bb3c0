"""The Model Context Protocol: a release as tools that a language model's client can call.

The protocol's process holds no store. Each call runs in a process of its own (``processes.py``), which is killed when
its time is up, so that neither a runaway query nor a crash of the engine ends a session.
"""
