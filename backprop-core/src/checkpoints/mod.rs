//! Snapshots of what a loop carries: the reverse half computes the iterations between
//! them again, and none is recorded.
//!
//! The loop asks before each iteration whether its state is to be kept. The reverse half
//! takes the iterations last to first; each *turn* goes back to the last snapshot, runs
//! from there to the iteration at hand (keeping more on the way, where there is room), and
//! runs that one forward and in reverse.

mod schedule;

use crate::numbers::Numbers;
use alloc::vec::Vec;
use core::ops::Deref;
use schedule::Schedule;

/// What a method says of itself: whether it may run again, and gives the same then.
#[derive(Clone, Copy, Debug)]
pub struct MayRepeat<const YES: bool>;

/// The answer that a loop with `#[checkpoint]` wants.
#[diagnostic::on_unimplemented(
    message = "an iteration of a loop with `#[checkpoint]` runs several times, but this method may not",
    label = "called in a loop with `#[checkpoint]`",
    note = "it prints, has a custom rule, or runs code (a method of something else, `constant(..)`) that is not known to give the same each time"
)]
pub trait Repeats {}

impl Repeats for MayRepeat<true> {}

/// Checks the answer.
#[inline]
pub fn repeats<R: Repeats>(_: R) {}

/// The snapshots of one run of a loop.
#[derive(Clone, Debug)]
pub struct Checkpoints<S> {
    schedule: Schedule,
    /// One for each step that the schedule has kept, in order.
    states: Vec<S>,
}

impl<S> Checkpoints<S> {
    /// Of a loop that runs `steps` times: `snapshots` states at most.
    #[inline]
    pub fn binomial(steps: usize, snapshots: usize) -> Self {
        Checkpoints::new(Schedule::binomial(steps, snapshots))
    }

    /// Of a loop that runs `steps` times: about `√(2 steps)` states, so that each
    /// iteration runs three times.
    #[inline]
    pub fn sqrt(steps: usize) -> Self {
        Checkpoints::new(Schedule::sqrt(steps))
    }

    /// Of a loop that runs until it is left: `snapshots` states at most.
    #[inline]
    pub fn unknown(snapshots: usize) -> Self {
        Checkpoints::new(Schedule::doubling(snapshots))
    }

    /// Of a loop that runs until it is left: about `√(8 n)` states after `n` steps.
    #[inline]
    pub fn unknown_sqrt() -> Self {
        Checkpoints::new(Schedule::growing())
    }

    fn new(schedule: Schedule) -> Self {
        Checkpoints {
            states: Vec::with_capacity(schedule.expected()),
            schedule,
        }
    }

    /// Before each step: whether the state is to be saved now.
    #[inline]
    pub fn is_due(&mut self) -> bool {
        match self.schedule.is_next() {
            true => self.make_room(),
            false => false,
        }
    }

    /// What happens at few steps stays out of the loop.
    #[inline(never)]
    fn make_room(&mut self) -> bool {
        let due = self.schedule.keep();
        if due.thinned {
            let mut number = 0;
            self.states.retain(|_| {
                number += 1;
                number % 2 == 1
            });
        }
        due.kept
    }

    /// Keeps the state before the step that is due.
    #[inline]
    pub fn save(&mut self, state: S) {
        self.states.push(state);
    }

    /// Goes on to the last step that is not reversed yet; whether there is one.
    #[inline]
    pub fn next_turn(&mut self) -> bool {
        self.schedule.next_turn()
    }

    /// The state before step [`start`](Self::start) of this turn.
    ///
    /// # Panics
    ///
    /// If [`next_turn`](Self::next_turn) was not asked before.
    #[inline]
    pub fn restore(&mut self) -> S
    where
        S: Clone,
    {
        let state = match self.schedule.is_last_use() {
            true => self.states.pop(),
            false => self.states.last().cloned(),
        };
        match state {
            Some(state) => state,
            None => unreachable!("a turn has a snapshot before it"),
        }
    }

    /// The step whose state this turn begins with.
    #[inline]
    pub fn start(&self) -> usize {
        self.schedule.start()
    }

    /// The step that this turn reverses.
    #[inline]
    pub fn turn(&self) -> usize {
        self.schedule.turn()
    }
}

/// What a range yields in step number `step`.
#[inline]
pub fn item_at<I: Iterator>(mut range: I, step: usize) -> I::Item {
    match range.nth(step) {
        Some(item) => item,
        None => unreachable!("the loop ran this step"),
    }
}

