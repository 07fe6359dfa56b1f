"""The rules, one module a group; each rule is an ordinary test function that is given the `bench`."""
