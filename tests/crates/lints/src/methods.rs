//! Methods, traits, operators and type parameters.

use backprop::{Differentiable, Real, differentiate};
use std::ops::{AddAssign, Index, IndexMut, Mul, Neg};

/// A point of the plane.
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Point {
    /// Along the first axis.
    pub x: f64,
    /// Along the second axis.
    pub y: f64,
}

#[differentiate]
impl Point {
    /// A point on the diagonal.
    #[must_use]
    pub fn diagonal(x: f64) -> Self {
        Self { x, y: x }
    }

    /// The squared distance from the origin.
    #[must_use]
    pub fn norm(self) -> f64 {
        self.x * self.x + self.y * self.y
    }

    /// Moves it.
    pub fn advance(&mut self, by: &Self, factor: f64) {
        self.x += by.x * factor;
        self.y += by.y * factor;
    }

    /// The number of axes.
    #[must_use]
    pub const fn axes(&self) -> usize {
        2
    }
}

/// What has an energy, of whatever type.
#[differentiate(jvp, hvp)]
pub trait Potential: std::fmt::Debug {
    /// The energy at a point.
    fn energy(&self, x: f64, weights: &[f64]) -> f64;

    /// How many parameters there are.
    fn order(&self) -> usize;

    /// As often as asked for; through objects, too.
    fn repeated(&self, x: f64, count: usize) -> f64 {
        if count == 0 {
            self.energy(x, &[])
        } else {
            self.repeated(x, count - 1) * x
        }
    }

    /// With another one of the same type.
    fn plus(&self, other: &Self, x: f64) -> f64
    where
        Self: Sized,
    {
        self.energy(x, &[]) + other.energy(x, &[])
    }
}

#[differentiate(jvp, hvp)]
impl Potential for Point {
    fn energy(&self, x: f64, weights: &[f64]) -> f64 {
        weights.iter().fold(self.x, |e, w| e * w * x) + self.y
    }

    fn order(&self) -> usize {
        2
    }

    fn repeated(&self, x: f64, count: usize) -> f64 {
        match count {
            0 => self.x,
            _ => self.repeated(x, count - 1) + self.energy(x, &[]),
        }
    }
}

/// The energies of trait objects.
#[differentiate(jvp, hvp)]
#[must_use]
pub fn energies(list: &[Box<dyn Potential>], one: &dyn Potential, x: f64) -> f64 {
    let mut sum = one.energy(x, &[1.0, 2.0]);
    for potential in list {
        sum *= potential.energy(x, &[1.0, 2.0]);
    }
    sum
}

/// The same, with respect to the point alone.
#[differentiate(wrt(x), hessian)]
#[must_use]
pub fn at(one: &dyn Potential, x: f64) -> f64 {
    one.energy(x, &[1.0, 2.0]) * one.repeated(x, 2)
}

/// Numbers in rows.
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Table {
    cells: Vec<f64>,
    columns: usize,
    corner: Point,
}

#[differentiate(jvp, hvp)]
impl Table {
    /// A row, to be looked at.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        let start = row * self.columns;
        &self.cells[start..start + self.columns]
    }

    /// A row.
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        let start = row * self.columns;
        &mut self.cells[start..start + self.columns]
    }

    /// A cell, or a number of the corner.
    pub fn cell_mut(&mut self, row: usize, column: usize) -> &mut f64 {
        match row {
            0 => &mut self.corner.x,
            1 => &mut self.corner.y,
            _ => &mut self.row_mut(row)[column],
        }
    }
}

/// The last number.
///
/// # Panics
///
/// If there is none.
#[differentiate]
pub fn last<T: Real>(numbers: &mut [T]) -> &mut T {
    let last = numbers.len() - 1;
    &mut numbers[last]
}

/// One half of them.
#[differentiate]
pub fn half<'x, T: Real>(numbers: &'x mut [T], weights: &[T], first: bool) -> &'x mut [T] {
    let middle = weights.len();
    if first {
        &mut numbers[..middle]
    } else {
        &mut numbers[middle..]
    }
}

/// Changes a grid through references that functions return.
#[differentiate(jvp, hvp)]
pub fn changed(grid: &mut Table, x: f64) -> f64 {
    *grid.cell_mut(2, 1) *= x;
    let row = grid.row_mut(1);
    for cell in row.iter_mut() {
        *cell += x * *cell;
    }
    row[0] -= x;
    *last(row) += x;
    half(row, &[x], false)[0] *= x;
    let chosen = if x > 1.0 {
        grid.cell_mut(0, 0)
    } else {
        grid.cell_mut(1, 1)
    };
    *chosen *= 2.0;
    grid.corner.x * grid.corner.y * grid.cells[0]
}

