//! Standard output, which whoever starts the command may have closed (`>&-`).
//!
//! Rust's runtime opens the null device in its place before `main` begins, so that what is written vanishes and nothing
//! fails. Whether it was closed can be seen before that alone; see decision 0042.

use std::io::{self, Write};

#[cfg(unix)]
mod at_start {
    use std::sync::atomic::{AtomicBool, Ordering};

    static CLOSED: AtomicBool = AtomicBool::new(false);

    ctor_lite::ctor! {
        // It asks the system and sets a flag: nothing of what the runtime is yet to set up.
        unsafe fn look() {
            let stdout = rustix::io::fcntl_getfd(rustix::stdio::stdout());
            CLOSED.store(stdout.is_err(), Ordering::Relaxed);
        }
    }

    pub(super) fn was_closed() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }
}

/// What is said of one that was closed.
pub(crate) const CLOSED: &str = "it was closed by whoever started the command; `>/dev/null` throws output away";

/// Whether there is no standard output.
pub(crate) fn is_closed() -> bool {
    #[cfg(unix)]
    return at_start::was_closed();
    #[cfg(not(unix))]
    return false;
}

/// Standard output; writing to one that was closed is an error.
#[derive(Debug)]
pub(crate) struct Stdout(io::Stdout);

impl Stdout {
    pub(crate) fn new() -> Self {
        Self(io::stdout())
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if is_closed() {
            return Err(io::Error::other(CLOSED));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
