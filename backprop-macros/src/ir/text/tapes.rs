//! Tapes in the text form.

use super::{Text, value};
use crate::ir::{Counts, Drain, Memory, Push, Reserve, Run, TapeSize, ValueId};

impl Text<'_> {
    pub(super) fn name(&self, of: ValueId) -> String {
        value(self.f, of)
    }

    pub(super) fn new_tape(&mut self, tape: ValueId, size: &TapeSize) {
        let size = match size {
            TapeSize::Unknown => String::new(),
            TapeSize::Constant(n) => format!(" of {n}"),
            TapeSize::Site => " site".to_owned(),
            TapeSize::Nest => " of a nest".to_owned(),
            TapeSize::Counted(counts) => format!(" for {}", self.counts(counts)),
        };
        self.line(&format!("{} = new tape{size}", self.name(tape)));
    }

    pub(super) fn reserve(&mut self, reserve: &Reserve) {
        let (tape, counts) = (self.name(reserve.tape), self.counts(&reserve.counts));
        self.line(&format!("reserve {tape} for {counts}"));
    }

    fn counts(&self, counts: &Counts) -> String {
        let counts = counts.iter().map(|(site, count)| match site {
            Some(site) => format!("{} of {}", self.name(*count), self.name(*site)),
            None => self.name(*count),
        });
        counts.collect::<Vec<String>>().join(", ")
    }

    pub(super) fn push(&mut self, push: &Push) {
        let to = match push.to {
            Memory::Own => String::new(),
            Memory::Nest(to) => format!(" in {}", self.name(to)),
        };
        let values = self.list(&push.values);
        self.line(&format!("push {}{to} ({values})", self.name(push.tape)));
    }

    pub(super) fn drain(&self, drain: &Drain) -> String {
        let run = match &drain.run {
            Run::All => String::new(),
            Run::Rest => " rest of".to_owned(),
            Run::Range(range) => format!(" as many as {} of", self.range(range)),
            Run::Since(mark) => format!(" since {} of", self.name(*mark)),
        };
        let beside = drain
            .beside
            .as_ref()
            .map(|range| format!(" for {} in {}", self.name(range.item), self.range(range)));
        let nest = drain
            .nest
            .map(|nested| format!(" in {}", self.name(nested.nest)));
        format!(
            "drain{run} {}{} to ({}){}",
            self.name(drain.tape),
            nest.unwrap_or_default(),
            self.list(&drain.values),
            beside.unwrap_or_default()
        )
    }
}
