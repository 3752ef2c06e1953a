"""What a build needs that amends the latest release by what follows from edited sources, and nothing else.

ledger.py    what a build leaves for it: which job read which files, and what was said of whom
manifest.py  the former manifest.json as text: entries looked up, referrers found, lines exchanged
following.py which assets follow from an edit
standing.py  those that do not, as link sees them
unable.py    the way back to a whole build
sources.py   all sources, of which only those that are asked for are looked at
"""
