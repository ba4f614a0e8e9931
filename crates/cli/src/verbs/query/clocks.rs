//! Whose clock a filter goes by: that of each ZStack, which tells its time without a zone.

use backhaul_filter::{Parsed, Schema};
use backhaul_transport::UtcOffset;

use crate::console::Console;
use crate::expression::{self, ClockOf};
use crate::profile::Server;

/// The clocks of the servers of a query, each once.
pub(super) struct Clocks {
    all: Vec<ClockOf>,
    /// Which of them is a server's.
    pub(super) of_servers: Vec<usize>,
}

impl Clocks {
    pub(super) fn of(servers: &[Server], clock_of: impl Fn(Option<UtcOffset>) -> ClockOf) -> Self {
        let mut all: Vec<ClockOf> = Vec::new();
        let mut place = |clock| {
            all.iter().position(|known| *known == clock).unwrap_or_else(|| {
                all.push(clock);
                all.len() - 1
            })
        };
        let of_servers = servers.iter().map(|server| place(clock_of(server.utc_offset()))).collect();
        Self { all, of_servers }
    }

    /// What a filter means by each clock. Where the zone of this machine stands in for a server's, that is said.
    pub(super) fn filters(
        &self,
        parsed: Option<&Parsed>,
        schema: &Schema<'_>,
        console: &Console,
    ) -> Vec<Option<Parsed>> {
        let resolved = |clock: &ClockOf| {
            let (parsed, guesses) = expression::resolved_by(parsed?.clone(), schema, *clock);
            if guesses {
                expression::say_guess(*clock, console);
            }
            Some(parsed)
        };
        self.all.iter().map(resolved).collect()
    }
}
