use backprop::differentiate;

#[differentiate]
trait Grid {
    #[differentiate]
    fn row_mut(&mut self, i: usize) -> &mut [f64];
}

fn main() {}
