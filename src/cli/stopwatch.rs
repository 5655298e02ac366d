//! How long each stage of a command takes, and on a terminal how far the longest one is.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::args::Timings;
use super::{Context, say_report};

/// Measures the stages of one command.
pub(super) struct Stopwatch {
    shown: bool,
    format: Option<Timings>,
    start: Instant,
    stages: Vec<(&'static str, Instant)>,
    counts: Vec<(&'static str, usize)>,
}

impl Stopwatch {
    pub(super) fn new(context: &Context) -> Self {
        let shown = !context.quiet && std::io::stderr().is_terminal();
        Self { shown, format: context.timings, start: Instant::now(), stages: Vec::new(), counts: Vec::new() }
    }

    /// Begins a stage, which ends the one before.
    pub(super) fn stage(&mut self, name: &'static str) {
        self.stages.push((name, Instant::now()));
    }

    /// Notes what there is of something, for who wants to know the times.
    pub(super) fn count(&mut self, name: &'static str, count: usize) {
        self.counts.push((name, count));
    }

    /// Returns whether times were asked for.
    pub(super) fn is_asked(&self) -> bool {
        self.format.is_some()
    }

    /// Returns the time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Returns a bar for the files of a site; hidden in CI, when quiet, and when the work is short.
    pub(super) fn bar(&self, length: usize) -> ProgressBar {
        if !self.shown || length < 500 {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(length as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} pages") {
            bar.set_style(style);
        }
        bar
    }

    /// Ends the last stage and says the times, if they were asked for, in milliseconds, and what was counted.
    pub(super) fn finish(self) {
        let Some(format) = self.format else { return };
        let now = Instant::now();
        let ends = self.stages.iter().skip(1).map(|(_, start)| *start).chain([now]);
        let times = self.stages.iter().zip(ends).map(|((name, start), end)| (*name, end.duration_since(*start)));
        let times = times.chain([("total", now.duration_since(self.start))]);
        let milliseconds = times.map(|(name, time)| (name, time.as_secs_f64() * 1000.0));
        say_report(
            match format {
                Timings::Table => {
                    let times = milliseconds.map(|(name, time)| format!("{name:<10} {time:>9.1} ms\n"));
                    let counts = self.counts.iter().map(|(name, count)| format!("{name:<10} {count:>9}\n"));
                    times.chain(counts).collect::<String>()
                }
                Timings::Json => {
                    let stages = milliseconds.map(|(name, time)| (name.to_owned(), time.into()));
                    let counts = self.counts.iter().map(|(name, count)| ((*name).to_owned(), (*count).into()));
                    serde_json::Value::Object(stages.chain(counts).collect()).to_string()
                }
            }
            .trim_end(),
        );
    }
}
