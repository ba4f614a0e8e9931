//! `cargo xtask codegen [--check]`.

use std::error::Error;
use std::time::Instant;

use backhaul_codegen::project::{self, Difference};

pub(crate) fn run(check: bool) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let root = crate::root();
    let files = project::generate(&root)?;
    if !check {
        let changed = project::write(&root, &files)?;
        for path in &changed {
            println!("{}", path.display());
        }
        println!("{} files, {} changed, {:.2} s", files.len(), changed.len(), start.elapsed().as_secs_f64());
        return Ok(());
    }
    let differences = project::check(&root, &files)?;
    for difference in &differences {
        match difference {
            Difference::Missing(path) => eprintln!("{}: missing", path.display()),
            Difference::Changed(path, line) => {
                eprintln!("{}:{line}: differs from what the schemas give", path.display())
            }
            Difference::Stale(path) => eprintln!("{}: no longer generated", path.display()),
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err("run `cargo xtask codegen` and commit what it changes".into())
}
