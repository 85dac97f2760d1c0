//! Indexing operators of the user's own types.

use backprop::{Differentiable, differentiate};
use std::ops::{Index, IndexMut};

oracle::programs! {
    #[derive(Clone, Debug, Default, PartialEq, Differentiable)]
    struct Matrix {
        data: Vec<f64>,
        cols: usize,
    }

    #[differentiate]
    impl Index<(usize, usize)> for Matrix {
        type Output = f64;
        fn index(&self, (i, j): (usize, usize)) -> &f64 {
            assert!(j < self.cols, "column {j} of {}", self.cols);
            &self.data[i * self.cols + j]
        }
    }

    #[differentiate]
    impl IndexMut<(usize, usize)> for Matrix {
        fn index_mut(&mut self, at: (usize, usize)) -> &mut f64 {
            let k = at.0 * self.cols + at.1;
            &mut self.data[k]
        }
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq, Differentiable)]
    struct Vec3 {
        x: f64,
        y: f64,
        rest: [f64; 2],
    }

    #[differentiate]
    impl Index<usize> for Vec3 {
        type Output = f64;
        fn index(&self, i: usize) -> &Self::Output {
            match i {
                0 => &self.x,
                1 => &self.y,
                _ if i < 4 => &self.rest[i - 2],
                _ => panic!("no component {i}"),
            }
        }
    }

    #[differentiate]
    impl IndexMut<usize> for Vec3 {
        fn index_mut(&mut self, i: usize) -> &mut Self::Output {
            if i == 0 {
                return &mut self.x;
            }
            match i {
                1 => &mut self.y,
                k => &mut self.rest[k - 2],
            }
        }
    }

    #[differentiate]
    fn trace(m: &Matrix, n: usize) -> f64 {
        let mut sum = 0.0;
        for i in 0..n {
            sum += m[(i, i)] * m[(0, i)];
        }
        sum + m[(n - 1, 0)].sin()
    }

    #[differentiate]
    fn fill(x: &[f64], n: usize) -> f64 {
        let mut m = Matrix { data: vec![0.0; n * n], cols: n };
        for i in 0..n {
            for j in 0..n {
                m[(i, j)] = x[i] * x[j];
                if i != j {
                    m[(i, j)] += m[(i, i)] * 0.5;
                } else {
                    m[(i, j)] *= x[0];
                }
            }
        }
        m[(0, n - 1)] -= 1.0;
        m[(n - 1, 0)] * m[(0, n - 1)] + m[(0, 0)]
    }

    #[differentiate]
    fn in_place(m: &mut Matrix, c: f64) -> f64 {
        let old = m[(0, 1)];
        m[(0, 1)] = m[(1, 0)] * c;
        m[(1, 0)] = old.exp();
        m.data[0] *= m[(0, 1)];
        m[(0, 0)] * m[(0, 0)]
    }

    #[differentiate]
    fn components(a: Vec3, b: &Vec3, n: usize) -> f64 {
        let mut sum = 0.0;
        let mut c = Vec3 { x: a[0], ..*b };
        for k in 0..n {
            sum += a[k] * b[k];
            c[k] = c[k] * sum;
            c[(k + 1) % 4] = a[k] + c[(k + 1) % 4];
        }
        let mut i = 0;
        while c[i] < 1.0 && i < 3 {
            i += 1;
        }
        sum * c[i] + c[3]
    }

    #[differentiate]
    fn of_many(list: &mut [Vec3], ms: &[Matrix], i: usize) -> f64 {
        let mut total = 0.0;
        for (v, m) in list.iter_mut().zip(ms) {
            v[i] = v[i] * m[(1, i % 2)];
            total += v[i] * v[0] + m[(0, 0)];
        }
        list[0][1] = total;
        list[i % list.len()][3] * total * ms[0][(1, 1)]
    }

    #[differentiate]
    fn updated(mut m: Matrix, c: f64) -> Matrix {
        let scale = m[(0, 0)];
        for j in 0..2 {
            m[(1, j)] = scale * m[(1, j)] + c;
            let old = std::mem::replace(&mut m[(0, j)], c * c);
            m[(1, j)] *= old;
        }
        m
    }

    #[differentiate]
    fn calls(m: &Matrix, c: f64) -> f64 {
        let other = updated(m.clone(), c);
        let picked = if c > 0.5 { other[(1, 0)] } else { other[(1, 1)] };
        picked * trace(&other, 2) * m[(0, 1)]
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Grid {
        cells: [[f64; 3]; 2],
        border: Vec<Vec3>,
    }

    #[differentiate]
    impl Index<[usize; 2]> for Grid {
        type Output = f64;
        fn index(&self, at: [usize; 2]) -> &f64 {
            let [i, j] = at;
            let row = &self.cells[i % 2];
            &row[j % 3]
        }
    }

    #[differentiate]
    impl Index<usize> for Grid {
        type Output = Vec3;
        fn index(&self, i: usize) -> &Vec3 {
            &self.border[i]
        }
    }

    #[differentiate]
    impl IndexMut<usize> for Grid {
        fn index_mut(&mut self, i: usize) -> &mut Vec3 {
            &mut self.border[i]
        }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Body {
        inertia: Matrix,
        name: String,
    }

    #[differentiate]
    fn of_grid(grid: &mut Grid, body: &Body, n: usize) -> f64 {
        let mut sum = 0.0;
        for i in 0..n {
            let v = &mut grid[i % 2];
            v.x = v.x * body.inertia[(0, i % 2)];
            v[1] = v.x + v[3];
            sum += grid[[i, i + 1]] * grid[0].y + grid[i % 2][2];
        }
        grid[1] = grid[0];
        sum * grid[1].x + grid[1].rest[0]
    }

    /// Indices that constants alone depend on.
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Table {
        order: Vec<usize>,
    }

    impl Index<(usize, usize)> for Table {
        type Output = usize;
        fn index(&self, (i, j): (usize, usize)) -> &usize { &self.order[i + j] }
    }

    #[differentiate]
    fn by_table(x: &[f64], table: &Table) -> f64 {
        let mut sum = 0.0;
        for i in 0..2 {
            sum += x[table[(i, 1)]] * x[table[(i, 0)]];
        }
        sum
    }

    type Pair = [f64; 2];

    /// An alias is indexed as what it stands for.
    #[differentiate]
    fn of_alias(p: &Pair, mut q: Pair, i: usize) -> f64 {
        q[i] = q[i] * p[1 - i];
        q[0] = q[0] + p[0];
        q[0] * q[1] * p[i]
    }

    impl Matrix {
        #[differentiate]
        fn symmetric(&self, i: usize, j: usize) -> f64 {
            0.5 * (self[(i, j)] + self[(j, i)]) * self[(i, i)]
        }
    }

    #[differentiate]
    fn by_method(m: &Matrix) -> f64 {
        m.symmetric(0, 1) * m.symmetric(1, 0) + m[(1, 1)]
    }
}

#[test]
fn programs() {
    let m = || Matrix {
        data: vec![0.4, -0.7, 1.2, 0.6],
        cols: 2,
    };
    let v = |x: f64| Vec3 {
        x,
        y: 0.6,
        rest: [1.4, -0.3],
    };
    oracle::check!(trace(&m(), 2));
    oracle::check!(fill(&[0.4, 0.8, -1.2], 3));
    oracle::check!(fill(&[0.4, 0.8, -1.2], 1));
    oracle::check!(in_place(&mut m(), 0.8));
    for n in 0..5 {
        oracle::check!(components(v(0.3), &v(-0.8), n));
    }
    for i in 0..4 {
        oracle::check!(of_many(&mut [v(0.3), v(1.3)], &[m(), m()], i));
    }
    oracle::check!(updated(m(), 0.7));
    for c in [0.4, 0.8] {
        oracle::check!(calls(&m(), c));
    }
    oracle::check!(of_alias(&[0.3, 0.8], [1.2, 0.4], 0));
    oracle::check!(of_alias(&[0.3, 0.8], [1.2, 0.4], 1));
    oracle::check!(by_method(&m()));
    let grid = || Grid {
        cells: [[0.3, 0.8, -0.4], [1.2, 0.1, 0.7]],
        border: vec![v(0.4), v(0.9)],
    };
    let body = Body {
        inertia: m(),
        name: "body".to_owned(),
    };
    for n in 0..4 {
        oracle::check!(of_grid(&mut grid(), &body, n));
    }
    let table = Table {
        order: vec![2, 0, 1],
    };
    oracle::check!(by_table(&[0.4, 0.8, 1.3], &table));
}
