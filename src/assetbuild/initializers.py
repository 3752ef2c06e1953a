"""The code of an `__init__` of so many fields, for `dataclass.py`: it lacks only the names of the fields.

Written out, because Python keeps what it compiles of a file, while to compile one of these takes 0.2 ms in each start.
`set0` and so on are names that each class has for itself.
"""
# ruff: noqa: E501, E702, F821
# mypy: ignore-errors
# fmt: off


def _of_1(self, value0): set0(self, value0)
def _of_2(self, value0, value1): set0(self, value0); set1(self, value1)
def _of_3(self, value0, value1, value2): set0(self, value0); set1(self, value1); set2(self, value2)
def _of_4(self, value0, value1, value2, value3): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3)
def _of_5(self, value0, value1, value2, value3, value4): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3); set4(self, value4)
def _of_6(self, value0, value1, value2, value3, value4, value5): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3); set4(self, value4); set5(self, value5)
def _of_7(self, value0, value1, value2, value3, value4, value5, value6): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3); set4(self, value4); set5(self, value5); set6(self, value6)
def _of_8(self, value0, value1, value2, value3, value4, value5, value6, value7): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3); set4(self, value4); set5(self, value5); set6(self, value6); set7(self, value7)
def _of_9(self, value0, value1, value2, value3, value4, value5, value6, value7, value8): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3); set4(self, value4); set5(self, value5); set6(self, value6); set7(self, value7); set8(self, value8)
def _of_10(self, value0, value1, value2, value3, value4, value5, value6, value7, value8, value9): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3); set4(self, value4); set5(self, value5); set6(self, value6); set7(self, value7); set8(self, value8); set9(self, value9)
def _of_11(self, value0, value1, value2, value3, value4, value5, value6, value7, value8, value9, value10): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3); set4(self, value4); set5(self, value5); set6(self, value6); set7(self, value7); set8(self, value8); set9(self, value9); set10(self, value10)
def _of_12(self, value0, value1, value2, value3, value4, value5, value6, value7, value8, value9, value10, value11): set0(self, value0); set1(self, value1); set2(self, value2); set3(self, value3); set4(self, value4); set5(self, value5); set6(self, value6); set7(self, value7); set8(self, value8); set9(self, value9); set10(self, value10); set11(self, value11)


INITIALIZERS = (_of_1.__code__, _of_2.__code__, _of_3.__code__, _of_4.__code__, _of_5.__code__, _of_6.__code__, _of_7.__code__, _of_8.__code__, _of_9.__code__, _of_10.__code__, _of_11.__code__, _of_12.__code__)
