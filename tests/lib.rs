//! A package must have a target besides its tests: this one is empty.
