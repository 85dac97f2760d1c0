use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Grid {
    rows: usize,
    columns: usize,
    scale: f64,
}

#[differentiate(hvp)]
fn f(grid: &Grid) -> f64 {
    grid.scale / (grid.rows * grid.columns) as f64
}

fn main() {}
