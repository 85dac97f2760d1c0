use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    #[cfg(all(unix, not(windows)))]
    let x = x * 2.0;
    #[cfg(any(target_os = "linux", debug_assertions, target_arch = "x86_64"))]
    let x = x * 3.0;
    #[cfg(target_pointer_width = "64")]
    let x = x * 4.0;
    #[cfg(target_endian = "little")]
    let x = x * 5.0;
    x
}

fn main() {}
