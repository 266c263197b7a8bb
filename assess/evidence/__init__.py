"""Assessments: what was rated by whom, in which wave of which relation."""
