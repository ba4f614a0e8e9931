//! Types and answers by name.
