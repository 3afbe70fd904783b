"""After training: reload a run, draw from it, measure how close it is."""

from saddle.evaluate.assess import assess
from saddle.evaluate.judged import Judging
from saddle.evaluate.trained import Trained, load, read_condition

__all__ = ["Judging", "Trained", "assess", "load", "read_condition"]
