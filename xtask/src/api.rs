//! `cargo xtask api [--check]`.

use std::error::Error;

use backhaul_codegen::api;

pub(crate) fn run(check: bool) -> Result<(), Box<dyn Error>> {
    let root = crate::root();
    let now = api::of_workspace(&root)?;
    let differences = api::differences(&root, &now)?;
    for line in &differences {
        println!("{line}");
    }
    if !check {
        api::keep(&root, &now)?;
        println!("{} items differ; {} files", differences.len(), now.len());
        return Ok(());
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err("the public API is another: read the lines above, then run `cargo xtask api` and commit what it changes".into())
}
