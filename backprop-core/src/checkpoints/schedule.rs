//! Which states are kept, as pure data.
//!
//! `s` snapshots and `r` runs of each step reach `β(s, r) = C(s + r, s)` steps, and no
//! schedule reaches more (A. Griewank and A. Walther, "Algorithm 799: revolve", ACM TOMS
//! 26, 2000). From a snapshot, with room for `s - 1` more, the next one is put so that what
//! is behind it is reversed with those, and what is before it with `s` again.

use alloc::vec::Vec;

/// The snapshots of a loop, by the number of the step that they are the state before.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    kept: Vec<usize>,
    /// So many are kept at most.
    most: usize,
    /// The step before which the loop is.
    at: usize,
    /// The step before which the next state is to be kept.
    next: usize,
    /// The step to reverse; in the forward half, the end of the loop.
    turn: usize,
    mode: Mode,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Mode {
    /// The forward half of a loop whose end is known, and every turn.
    Binomial,
    /// The forward half of a loop whose end is not known: each state of a number that is
    /// a multiple of this, which doubles where there is no room.
    Doubling(usize),
    /// The same: the distance grows by one each time.
    Growing,
    /// No state is left to reverse.
    Done,
}

/// What is to be done before a step.
pub(super) struct Due {
    /// Drop every second state first.
    pub(super) thinned: bool,
    /// Keep the state.
    pub(super) kept: bool,
}

const NEVER: usize = usize::MAX;

impl Schedule {
    pub(super) fn binomial(steps: usize, snapshots: usize) -> Self {
        Schedule::new(snapshots, steps, Mode::Binomial)
    }

    /// As many as two runs of each step need, beside that in the loop itself.
    pub(super) fn sqrt(steps: usize) -> Self {
        let mut most = steps.saturating_mul(2).isqrt().saturating_sub(2).max(1);
        while reach(most, 2) <= steps as u64 {
            most += 1;
        }
        Schedule::binomial(steps, most)
    }

    pub(super) fn doubling(snapshots: usize) -> Self {
        Schedule::new(snapshots, NEVER, Mode::Doubling(1))
    }

    pub(super) fn growing() -> Self {
        Schedule::new(NEVER, NEVER, Mode::Growing)
    }

    fn new(snapshots: usize, end: usize, mode: Mode) -> Self {
        let mut schedule = Schedule {
            kept: Vec::new(),
            most: snapshots.max(1),
            at: 0,
            next: 0,
            turn: end,
            mode,
        };
        schedule.kept.reserve_exact(schedule.expected());
        schedule
    }

    /// How many states to make room for.
    pub(super) fn expected(&self) -> usize {
        match self.mode {
            Mode::Binomial => self.most.min(self.turn),
            // nobody knows
            _ => 0,
        }
    }

    /// Goes on to the next step; whether [`keep`](Self::keep) is to be asked before.
    #[inline]
    pub(super) fn is_next(&mut self) -> bool {
        let found = self.at == self.next;
        self.at += 1;
        found
    }

    /// What is due before the step that [`is_next`](Self::is_next) found.
    pub(super) fn keep(&mut self) -> Due {
        let step = self.next;
        let (mut thinned, mut kept) = (false, true);
        match &mut self.mode {
            Mode::Binomial => {
                self.kept.push(step);
                self.plan();
            }
            Mode::Doubling(distance) => {
                if self.kept.len() == self.most {
                    *distance *= 2;
                    thinned = true;
                    let mut number = 0;
                    self.kept.retain(|_| {
                        number += 1;
                        number % 2 == 1
                    });
                    kept = step.is_multiple_of(*distance);
                }
                self.next = match kept {
                    true => step + *distance,
                    false => step - step % *distance + *distance,
                };
                if kept {
                    self.kept.push(step);
                }
            }
            Mode::Growing => {
                self.kept.push(step);
                self.next = step + self.kept.len();
            }
            Mode::Done => kept = false,
        }
        Due { thinned, kept }
    }

    /// The last step that is not reversed yet, if there is one.
    pub(super) fn next_turn(&mut self) -> bool {
        match self.mode {
            Mode::Binomial if self.turn <= self.at => {}
            // the loop has ended
            Mode::Doubling(_) => self.turn = self.at,
            Mode::Growing => {
                self.turn = self.at;
                // each stretch is as long as there are snapshots: as many again hold all
                // states of one
                self.most = self.kept.len().saturating_mul(2);
            }
            // or earlier than it was to
            Mode::Binomial => self.turn = self.at,
            Mode::Done => return false,
        }
        self.mode = Mode::Binomial;
        if self.turn == 0 {
            self.mode = Mode::Done;
            return false;
        }
        self.turn -= 1;
        // its state is moved out
        while self.kept.last().is_some_and(|kept| *kept > self.turn) {
            self.kept.pop();
        }
        self.at = self.start();
        self.plan();
        true
    }

    /// Where the next snapshot goes, from the last one on.
    fn plan(&mut self) {
        let start = self.start();
        let free = self.most.saturating_sub(self.kept.len());
        let length = self.turn - start + 1;
        self.next = match free > 0 && length > 1 {
            true => start + first_part(length, free + 1),
            false => NEVER,
        };
        // the state before the turn is the one that it begins with
        if self.next >= self.turn {
            self.next = NEVER;
        }
    }

