//! The functions of all tests, expanded under one mutant after another in one process.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// All functions together take a few seconds.
const ENDLESS: Duration = Duration::from_secs(30);

/// What a mutant makes of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    /// Other code.
    Differs,
    /// An error: the function was accepted before.
    Refused,
    Panicked,
}

pub(crate) struct Server {
    binary: PathBuf,
    programs: PathBuf,
    running: Option<(Child, ChildStdin, Receiver<String>)>,
}

impl Server {
    pub(crate) fn new(binary: &Path, programs: &Path) -> Self {
        Self {
            binary: binary.to_owned(),
            programs: programs.to_owned(),
            running: None,
        }
    }

    fn start(&self) -> (Child, ChildStdin, Receiver<String>) {
        let mut command = Command::new("sh");
        let mut child = command
            .args(["-c", "ulimit -v 6000000; exec \"$0\" \"$@\""])
            .arg(&self.binary)
            .args([
                "--exact",
                "mutant::server::serve",
                "--ignored",
                "--nocapture",
            ])
            .env("LD_LIBRARY_PATH", crate::process::libraries())
            .env("BACKPROP_MUTANT_PROGRAMS", &self.programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take().expect("it listens");
        let output = BufReader::new(child.stdout.take().expect("it answers"));
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(answer) = line.strip_prefix('@')
                    && sender.send(answer.to_owned()).is_err()
                {
                    return;
                }
            }
        });
        (child, input, receiver)
    }

    /// The answers to a line; nothing if it does not end, or ends the process.
    fn ask(&mut self, question: &str) -> Option<Vec<String>> {
        if self.running.is_none() {
            self.running = Some(self.start());
        }
        let (child, input, answers) = self.running.as_mut()?;
        let mut found = Vec::new();
        if writeln!(input, "{question}").is_ok() {
            while let Ok(answer) = answers.recv_timeout(ENDLESS) {
                if answer == "end" {
                    return Some(found);
                }
                found.push(answer);
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        self.running = None;
        None
    }

    /// The mutants that each function reaches.
    pub(crate) fn reached(&mut self) -> Vec<Vec<usize>> {
        let answers = self.ask("cover").expect("no mutant is chosen");
        let reached = answers.iter().map(|answer| {
            let mut words = answer.split_whitespace();
            let program = words.next();
            assert_eq!(words.next(), Some("true"), "{program:?} differs by itself");
            words.filter_map(|word| word.parse().ok()).collect()
        });
        reached.collect()
    }

    /// The functions that a mutant changes, from as many units as `most`; nothing if the
    /// expansion does not end. `programs` are given with their units.
    pub(crate) fn changes(
        &mut self,
        mutant: usize,
        most: usize,
        programs: &[(usize, usize)],
    ) -> Option<Vec<(usize, Change)>> {
        let mut question = format!("{mutant} {most}");
        for (program, unit) in programs {
            question += &format!(" {program} {unit}");
        }
        let answers = self.ask(&question)?;
        let changes = answers.iter().filter_map(|answer| {
            let (program, kind) = answer.split_once(' ')?;
            let change = match kind {
                "refused" => Change::Refused,
                "panicked" => Change::Panicked,
                _ => Change::Differs,
            };
            Some((program.parse().ok()?, change))
        });
        Some(changes.collect())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((child, ..)) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
