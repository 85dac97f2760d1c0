//! Functions that the programs call.

/// Names of items here.
const NAMES: [&str; 16] = [
    "State", "scale", "append", "norm", "shifted", "total", "advance", "mix", "nudge", "root",
    "larger", "rotated", "bend", "folded", "Grid", "f64",
];

/// The other width, of a program or of the helpers.
pub(crate) fn narrow(text: &str) -> String {
    let mut narrow = String::new();
    let mut word = String::new();
    for letter in text.chars().chain(['\n']) {
        if letter.is_alphanumeric() || letter == '_' {
            word.push(letter);
            continue;
        }
        let literal = word.starts_with(|first: char| first.is_ascii_digit());
        match word.as_str() {
            "f32" => narrow += "f64",
            "f64" => narrow += "f32",
            suffixed if literal && suffixed.ends_with("f32") => {
                narrow += &suffixed.replace("f32", "f64");
            }
            suffixed if literal => narrow += &suffixed.replace("f64", "f32"),
            name => narrow += name,
        }
        if word != "f64" && NAMES.contains(&word.as_str()) {
            narrow += "32";
        }
        word.clear();
        narrow.push(letter);
    }
    narrow.pop();
    narrow
}

/// Whether a text calls one of these functions.
pub(super) fn calls(text: &str) -> bool {
    let calls = NAMES[1..14]
        .iter()
        .any(|name| text.contains(&format!("{name}(")));
    calls || text.contains("Grid") || text.contains("|z: f64|")
}

pub(crate) const HELPERS: &str = "\
    #[derive(backprop::Differentiable, Clone, Debug, Default, PartialEq)]
    pub struct State { pub a: f64, pub v: Vec<f64>, pub n: usize, pub w: [f64; 2] }

    #[differentiate]
    pub fn scale(x: &mut [f64], k: f64) {
        for v in x.iter_mut() {
            *v = (*v * k).sin();
        }
    }

    #[differentiate]
    pub fn append(x: &mut Vec<f64>, k: f64) -> f64 {
        let last = x[x.len() - 1];
        x.push((last * k).cos());
        last + k
    }

    #[differentiate]
    pub fn norm(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += (v * k).tanh();
        }
        s
    }

    #[differentiate]
    pub fn shifted(x: &[f64], k: f64) -> Vec<f64> {
        x.iter().map(|v| (v + k).sin()).collect()
    }

    #[differentiate]
    pub fn total(s: &State) -> f64 {
        s.a * s.w[0] + s.v.iter().sum::<f64>().sin() * s.w[1]
    }

    #[differentiate]
    pub fn advance(s: &mut State, k: f64) {
        s.a = (s.a + k * s.w[1]).sin();
        s.w[0] -= 0.5 * s.a;
        for (i, v) in s.v.iter_mut().enumerate() {
            *v += 0.1 * s.a * i as f64;
        }
    }

    #[differentiate]
    pub fn mix(x: f64, y: f64) -> (f64, f64) {
        (x * 0.6 + (y * 0.8).sin(), y - 0.3 * x)
    }

    #[differentiate]
    pub fn nudge(x: &mut f64, k: f64) -> f64 {
        *x = (*x * 0.7 + k).sin();
        *x * k
    }

    #[differentiate]
    pub fn root(x: f64) -> Result<f64, String> {
        if x < 0.0 {
            return Err(\"negative\".to_owned());
        }
        Ok((x + 0.1).sqrt())
    }

    #[differentiate]
    pub fn larger(x: f64, y: f64) -> Option<f64> {
        if x > y { Some(x * y.cos()) } else { None }
    }

    #[differentiate]
    pub fn rotated(x: [f64; 4], k: f64) -> [f64; 4] {
        [x[1] * k, x[2], x[3] - k, x[0].sin()]
    }

    #[differentiate]
    pub fn bend(x: f64) -> f64 {
        if x > 0.3 { x * x } else { 0.4 - x.cos() }
    }

    #[reverse_only]
    #[differentiate]
    pub fn folded(f: impl Fn(f64) -> f64, x: &[f64], k: f64) -> f64 {
        let mut s = k;
        for v in x {
            s = s * 0.5 + f(v + s * k);
        }
        s
    }

    #[derive(backprop::Differentiable, Clone, Debug, Default, PartialEq)]
    pub struct Grid { pub data: Vec<f64>, pub cols: usize }

    #[differentiate]
    impl std::ops::Index<(usize, usize)> for Grid {
        type Output = f64;
        fn index(&self, (i, j): (usize, usize)) -> &f64 {
            &self.data[i * self.cols + j]
        }
    }

    #[differentiate]
    impl std::ops::IndexMut<(usize, usize)> for Grid {
        fn index_mut(&mut self, at: (usize, usize)) -> &mut f64 {
            &mut self.data[at.0 * self.cols + at.1]
        }
    }
";
