//! Records that keep their memory between calls.

use crate::nest::Nest;
use crate::records::Recorded;
use crate::tape::Backwards;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::RefCell;
use core::fmt;
use core::ops::{Deref, DerefMut};

/// The memory of records, for functions with `#[differentiate(workspace)]`.
///
/// `f_backprop_in` takes its records from a workspace and gives them back, so that the
/// next call with it allocates no record again. One workspace may serve any number of
/// functions; it grows to what they need together, and shrinks with [`clear`](Self::clear).
/// It does not go to another thread: each has one of its own.
///
/// Records of loops are in a workspace. What the function allocates itself is not, nor are
/// adjoints of its own vectors, snapshots (`#[checkpoint]`), and what the functions allocate
/// that it calls.
#[derive(Default)]
pub struct Workspace {
    /// Empty vectors, each in a box of its own that stays where it is.
    tapes: RefCell<Vec<Kept>>,
}

struct Kept {
    /// Which tape of a function it was.
    site: usize,
    /// A `Vec`; one without capacity is in use, or was never used.
    records: Box<dyn Any>,
}

impl Workspace {
    /// One that holds nothing yet.
    pub const fn new() -> Self {
        Workspace {
            tapes: RefCell::new(Vec::new()),
        }
    }

    /// Frees the memory.
    pub fn clear(&mut self) {
        self.tapes.get_mut().clear();
    }

    fn take<T: 'static>(&self, site: usize) -> Vec<T> {
        for kept in self.tapes.borrow_mut().iter_mut() {
            if kept.site == site
                && let Some(records) = kept.records.downcast_mut::<Vec<T>>()
                && records.capacity() > 0
            {
                return core::mem::take(records);
            }
        }
        Vec::new()
    }

    fn give<T: 'static>(&self, site: usize, records: Vec<T>) {
        let mut tapes = self.tapes.borrow_mut();
        for kept in tapes.iter_mut() {
            if kept.site == site
                && let Some(place) = kept.records.downcast_mut::<Vec<T>>()
                && place.capacity() == 0
            {
                *place = records;
                return;
            }
        }
        let records = Box::new(records);
        tapes.push(Kept { site, records });
    }
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tapes = self.tapes.try_borrow().map_or(0, |tapes| tapes.len());
        f.debug_struct("Workspace").field("tapes", &tapes).finish()
    }
}

/// A tape in the memory of a workspace, which gets it back.
#[derive(Debug)]
pub struct PooledTape<'w, T: 'static> {
    records: Vec<T>,
    site: usize,
    workspace: &'w Workspace,
}

impl<T: 'static> Drop for PooledTape<'_, T> {
    fn drop(&mut self) {
        let mut records = core::mem::take(&mut self.records);
        if records.capacity() > 0 {
            records.clear();
            self.workspace.give(self.site, records);
        }
    }
}

impl<T: 'static> Deref for PooledTape<'_, T> {
    type Target = Vec<T>;

    #[inline]
    fn deref(&self) -> &Vec<T> {
        &self.records
    }
}

impl<T: 'static> DerefMut for PooledTape<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.records
    }
}

impl<T: 'static> Backwards for PooledTape<'_, T> {
    type Record = T;

    #[inline]
    fn backwards(mut self) -> impl Iterator<Item = T> {
        core::iter::from_fn(move || self.records.pop())
    }

    #[inline]
    fn rest(&mut self, start: usize) -> impl Iterator<Item = T> {
        self.records.drain(start..).rev()
    }

    #[inline]
    fn length(&self) -> usize {
        self.records.len()
    }
}

impl<T: 'static> Recorded for PooledTape<'_, T> {
    type Record = T;

    #[inline]
    fn part(&self, start: usize, end: usize) -> impl Iterator<Item = &T> {
        self.records[start..end].iter().rev()
    }

    #[inline]
    fn recorded(&self) -> usize {
        self.records.len()
    }
}

/// Tape number `site` of a function, of unknown length.
#[inline]
pub fn pooled_tape<T: 'static>(workspace: &Workspace, site: usize) -> PooledTape<'_, T> {
    PooledTape {
        records: workspace.take(site),
        site,
        workspace,
    }
}

/// The tape of a nest of loops in the memory of a workspace, which gets it back.
#[derive(Debug)]
pub struct PooledNest<'w> {
    nest: Nest,
    site: usize,
    workspace: &'w Workspace,
}

impl Drop for PooledNest<'_> {
    fn drop(&mut self) {
        let mut bytes = self.nest.take_memory();
        if bytes.capacity() > 0 {
            bytes.clear();
            self.workspace.give(self.site, bytes);
        }
    }
}

impl Deref for PooledNest<'_> {
    type Target = Nest;

    #[inline]
    fn deref(&self) -> &Nest {
        &self.nest
    }
}

impl DerefMut for PooledNest<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Nest {
        &mut self.nest
    }
}

/// Nest number `site` of a function.
#[inline]
pub fn pooled_nest(workspace: &Workspace, site: usize) -> PooledNest<'_> {
    PooledNest {
        nest: Nest::in_memory(workspace.take(site)),
        site,
        workspace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_and_is_used_again() {
        let workspace = Workspace::new();
        let place = {
            let mut tape = pooled_tape::<f64>(&workspace, 0);
            crate::tape::reserve(&mut tape, 10);
            tape.push(1.0);
            tape.as_ptr()
        };
        let again = pooled_tape::<f64>(&workspace, 0);
        assert!(again.is_empty() && again.capacity() >= 10);
        assert_eq!(again.as_ptr(), place);
        // while it is away, and of other types and numbers, there is none
        assert_eq!(pooled_tape::<f64>(&workspace, 0).capacity(), 0);
        assert_eq!(pooled_tape::<f64>(&workspace, 1).capacity(), 0);
        assert_eq!(pooled_tape::<u8>(&workspace, 0).capacity(), 0);
    }

    #[test]
    fn what_was_not_taken_back_is_dropped() {
        let workspace = Workspace::new();
        let counted = alloc::rc::Rc::new(());
        let mut tape = pooled_tape(&workspace, 0);
        tape.push(counted.clone());
        drop(tape);
        assert_eq!(alloc::rc::Rc::strong_count(&counted), 1);
    }
}
