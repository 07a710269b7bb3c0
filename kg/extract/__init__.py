"""From mentions to reports: candidates by rule, judged by small learned models."""
