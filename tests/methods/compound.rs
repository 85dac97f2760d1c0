//! Compound assignments by way of indexing operators.

use backprop::{Differentiable, Real, assert_gradient, differentiate};
use std::ops::{Index, IndexMut};

oracle::programs! {
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Row {
        cells: Vec<f64>,
        shift: usize,
    }

    #[differentiate]
    impl Index<usize> for Row {
        type Output = f64;
        fn index(&self, i: usize) -> &f64 { &self.cells[(i + self.shift) % self.cells.len()] }
    }

    #[differentiate]
    impl IndexMut<usize> for Row {
        fn index_mut(&mut self, i: usize) -> &mut f64 {
            let n = self.cells.len();
            &mut self.cells[(i + self.shift) % n]
        }
    }

    #[differentiate]
    fn grow(x: &mut f64, by: f64) -> f64 {
        *x = *x * by + 1.0;
        *x * by
    }

    #[differentiate]
    fn compound(row: &mut Row, c: f64, n: usize) -> f64 {
        let mut sum = 0.0;
        for k in 0..n {
            row[k] *= c;
            row[k + 1] += row[k] * row[0];
            row[k] -= 0.5;
            row[k] /= c + 2.0;
            // the index moves on
            row.shift = row.shift + 1;
            sum += grow(&mut row[k], c);
            row.cells.push(row[0]);
        }
        let at = if c > 0.5 { 0 } else { 1 };
        let one = &mut row[at];
        *one = *one * sum;
        std::mem::swap(&mut row.cells[0], &mut sum);
        sum * row[0]
    }
}

/// What an operator takes by value is lent to its companion: an expression as a whole.
mod scaled {
    use backprop::{Differentiable, differentiate};
    use std::ops::MulAssign;

    oracle::programs! {

        #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
        struct Point { x: f64, y: f64 }

        #[differentiate]
        impl MulAssign<f64> for Point {
            fn mul_assign(&mut self, k: f64) {
                self.x *= k;
                self.y *= self.x * k;
            }
        }

        #[differentiate]
        fn scaled(mut p: Point, k: &[f64], n: usize) -> f64 {
            for _ in 0..n { p *= k[0] * 0.5 + k[1]; }
            p.x * p.y
        }
    }

    #[test]
    fn by_an_expression() {
        for n in 0..3 {
            oracle::check!(scaled(Point { x: 0.7, y: -0.3 }, &[0.9, 0.4], n));
        }
    }
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Square<T, const N: usize> {
    cells: [[T; N]; N],
}

#[differentiate]
impl<T: Real, const N: usize> Index<(usize, usize)> for Square<T, N> {
    type Output = T;
    fn index(&self, (i, j): (usize, usize)) -> &T {
        &self.cells[i][j]
    }
}

#[differentiate]
impl<T: Real, const N: usize> IndexMut<(usize, usize)> for Square<T, N> {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut T {
        &mut self.cells[i][j]
    }
}

#[differentiate]
fn of_square(m: &mut Square<f64, 2>, x: f64) -> f64 {
    m[(0, 1)] *= x;
    m[(1, 1)] += m[(0, 1)] * m[(1, 0)];
    let mut sum = 0.0;
    for i in 0..2 {
        for j in 0..2 {
            sum += m[(i, j)] * m[(j, 0)];
        }
    }
    sum
}

#[test]
fn of_a_generic_type() {
    let m = Square {
        cells: [[0.3, 0.8], [-0.4, 1.2]],
    };
    assert_gradient!(of_square(&mut m.clone(), 0.7));
}

#[test]
fn programs() {
    let row = || Row {
        cells: vec![0.3, 0.8, -0.6],
        shift: 1,
    };
    for n in 0..5 {
        oracle::check!(compound(&mut row(), 0.7, n));
        oracle::check!(compound(&mut row(), 0.2, n));
    }
}