/// Whether a copy of a value is a few numbers, and no more: a constant for each type.
#[inline]
pub const fn is_small<T: ?Sized>(value: &T) -> bool {
    const MOST: usize = 64;
    let is_sized = size_of::<&T>() == size_of::<usize>();
    // a vector owns what it holds
    is_sized && !core::mem::needs_drop::<T>() && size_of_val(value) <= MOST
}

/// What can be copied, if it holds numbers and borrows nothing: rustc chooses, as it finds
/// methods of this type before those of what it derefs to.
#[derive(Debug)]
pub struct MayCopy<'a, T: ?Sized>(CannotCopy<'a, T>);

/// What is moved, or borrows.
#[derive(Debug)]
pub struct CannotCopy<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> MayCopy<'a, T> {
    /// Around a value.
    #[inline]
    pub fn new(value: &'a T) -> Self {
        MayCopy(CannotCopy(value))
    }
}

impl<T: Copy + Numbers> MayCopy<'_, T> {
    /// Whether it can be copied: a constant for each type.
    #[inline]
    pub fn can_copy(&self) -> bool {
        true
    }

    /// The copy.
    #[inline]
    pub fn copied(&self) -> T {
        *self.0.0
    }
}

impl<'a, T: ?Sized> Deref for MayCopy<'a, T> {
    type Target = CannotCopy<'a, T>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> CannotCopy<'_, T> {
    /// Whether it can be copied: a constant for each type.
    #[inline]
    pub fn can_copy(&self) -> bool {
        false
    }

    /// Not called, as it cannot be copied.
    pub fn copied(&self) -> T {
        unreachable!("only what can be copied is")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs and reverses a loop that carries the number of its steps; the most states
    /// that were there, and how many steps ran.
    fn run(mut checkpoints: Checkpoints<usize>, steps: usize) -> (usize, usize) {
        let (mut most, mut ran) = (0, 0);
        for step in 0..steps {
            if checkpoints.is_due() {
                checkpoints.save(step);
            }
            most = most.max(checkpoints.states.len());
            ran += 1;
        }
        for step in (0..steps).rev() {
            assert!(checkpoints.next_turn());
            assert_eq!(checkpoints.turn(), step);
            let mut state = checkpoints.restore();
            assert_eq!(state, checkpoints.start());
            for at in checkpoints.start()..checkpoints.turn() {
                if checkpoints.is_due() {
                    checkpoints.save(at);
                }
                most = most.max(checkpoints.states.len());
                (state, ran) = (state + 1, ran + 1);
            }
            assert_eq!(state, step);
            ran += 1;
        }
        assert!(!checkpoints.next_turn());
        assert!(checkpoints.states.is_empty());
        (most, ran)
    }

    #[test]
    fn every_step_is_reversed_from_its_state() {
        for steps in (0..70).chain([99, 100, 101, 500]) {
            for snapshots in [0, 1, 2, 3, 4, 5, 8, 13, 40, 600] {
                let (most, _) = run(Checkpoints::binomial(steps, snapshots), steps);
                assert!(most <= snapshots.max(1));
                let (most, _) = run(Checkpoints::unknown(snapshots), steps);
                assert!(most <= snapshots.max(1));
            }
            run(Checkpoints::sqrt(steps), steps);
            run(Checkpoints::unknown_sqrt(), steps);
        }
    }

    #[test]
    fn a_root_of_the_steps_suffices_for_three_runs() {
        for (steps, at_most) in [(100, 14), (10_000, 141), (100_000, 446)] {
            let (most, ran) = run(Checkpoints::sqrt(steps), steps);
            assert!(most <= at_most, "{most} states for {steps} steps");
            assert!(ran <= 3 * steps, "{ran} runs of {steps} steps");
            let (most, ran) = run(Checkpoints::unknown_sqrt(), steps);
            assert!(most <= 2 * at_most + 2, "{most} states for {steps} steps");
            assert!(ran <= 3 * steps, "{ran} runs of {steps} steps");
        }
    }

    #[test]
    fn a_range_is_entered_anywhere() {
        assert_eq!(item_at(3..9, 2), 5);
        assert_eq!(item_at((3..=9).rev(), 2), 7);
        assert_eq!(item_at((0u8..=255).step_by(51), 5), 255);
        assert_eq!(item_at((-5i32..5).step_by(3).rev(), 1), 1);
    }
}
