//! `cargo xtask upgrade SYSTEM FILE --version V [--write]`.

use std::error::Error;

use backhaul_codegen::{import, project, upgrade};

pub(crate) fn run(source: &crate::Source, write: bool) -> Result<(), Box<dyn Error>> {
    let (version, path, text) = crate::import::document(source)?;
    let root = crate::root();
    let upgrade = upgrade::read(&root, &source.system, version, &path, &text)?;
    crate::say(&upgrade.markdown(env!("CARGO_PKG_VERSION")))?;
    if write {
        import::write(&root, &upgrade.outcome)?;
        project::write(&root, &project::generate(&root)?)?;
    } else if !upgrade.is_empty() {
        crate::say("Nothing is written: say `--write` to keep it, then test, and read the pinned forms.\n")?;
    }
    Ok(())
}
