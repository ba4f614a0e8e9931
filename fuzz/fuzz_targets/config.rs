//! The configuration file: any text is read or refused in words.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

/// A file of this process's own, in memory where the system has that.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = ["/dev/shm", "/tmp"].map(PathBuf::from).into_iter().find(|folder| folder.is_dir());
    folder.unwrap_or_default().join(format!("backhaul-fuzz-{}.toml", std::process::id()))
});

fuzz_target!(|text: &[u8]| {
    std::fs::write(&*FILE, text).expect("a file");
    match backhaul::servers::profiles_in(&FILE) {
        Ok(profiles) => {
            for profile in profiles {
                // What is wrong with one profile is said on its own lines, and does not cost the others.
                if let Err(failure) = profile {
                    assert!(!failure.to_string().is_empty());
                }
            }
        }
        Err(failure) => assert!(!failure.to_string().is_empty()),
    }
});
