"""The comparison of `LocalTokenizer` with that of an official release, on random contents and configs."""