    /// Whether the snapshot of this turn is not needed again.
    pub(super) fn is_last_use(&self) -> bool {
        self.start() == self.turn
    }

    pub(super) fn start(&self) -> usize {
        self.kept.last().copied().unwrap_or(0)
    }

    pub(super) fn turn(&self) -> usize {
        self.turn
    }
}

/// `β(s, r)`: the steps that `s` snapshots and `r` runs of each reach; the largest number
/// where that is out of reach for any loop.
fn reach(snapshots: usize, runs: usize) -> u64 {
    let (small, large) = match snapshots < runs {
        true => (snapshots as u64, runs as u64),
        false => (runs as u64, snapshots as u64),
    };
    let mut product: u64 = 1;
    for k in 1..=small {
        // exact: a product of k numbers in a row is divisible by k!
        product = match large.checked_add(k).and_then(|n| product.checked_mul(n)) {
            Some(product) => product / k,
            None => return u64::MAX,
        };
    }
    product
}

/// Of `length` steps that are reversed with `snapshots`, how many stand before the second
/// one, so that as few as possible run.
fn first_part(length: usize, snapshots: usize) -> usize {
    if snapshots < 2 {
        return length;
    }
    // a snapshot for each
    if length - 1 <= snapshots {
        return 1;
    }
    let wanted = length as u64;
    let mut runs = 1;
    while reach(snapshots, runs) < wanted {
        runs += 1;
    }
    // the most that one run less of each reaches before, if enough is left behind
    let before = reach(snapshots, runs - 1);
    let behind = reach(snapshots - 1, runs - 1);
    let part = before.min(wanted.saturating_sub(behind));
    (part as usize).clamp(1, length - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fewest steps that run to reach each of `length` states, the last one first.
    fn optimum(length: usize, snapshots: usize) -> Vec<Vec<usize>> {
        let mut table = alloc::vec![alloc::vec![0; length + 1]; snapshots + 1];
        for s in 1..=snapshots {
            for l in 2..=length {
                table[s][l] = match s {
                    1 => l * (l - 1) / 2,
                    _ => (1..l)
                        .map(|m| m + table[s - 1][l - m] + table[s][m])
                        .min()
                        .unwrap_or(0),
                };
            }
        }
        table
    }

    /// The steps that run before each turn, with those of the loop itself.
    fn advances(steps: usize, snapshots: usize) -> usize {
        let mut schedule = Schedule::binomial(steps, snapshots);
        let mut ran = steps;
        for _ in 0..steps {
            if schedule.is_next() {
                schedule.keep();
            }
        }
        while schedule.next_turn() {
            for _ in schedule.start()..schedule.turn() {
                if schedule.is_next() {
                    schedule.keep();
                }
                assert!(schedule.kept.len() <= snapshots);
                ran += 1;
            }
        }
        ran
    }

    #[test]
    fn as_few_steps_run_as_can() {
        let table = optimum(151, 12);
        for (snapshots, row) in table.iter().enumerate().skip(1) {
            for steps in 1..=150 {
                // the end of the loop is one state more to reach
                assert_eq!(
                    advances(steps, snapshots),
                    row[steps + 1],
                    "{steps} steps, {snapshots} snapshots"
                );
            }
        }
    }

    #[test]
    fn the_formula_of_griewank_and_walther() {
        let table = optimum(150, 8);
        for (snapshots, row) in table.iter().enumerate().skip(1) {
            for (length, fewest) in row.iter().enumerate().skip(1) {
                let runs = (0..).find(|r| reach(snapshots, *r) >= length as u64);
                let runs = runs.unwrap_or(0);
                let formula = match runs {
                    0 => 0,
                    r => (r * length) as u64 - reach(snapshots + 1, r - 1),
                };
                assert_eq!(*fewest as u64, formula, "{length}, {snapshots}");
            }
        }
    }

    #[test]
    fn no_step_runs_more_often_than_promised() {
        for (snapshots, runs) in [(3, 4), (5, 3), (10, 2)] {
            let steps = reach(snapshots, runs) as usize - 1;
            let mut count = alloc::vec![1; steps];
            let mut schedule = Schedule::binomial(steps, snapshots);
            for _ in 0..steps {
                if schedule.is_next() {
                    schedule.keep();
                }
            }
            while schedule.next_turn() {
                let (start, turn) = (schedule.start(), schedule.turn());
                for ran in &mut count[start..turn] {
                    if schedule.is_next() {
                        schedule.keep();
                    }
                    *ran += 1;
                }
            }
            assert_eq!(count.iter().max(), Some(&runs));
        }
    }

    #[test]
    fn long_loops_do_not_overflow() {
        assert_eq!(reach(usize::MAX, usize::MAX), u64::MAX);
        assert_eq!(reach(10, 3), 286);
        let part = first_part(usize::MAX, 3);
        assert!(part > 0 && part < usize::MAX);
    }
}
