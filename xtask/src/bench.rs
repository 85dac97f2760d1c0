//! `cargo xtask bench`: the benchmark suite and its tables.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Runs the benchmark suite: all of it into `docs/benchmarks.md`, or the tasks that
/// are named to the terminal. `--gate` checks those with a margin, `--times` is the
/// table of other CPUs and of times, `--others` that of other crates.
pub(crate) fn bench(arguments: &[String]) -> ExitCode {
    let (option, tasks) = match arguments {
        [option, tasks @ ..] if option.starts_with("--") => (option.as_str(), tasks),
        tasks => ("", tasks),
    };
    let mut command = match option {
        "" => benches("write"),
        "--gate" => benches("gate"),
        "--times" => {
            let mut command = benches("times");
            let programs = [
                built_for(Some("x86-64-v3")),
                built_for(Some("native")),
                built_for(None),
            ];
            for program in programs {
                let Some(program) = program else {
                    return ExitCode::FAILURE;
                };
                command.arg(program);
            }
            command
        }
        "--others" => {
            let mut command = Command::new(env!("CARGO"));
            command
                .args(["run", "--quiet", "--release", "--manifest-path"])
                .arg(root().join("benches/others/Cargo.toml"))
                .args(["--", "write"])
                // one thread: callgrind counts the one that it is told to
                .env("RAYON_NUM_THREADS", "1")
                .env("CARGO_TARGET_DIR", root().join("target/others"));
            command
        }
        option => {
            eprintln!("no option `{option}`");
            return ExitCode::FAILURE;
        }
    };
    let status = command.args(tasks).status().expect("cargo runs");
    ExitCode::from(u8::from(!status.success()))
}

/// The suite built for another CPU, in a directory of its own, or without optimisation.
fn built_for(cpu: Option<&str>) -> Option<PathBuf> {
    let mut target = root().join("target");
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--package", "benches"]);
    if let Some(cpu) = cpu {
        target.push(cpu);
        command
            .arg("--release")
            .env("RUSTFLAGS", format!("-C target-cpu={cpu}"));
    }
    command.env("CARGO_TARGET_DIR", &target);
    let built = command.status().expect("cargo runs").success();
    let profile = cpu.map_or("debug", |_| "release");
    built.then(|| target.join(profile).join("benches"))
}

/// `benches command`, as it is built for every CPU.
fn benches(command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--release", "--package", "benches", "--"]);
    cargo.arg(command);
    cargo
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
