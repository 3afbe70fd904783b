"""The dynamics: rules, schedules, the loop, and what a run keeps of them."""
