"""Minifiers of the configuration's lists: the first whose result is accepted, at last our own stripping.

listed.py      trying one after another, and saying why one was passed over
own.py         rjsmin and rcssmin, whose results are compared token by token, and our own stripping
rewriting.py   the others, which rewrite: what they are not given, what is put back, what is accepted
svg.py         what is accepted of SVG
esbuild.py     the program: where it is, which version, one run
packages.py    Python packages, in a process of their own (worker.py)

Which there are: compilers/minifiers_table.py.
"""
