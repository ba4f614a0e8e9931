//! `import`: documents into schemas, on a tree of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod import {
    pub(crate) mod tree;

    mod broken;
    mod documents;
    mod em;
    mod merge;
    mod newer;
    mod vendor_style;
    mod zstack;
}
