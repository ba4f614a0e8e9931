//! The clients over loopback and stubs.
//!
//! One program: each more would be linked by itself, with all that it stands on.

mod common;
mod em_edit;
mod em_files;
mod em_links;
mod em_logon;
mod em_sim;
mod em_tasks;
mod em_whole_work;
mod faults;
mod http;
mod numbers;
mod other_names;
mod paging_lies;
mod stubs;
mod vb365_feeds;
mod vb365_files;
mod vb365_logon;
mod vb365_pages;
mod vb365_sessions;
mod zstack_inventories;
mod zstack_jobs;
mod zstack_logon;
mod zstack_long_jobs;
mod zstack_lost_answers;
mod zstack_zql;
