"""The rules of the house: functions from a file's syntax tree to its offences."""
