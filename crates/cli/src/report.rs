//! A report for people who have no command line: one HTML file that asks nobody for anything.
//!
//! It needs no script to be read; with one, tables can be searched and sorted. Its policy lets nothing run but that
//! script, by its hash, and nothing be loaded: a tenant's name that got past the escaping could still do no harm.

#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "charts are drawn of runs that were kept"))]
mod chart;
mod table;

use std::fmt::Write as _;
use std::path::Path;

use backhaul_transport::file::{Existing, FileError, NewFile};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

#[cfg_attr(not(feature = "store"), allow(unused_imports, reason = "charts are drawn of runs that were kept"))]
pub(crate) use chart::Curve;

use crate::connect;
use crate::console::Console;
use crate::escape;
use crate::exit::Failure;
use crate::output::Table;

const STYLE: &str = include_str!("report/page.css");
const SCRIPT: &str = include_str!("report/page.js");

/// A report that is being written.
#[derive(Debug)]
pub(crate) struct Report {
    title: String,
    cautions: Vec<String>,
    figures: Vec<(&'static str, String)>,
    body: String,
    parts: usize,
}

/// Where a part of a report begins when it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begins {
    /// After the part before it.
    Here,
    OwnPage,
}

impl Report {
    /// An empty one.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), cautions: Vec::new(), figures: Vec::new(), body: String::new(), parts: 0 }
    }

    /// Says what the reader must know before believing the numbers, such as a server that did not answer.
    pub(crate) fn caution(&mut self, text: impl Into<String>) {
        self.cautions.push(text.into());
    }

    /// A number that stands at the top.
    pub(crate) fn figure(&mut self, name: &'static str, value: impl Into<String>) {
        self.figures.push((name, value.into()));
    }

    /// A heading of its own, and charts below it.
    #[cfg_attr(not(feature = "store"), allow(dead_code, reason = "charts are drawn of runs that were kept"))]
    pub(crate) fn charts(&mut self, heading: &str, curves: &[Curve]) {
        if curves.is_empty() {
            return;
        }
        let _ = write!(self.body, "<h2>{}</h2>\n<div class=charts>\n", text(heading));
        curves.iter().for_each(|curve| curve.draw(&mut self.body));
        self.body.push_str("</div>\n");
    }

    /// A table below a heading.
    pub(crate) fn table(&mut self, heading: &str, table: &Table, begins: Begins) {
        self.parts += 1;
        let own = if begins == Begins::OwnPage { " class=own-page" } else { "" };
        let _ = writeln!(self.body, "<h2 id=part{}{own}>{}</h2>", self.parts, text(heading));
        table::draw(&mut self.body, table, self.parts);
    }

    /// Writes the file, whole or not at all, and says so with a name for what is in it; `-` is standard output.
    pub(crate) fn save(self, path: &Path, what: &str, console: &Console) -> Result<(), Failure> {
        let page = self.html();
        if path == Path::new("-") {
            return console.write(page.as_bytes());
        }
        let written = connect::wait_for(async {
            let fail = |error: FileError| Failure::internal(error.to_string());
            let mut file = NewFile::create(path, Existing::Replace).await.map_err(fail)?;
            file.write(page.as_bytes()).await.map_err(fail)?;
            file.finish().await.map_err(fail)
        });
        written.map(|()| console.note(&format!("{what} in {}", path.display())))
    }

    /// The page.
    fn html(&self) -> String {
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
        let title = text(&self.title);
        let mut page = String::with_capacity(self.body.len() + STYLE.len() + SCRIPT.len() + 4096);
        let _ = write!(
            page,
            "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n\
             <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; base-uri 'none'; form-action 'none'; \
             style-src 'sha256-{}'; script-src 'sha256-{}'\">\n\
             <meta name=viewport content=\"width=device-width, initial-scale=1\">\n<meta name=referrer content=no-referrer>\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>\n<body>\n<main>\n\
             <h1>{title}</h1>\n<p class=when>Made by backhaul {} at {}</p>\n",
            hash(STYLE),
            hash(SCRIPT),
            env!("CARGO_PKG_VERSION"),
            Timestamp::now().strftime("%Y-%m-%d %H:%M UTC"),
        );
        if !self.cautions.is_empty() {
            page.push_str("<ul class=cautions aria-label=\"Before you read on\">\n");
            for caution in &self.cautions {
                let _ = writeln!(page, "<li>{}", text(caution));
            }
            page.push_str("</ul>\n");
        }
        if !self.figures.is_empty() {
            page.push_str("<dl class=figures>\n");
            for (name, value) in &self.figures {
                let _ = writeln!(page, "<div><dt>{}<dd>{}</div>", text(name), text(value));
            }
            page.push_str("</dl>\n");
        }
        page.push_str(&self.body);
        page.push_str(
            "</main>\n<footer>Sizes are in binary units (1 TiB = 1024 GiB). A dash is what the server does not tell; it is not \
             zero.</footer>\n</body>\n</html>\n",
        );
        page
    }
}

/// A server's text as HTML: what a browser would obey is shown instead, direction marks included.
fn text(raw: &str) -> String {
    let safe = escape::line(raw);
    let mut html = String::with_capacity(safe.len());
    for c in safe.chars() {
        match c {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests;