#[differentiate]
impl Mul<f64> for Point {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self {
            x: self.x * factor,
            y: self.y * factor,
        }
    }
}

#[differentiate]
impl Neg for Point {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            x: -self.x,
            y: -self.y,
        }
    }
}

#[differentiate]
impl AddAssign for Point {
    fn add_assign(&mut self, other: Self) {
        self.x += other.x;
        self.y += other.y;
    }
}

/// What has a size.
#[differentiate]
pub trait Shape {
    /// The size.
    fn size(&self) -> f64;

    /// The number of corners.
    fn corners(&self) -> usize;

    /// The size of several.
    fn sizes(&self, factors: &[f64]) -> f64 {
        let mut sum = 0.0;
        for factor in factors {
            sum += factor * self.size();
        }
        sum
    }
}

#[differentiate]
impl Shape for Point {
    fn size(&self) -> f64 {
        self.x.abs() + self.y.abs()
    }

    fn corners(&self) -> usize {
        1
    }
}

/// A weighted sum of sizes.
#[differentiate]
pub fn weigh<S: Shape>(shapes: &[S], weight: f64) -> f64 {
    let mut total = 0.0;
    for shape in shapes {
        if shape.corners() > 0 {
            total += weight * shape.size();
        }
    }
    total
}

/// The largest product of neighbours.
#[differentiate]
pub fn largest<T>(values: &[T]) -> T
where
    T: Real,
{
    let mut largest = values[0] * values[1];
    for pair in values.windows(2) {
        if pair[0] * pair[1] > largest {
            largest = pair[0] * pair[1];
        }
    }
    largest
}

/// A walk that turns back.
#[differentiate]
#[must_use]
pub fn walk(start: Point, steps: usize) -> f64 {
    let mut at = start;
    let step = Point::diagonal(0.5) * start.x;
    for _ in 0..steps {
        at.advance(&step, 0.5);
        if at.norm() > 1.0 && at.axes() == 2 {
            at += -step;
        }
    }
    at.norm()
}

/// A pair of numbers of any width.
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Pair<T> {
    /// The first.
    pub first: T,
    /// The second.
    pub second: T,
}

#[differentiate]
impl<T: Real> Pair<T> {
    /// Their product, scaled.
    #[must_use]
    pub fn product(&self, factor: T) -> T {
        self.first * self.second * factor
    }
}

/// A grid of numbers.
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Grid {
    cells: Vec<f64>,
    width: usize,
    outside: f64,
}

#[differentiate]
impl Index<(usize, usize)> for Grid {
    type Output = f64;

    fn index(&self, (row, column): (usize, usize)) -> &f64 {
        if column < self.width {
            &self.cells[row * self.width + column]
        } else {
            &self.outside
        }
    }
}

#[differentiate]
impl IndexMut<(usize, usize)> for Grid {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f64 {
        if column < self.width {
            &mut self.cells[row * self.width + column]
        } else {
            &mut self.outside
        }
    }
}

/// A sweep over a grid.
#[differentiate(jvp, hvp)]
#[must_use]
pub fn swept(grid: &Grid, rate: f64) -> f64 {
    let mut next = grid.clone();
    let mut sum = 0.0;
    for column in 0..grid.width {
        next[(0, column)] += rate * (grid[(0, column + 1)] - grid[(0, column)]);
        sum += next[(0, column)] * grid[(0, 0)];
    }
    sum
}

/// The product of two slices.
#[must_use]
#[differentiate(jvp, hvp)]
pub fn scalar_product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The product of a row with itself or another slice.
#[must_use]
#[differentiate(jvp, hvp, hessian)]
pub fn of_rows(table: &Table, other: &[f64], itself: bool) -> f64 {
    let row = table.row(0);
    let chosen = if itself { row } else { other };
    scalar_product(row, chosen) * scalar_product(chosen, other)
}

/// A walk of so many steps.
#[must_use]
#[differentiate]
pub fn walked(start: Point, by: &Point, steps: usize) -> f64 {
    let mut at = start;
    #[checkpoint]
    for _ in 0..steps {
        at.advance(by, 0.5);
    }
    at.x * at.y
}
