//! `cargo xtask upgrade SYSTEM vN FILE [--write]`.

use std::error::Error;
use std::path::Path;

use backhaul_codegen::{import, project, upgrade};

pub(crate) fn run(system: &str, version: &str, file: &Path, write: bool) -> Result<(), Box<dyn Error>> {
    let (version, path, text) = crate::import::document(system, version, file)?;
    let root = crate::root();
    let upgrade = upgrade::read(&root, system, version, &path, &text)?;
    print!("{}", upgrade.markdown(env!("CARGO_PKG_VERSION")));
    if write {
        import::write(&root, &upgrade.outcome)?;
        project::write(&root, &project::generate(&root)?)?;
    } else if !upgrade.is_empty() {
        println!("Nothing is written: say `--write` to keep it, then test, and read the pinned forms.");
    }
    Ok(())
}
