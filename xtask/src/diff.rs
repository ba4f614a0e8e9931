//! `cargo xtask diff SYSTEM vN vM [--format md|json]`.

use std::error::Error;

use backhaul_codegen::diff::Diff;
use backhaul_codegen::import;

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Format {
    Md,
    Json,
}

pub(crate) fn run(system: &str, from: &str, to: &str, format: Format) -> Result<(), Box<dyn Error>> {
    if !import::SYSTEMS.contains(&system) {
        return Err(format!("the schemas of `{system}` have no versions: use {}", import::SYSTEMS.join(", ")).into());
    }
    let (from, to) = (crate::version(from)?, crate::version(to)?);
    if from >= to {
        return Err(format!("v{from} is not older than v{to}").into());
    }
    let diff = Diff::read(&crate::root(), system, from, to)?;
    match format {
        Format::Md => print!("{}", diff.markdown()),
        Format::Json => print!("{}", diff.json()),
    }
    Ok(())
}
