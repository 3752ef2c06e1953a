"""What `bench/build.py` is made of: projects, the programs that are compared, how they are measured, and the rows."""
