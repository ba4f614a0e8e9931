//! The estate of the demo.

mod em;
mod vb365;
mod zstack;

use super::Estate;

const GIB: i64 = 1 << 30;
const TIB: i64 = 1 << 40;

pub(super) fn estate() -> Estate {
    Estate { em: em::estate(), vb365: vb365::estate(), zstack: zstack::estate() }
}
