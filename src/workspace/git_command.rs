//! Running git, always to read and never to write.
//!
//! The repository may be hostile and the user's settings arbitrary, so everything that could run a program, prompt,
//! use the network or change the format is switched off.

#![expect(clippy::disallowed_methods, reason = "this is the one place that runs git")]

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// No more output is read.
const MAX_OUTPUT: u64 = 1 << 30;

/// Prepares git for a folder that may be hostile.
pub(super) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        // Where git finds itself and the user's trust in folders stays; what redirects or traces it goes.
        let stays = ["GIT_CONFIG_", "GIT_EXEC_PATH"].iter().any(|prefix| text.starts_with(prefix));
        if text.starts_with("GIT_") && !stays {
            command.env_remove(&name);
        }
    }
    command
        .envs([
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_ALLOW_PROTOCOL", "none"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("LC_ALL", "C"),
        ])
        .arg("-C")
        .arg(folder)
        .args(["--no-pager", "--no-optional-locks", "--no-replace-objects"])
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotepath=off", "-c", "core.hooksPath=/dev/null"])
        .args(["-c", "log.showSignature=false", "-c", "log.showRoot=true", "-c", "log.follow=false"])
        .args(["-c", "log.mailmap=false", "-c", "protocol.allow=never"]);
    command
}

/// Runs git and hands on what it writes; says whether all went well.
pub(super) fn run(mut command: Command, read: impl FnOnce(&mut dyn std::io::BufRead) -> Option<()>) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut process) = command.spawn() else { return false };
    let Some(output) = process.stdout.take() else { return false };
    let read = read(&mut BufReader::with_capacity(64 << 10, output.take(MAX_OUTPUT)));
    // If reading ended early, git would wait for somebody to read on.
    if read.is_none() {
        let _ = process.kill();
    }
    process.wait().is_ok_and(|status| read.is_some() && status.success())
}

/// A running `git cat-file --batch`: one question after another, for as many objects as are wanted.
#[derive(Debug)]
pub(super) struct Batch {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What git says of an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The repository does not hold it.
    Missing,
    /// It has this many bytes, more than were asked for.
    TooLarge(u64),
    /// Its name, its type, and its bytes.
    Object(String, String, Vec<u8>),
}

impl Batch {
    /// Starts git for the repository whose working tree is `folder`.
    pub(super) fn start(folder: &Path) -> io::Result<Self> {
        let mut command = git(folder);
        command.args(["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn()?;
        let (Some(questions), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self { process, questions, answers: BufReader::with_capacity(64 << 10, answers) })
    }

    /// Asks for the object that `name` means, which is of one line; at most `limit` bytes of it are kept.
    ///
    /// # Errors
    /// When git has ended, as it does where a part of the repository is damaged.
    pub(super) fn ask(&mut self, name: &str, limit: u64) -> io::Result<Answer> {
        writeln!(self.questions, "{name}")?;
        self.questions.flush()?;
        let mut line = String::new();
        if (&mut self.answers).take(1 << 16).read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        let mut words = line.rsplitn(3, ' ');
        let (size, kind, id) = (words.next(), words.next(), words.next());
        let (Some(Ok(size)), Some(kind), Some(id)) = (size.map(str::parse::<u64>), kind, id) else {
            return if line.ends_with(" missing") {
                Ok(Answer::Missing)
            } else {
                Err(io::ErrorKind::InvalidData.into())
            };
        };
        let answer = if size > limit {
            io::copy(&mut (&mut self.answers).take(size), &mut io::sink())?;
            Answer::TooLarge(size)
        } else {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
            (&mut self.answers).take(size).read_to_end(&mut bytes)?;
            if bytes.len() as u64 != size {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Answer::Object(id.to_owned(), kind.to_owned(), bytes)
        };
        // What ends an answer.
        self.answers.read_exact(&mut [0])?;
        Ok(answer)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // It waits for questions that nobody will ask.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
