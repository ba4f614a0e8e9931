//! Growth as SVG: a line over time, with its ends in words for those who do not see it.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::text;
use crate::output::size;

/// Of how many moments a chart is made; of more, so many are picked evenly.
const MOMENTS: usize = 200;
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 150.0;
/// What labels take at the top and the bottom.
const EDGE: f64 = 18.0;

/// Something that changes over time, in bytes.
#[derive(Debug)]
pub(crate) struct Curve {
    /// What it is.
    pub(crate) name: String,
    /// A sentence about it, such as when it will be full.
    pub(crate) says: String,
    /// Moments, oldest first: seconds since 1970, and bytes.
    pub(crate) moments: Vec<(i64, i64)>,
    /// How much there may be.
    pub(crate) limit: Option<i64>,
}

impl Curve {
    pub(super) fn draw(&self, html: &mut String) {
        let (Some(first), Some(last)) = (self.moments.first(), self.moments.last()) else { return };
        let bytes = self.moments.iter().map(|(_, bytes)| *bytes);
        let (low, high) = (bytes.clone().min().unwrap_or_default(), bytes.max().unwrap_or_default());
        // A limit far above would press the line flat: then its label alone is shown.
        let near = self.limit.filter(|limit| *limit as f64 <= high as f64 * 2.0);
        let top = near.unwrap_or(high).max(high);
        let scale = Scale { seconds: (first.0, last.0), bytes: (low, top) };
        let name = text(&self.name);
        let ends =
            format!("from {} on {} to {} on {}", bytes_text(first.1), date(first.0), bytes_text(last.1), date(last.0));
        let _ = write!(
            html,
            "<figure><figcaption><b>{name}</b><br>{}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=img \
             aria-label=\"{name}: {ends}\">\n",
            text(&self.says)
        );
        let bottom = HEIGHT - EDGE;
        let _ = writeln!(html, "<path class=axis d=\"M0 {EDGE}H{WIDTH}M0 {bottom}H{WIDTH}\"/>");
        if let Some(limit) = near {
            let _ = writeln!(html, "<path class=limit d=\"M0 {0:.1}H{WIDTH}\"/>", scale.y(limit));
        }
        let _ = writeln!(html, "<path class=curve d=\"{}\"/>", path(&pick(&self.moments, MOMENTS), &scale));
        let right = match self.limit {
            Some(limit) if near == Some(limit) => format!("limit {}", bytes_text(limit)),
            Some(limit) => format!("limit {}, far above", bytes_text(limit)),
            None => String::new(),
        };
        let (above, below) = (EDGE - 5.0, HEIGHT - 5.0);
        for (x, y, anchor, label) in [
            (0.0, above, "start", bytes_text(top)),
            (WIDTH, above, "end", right),
            (0.0, below, "start", format!("{}, {}", bytes_text(low), date(first.0))),
            (WIDTH, below, "end", date(last.0)),
        ] {
            let _ = writeln!(html, "<text x={x} y={y} text-anchor={anchor}>{}</text>", text(&label));
        }
        html.push_str("</svg></figure>\n");
    }
}

/// Some of the moments, evenly, the first and the last among them.
fn pick(moments: &[(i64, i64)], most: usize) -> Vec<(i64, i64)> {
    if moments.len() <= most {
        return moments.to_vec();
    }
    let last = moments.len() - 1;
    (0..most).filter_map(|at| moments.get(at * last / (most - 1).max(1)).copied()).collect()
}

struct Scale {
    seconds: (i64, i64),
    bytes: (i64, i64),
}

impl Scale {
    fn x(&self, second: i64) -> f64 {
        share(second, self.seconds) * WIDTH
    }

    fn y(&self, bytes: i64) -> f64 {
        HEIGHT - EDGE - share(bytes, self.bytes) * (HEIGHT - 2.0 * EDGE)
    }
}

/// Where a number is between two, from 0 to 1; in the middle when the two are one.
fn share(of: i64, (low, high): (i64, i64)) -> f64 {
    if low >= high {
        return 0.5;
    }
    ((of as f64 - low as f64) / (high as f64 - low as f64)).clamp(0.0, 1.0)
}

fn path(moments: &[(i64, i64)], scale: &Scale) -> String {
    let mut path = String::with_capacity(moments.len() * 12);
    for (at, (second, bytes)) in moments.iter().enumerate() {
        let (x, y) = (scale.x(*second), scale.y(*bytes));
        let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
    }
    if moments.len() == 1 {
        let _ = write!(path, "h{:.1}", WIDTH / 2.0);
    }
    path
}

/// A number of bytes; what a server tells below nothing stays as it is.
fn bytes_text(bytes: i64) -> String {
    u64::try_from(bytes).map_or_else(|_| bytes.to_string(), size)
}

fn date(second: i64) -> String {
    Timestamp::from_second(second).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
}
