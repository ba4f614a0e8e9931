//! The simulator, over HTTP.
//!
//! One program: each more would be linked by itself, with all that it stands on.

mod common;
mod documented;
mod em;
mod em_documented;
mod em_effects;
mod em_routes;
mod em_scale;
mod estates;
mod faults;
mod field;
mod server;
mod vb365;
mod vb365_collections;
mod vb365_effects;
mod vb365_restore;
mod zstack;
mod zstack_classes;
mod zstack_effects;
mod zstack_every_operation;
mod zstack_languages;
