use backprop::differentiate;

struct Square {
    side: f64,
}

impl Square {
    #[differentiate(jvp, wrt(k))]
    fn scaled(&self, k: f64) -> f64 {
        self.side * k
    }
}

fn main() {}
