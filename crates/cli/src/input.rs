//! Arguments that stand for a file or for standard input.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::exit::Failure;

/// Where bytes come from: `-` is standard input, all else names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Standard input.
    Stdin,
    File(PathBuf),
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "-" { Self::Stdin } else { Self::File(text.into()) })
    }
}

impl Source {
    /// How it is named in reports: `-` or the path as typed.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// All its bytes.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::File(path) => fs::read(path).map_err(|error| Failure::file(path, &error)),
            Self::Stdin => {
                let mut bytes = Vec::new();
                let read = io::stdin().lock().read_to_end(&mut bytes);
                read.map_err(|error| Failure::internal(format!("cannot read standard input: {error}")))?;
                Ok(bytes)
            }
        }
    }
}

/// A filter as typed: the text itself, `@FILE` for a file's content, `-` for standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// The text itself.
    Text(String),
    /// To be read.
    Source(Source),
}

impl FromStr for Expression {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix('@') {
            Some("") => Err("`@` must be followed by a file's name".to_owned()),
            Some(path) => Ok(Self::Source(Source::File(path.into()))),
            None if text == "-" => Ok(Self::Source(Source::Stdin)),
            None => Ok(Self::Text(text.to_owned())),
        }
    }
}

impl Expression {
    /// The filter's text. Line breaks and a byte-order mark around a file's content do not count.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        let source = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::Source(source) => source,
        };
        let text = utf8(source.read()?, &source.name())?;
        Ok(text.trim_start_matches('\u{feff}').trim().to_owned())
    }
}

/// The bytes as text, or a failure that names where they came from.
pub(crate) fn utf8(bytes: Vec<u8>, name: &str) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{name} is not UTF-8 text")))
}

/// The path made absolute, so that it means the same from every folder.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::internal(format!("cannot resolve {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Code;

    #[test]
    fn at_names_a_file_and_a_hyphen_stdin() {
        assert_eq!("Name==\"a@b\"".parse(), Ok(Expression::Text("Name==\"a@b\"".into())));
        assert_eq!("@f.txt".parse(), Ok(Expression::Source(Source::File("f.txt".into()))));
        assert_eq!("-".parse(), Ok(Expression::Source(Source::Stdin)));
        assert!("@".parse::<Expression>().is_err());
    }

    #[test]
    fn a_file_is_read_without_its_frame() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("filter.txt");
        fs::write(&path, "\u{feff}Name==\"x\"\r\n\n")?;
        assert_eq!(Expression::Source(Source::File(path)).text()?, "Name==\"x\"");
        let missing = Source::File(folder.path().join("none")).read();
        assert_eq!(missing.map_err(|failure| failure.code()), Err(Code::Usage));
        Ok(())
    }
}
