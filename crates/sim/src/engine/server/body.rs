//! Bodies of answers: whole, cut short, or padded without end in sight.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::Ended;
use crate::engine::message::Made;

/// The bytes of a padding's one piece.
static BLANKS: [u8; 64 << 10] = [b' '; 64 << 10];

/// A body: some bytes, then some blanks, then perhaps the end of the connection.
#[derive(Debug)]
pub(super) struct SimBody {
    start: Bytes,
    blanks: u64,
    /// What is made as it is sent, and how much of it was.
    made: Option<(Made, u64)>,
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
    /// All of an answer.
    pub(super) fn whole(start: Bytes, rest: Option<Made>) -> Self {
        let announced = rest.map_or(0, |made| made.length).saturating_add(start.len() as u64);
        Self { start, blanks: 0, made: rest.map(|made| (made, 0)), end: End::Done, announced }
    }

    /// The first bytes of a body whose whole length is announced; a body that is shorter goes out whole.
    pub(super) fn cut(body: Bytes, rest: Option<Made>, bytes: usize) -> Self {
        let announced = rest.map_or(0, |made| made.length).saturating_add(body.len() as u64);
        let bytes = bytes as u64;
        let end = if bytes < announced { End::Flush } else { End::Done };
        let start = body.slice(..usize::try_from(bytes).unwrap_or(usize::MAX).min(body.len()));
        let left = bytes.saturating_sub(body.len() as u64);
        let made = rest.map(|made| (Made { length: made.length.min(left), ..made }, 0));
        Self { start, blanks: 0, made, end, announced }
    }

    pub(super) fn padded(start: Bytes, blanks: u64) -> Self {
        let announced = blanks.saturating_add(start.len() as u64);
        Self { start, blanks, made: None, end: End::Done, announced }
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
        if let Some((made, sent)) = self.made.filter(|(made, sent)| *sent < made.length) {
            let piece = made.piece(sent, BLANKS.len());
            self.made = Some((made, sent + piece.len() as u64));
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
        let over = self.made.is_none_or(|(made, sent)| sent >= made.length);
        self.start.is_empty() && self.blanks == 0 && over && self.end == End::Done
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
