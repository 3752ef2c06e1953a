"""The lane of plain files: those that are published as they are, but for the names in them.

Most files of a large project are such, and a value at each station for each of them costs more than all else. Here they
are read, linked and written by the thousand, as tuples, and by several processes where that pays. Each module tells why
what it makes is what the stations would make; whatever it does not know all of is left to the stations.
"""
