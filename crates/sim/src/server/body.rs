//! Bodies of answers: whole, cut short, or padded without end in sight.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::Ended;

/// The bytes of a padding's one piece.
static BLANKS: [u8; 64 << 10] = [b' '; 64 << 10];

/// A body: some bytes, then some blanks, then perhaps the end of the connection.
#[derive(Debug)]
pub(super) struct SimBody {
    start: Bytes,
    blanks: u64,
    end: End,
    /// The length that the headers announce.
    announced: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The body is over.
    Done,
    /// What was sent must leave the buffers before the connection may end.
    Flush,
    /// The connection ends.
    Break,
}

impl SimBody {
    pub(super) fn whole(start: Bytes) -> Self {
        Self { announced: start.len() as u64, start, blanks: 0, end: End::Done }
    }

    /// The first bytes of a body whose whole length is announced; a body that is shorter goes out whole.
    pub(super) fn cut(body: Bytes, bytes: usize) -> Self {
        let end = if bytes < body.len() { End::Flush } else { End::Done };
        let start = body.slice(..bytes.min(body.len()));
        Self { start, blanks: 0, end, announced: body.len() as u64 }
    }

    pub(super) fn padded(start: Bytes, blanks: u64) -> Self {
        let announced = blanks.saturating_add(start.len() as u64);
        Self { start, blanks, end: End::Done, announced }
    }
}

impl Body for SimBody {
    type Data = Bytes;
    type Error = Ended;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Ended>>> {
        if !self.start.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.start)))));
        }
        if self.blanks > 0 {
            let piece = self.blanks.min(BLANKS.len() as u64);
            self.blanks -= piece;
            let piece = Bytes::from_static(&BLANKS).slice(..usize::try_from(piece).unwrap_or(0));
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.end {
            End::Done => Poll::Ready(None),
            // hyper writes its buffers out when a body has nothing ready, and drops them when a body fails.
            End::Flush => {
                self.end = End::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Break => Poll::Ready(Some(Err(Ended))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.start.is_empty() && self.blanks == 0 && self.end == End::Done
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
