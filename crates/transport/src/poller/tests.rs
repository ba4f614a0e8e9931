//! Pauses, deadlines and errors, in time that the tests make pass.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;

use backhaul_wire::System;

use super::*;
use crate::error::Reason;

/// Work whose answers are known beforehand: a state, the end, or an error that may pass.
struct Script {
    answers: VecDeque<Answer>,
    state: &'static str,
    asked: Vec<Duration>,
    begun: Instant,
}

#[derive(Clone, Copy)]
enum Answer {
    State(&'static str),
    Fails,
    Refused,
    /// By the client's own deadline.
    Late,
    Hangs,
}

fn work(answers: impl IntoIterator<Item = Answer>) -> Script {
    Script { answers: answers.into_iter().collect(), state: "Running", asked: Vec::new(), begun: Instant::now() }
}

impl Work for Script {
    type State = &'static str;
    type Done = Vec<Duration>;

    fn state(&self) -> &&'static str {
        &self.state
    }

    fn end(&self) -> Option<Result<Vec<Duration>>> {
        (self.state == "Finished").then(|| Ok(self.asked.clone()))
    }

    async fn ask(&mut self) -> Result<()> {
        self.asked.push(self.begun.elapsed());
        match self.answers.pop_front().unwrap_or(Answer::Hangs) {
            Answer::State(state) => self.state = state,
            Answer::Fails => return Err(error(503)),
            Answer::Refused => return Err(error(403)),
            Answer::Late => {
                let rule = "there was no answer before the deadline".to_owned();
                return Err(Error::new(Reason::Deadline(rule), System::Em, "em", "work"));
            }
            Answer::Hangs => std::future::pending().await,
        }
        Ok(())
    }

    fn overdue(&self, waited: &Waited) -> Error {
        Error::new(Reason::Deadline(waited.told("it", self.state)), System::Em, "em", "work")
    }
}

fn error(status: u16) -> Error {
    Error::new(Reason::Api { status, code: None, message: "no".to_owned() }, System::Em, "em", "work")
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_the_most() {
    let answers = [Answer::State("Running"); 5].into_iter().chain([Answer::State("Finished")]);
    let asked = Poller::new(work(answers)).until_done().await.unwrap();
    let millis: Vec<u128> = asked.iter().map(Duration::as_millis).collect();
    assert_eq!(millis, [500, 1_500, 3_500, 7_500, 12_500, 17_500]);
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_is_not_asked_about() {
    let mut done = work([]);
    done.state = "Finished";
    assert!(Poller::new(done).until_done().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn states_come_as_they_are_seen() {
    let answers = ["OperationFinished", "Finished"].map(Answer::State);
    let progress: Vec<_> = Poller::new(work(answers)).into_stream().collect().await;
    let seen: Vec<&str> = progress
        .iter()
        .map(|progress| match progress.as_ref().unwrap() {
            Progress::Going(state) => state,
            Progress::Done(_) => "done",
        })
        .collect();
    assert_eq!(seen, ["Running", "OperationFinished", "done"]);
}

#[tokio::test(start_paused = true)]
async fn work_without_end_ends_at_the_deadline() {
    let begun = Instant::now();
    let endless = work(std::iter::repeat_n(Answer::State("Running"), 100));
    let error = Poller::new(endless).deadline(Duration::from_secs(60)).until_done().await.unwrap_err();
    assert!(error.is_deadline() && error.to_string().contains("it is Running after 60 s"), "{error}");
    assert_eq!(begun.elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_question_without_an_answer_ends_at_the_deadline_too() {
    let error = Poller::new(work([Answer::Hangs])).deadline(Duration::from_secs(7)).until_done().await.unwrap_err();
    assert!(error.is_deadline() && error.to_string().contains("was last seen"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn some_passing_errors_in_a_row_are_sat_out_and_others_are_not() {
    let few = [Answer::Fails, Answer::Fails, Answer::State("Running"), Answer::Fails, Answer::Fails];
    let tolerance = Tolerance { in_a_row: Some(2) };
    let answers = few.into_iter().chain([Answer::State("Finished")]);
    Poller::new(work(answers)).tolerance(tolerance.clone()).until_done().await.unwrap();

    let many = work([Answer::Fails; 3]);
    let waiting = Waiting { deadline: None, ..Waiting::default() };
    let error = Poller::new(many).tolerance(tolerance).waiting(waiting).until_done().await.unwrap_err();
    assert_eq!(error.status(), Some(503));

    let error = Poller::new(work([Answer::Refused, Answer::State("Finished")])).until_done().await.unwrap_err();
    assert_eq!(error.status(), Some(403));
}

async fn told(answers: impl IntoIterator<Item = Answer>, deadline: u64) -> String {
    let poller = Poller::new(work(answers)).deadline(Duration::from_millis(deadline));
    let error = poller.until_done().await.unwrap_err();
    assert!(error.is_deadline(), "{error}");
    error.to_string()
}

#[tokio::test(start_paused = true)]
async fn silence_counts_from_the_last_answer() {
    let answers = || [Answer::State("Running")].into_iter().chain([Answer::Fails; 100]);
    let silent = told(answers(), 60_000).await;
    assert!(
        silent.contains("it was last seen Running, 59 s before the end of 60 s of waiting, and not since ("),
        "{silent}"
    );
    assert!(silent.contains("(503): no"), "{silent}");
    // An answer in between ends the silence.
    let heard = told([Answer::Fails, Answer::State("Working"), Answer::Hangs], 4_000).await;
    assert!(heard.contains("it is Working after 4 s"), "{heard}");
    // The client's deadline is the wait's as well.
    let late = told([Answer::State("Running"), Answer::Late], 60_000).await;
    assert!(late.contains("it is Running after 1 s"), "{late}");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_was_just_sent_is_no_silence() {
    for (deadline, says) in
        [(1_499, "it is Running after 1 s"), (1_500, "it was last seen Running, 1 s before the end")]
    {
        let told = told([Answer::Hangs], deadline).await;
        assert!(told.contains(says), "{deadline}: {told}");
    }
    let never = told([Answer::Hangs], 1_500).await;
    assert!(never.contains("(the server did not answer)"), "{never}");
}
