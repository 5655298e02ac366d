//! Facts: named values that pages show, `export --facts` prints and scorecards judge.
//!
//! [`FACTS`] says of each name what people call it, when it is bad, and how it is aggregated over several entities.

use serde::{Serialize, Serializer};

use super::time;

/// The value of a fact. What nobody can know is absent, never zero.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A count.
    Count(i64),
    /// A number with decimals.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A text, masked.
    Text(Box<str>),
    /// A time, in seconds since 1970 UTC.
    Time(i64),
}

impl Fact {
    /// Returns the value as `data-value` has it.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Count(number) => number.to_string(),
            Self::Number(number) => decimal(*number),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => text.to_string(),
            Self::Time(at) => time::iso(*at),
        }
    }

    /// Returns the value as people read it.
    #[must_use]
    pub fn shown(&self, unit: &str) -> String {
        let number = |text: String| match unit {
            "s" => text.parse().map_or(text, duration),
            "h" => text.parse::<f64>().map_or(text, |hours| duration((hours * 3_600.0).round() as i64)),
            "" | "%" => grouped(&text) + unit,
            "days" if text == "1" => "1 day".to_owned(),
            _ => format!("{} {unit}", grouped(&text)),
        };
        match self {
            Self::Count(count) => number(count.to_string()),
            Self::Number(value) => number(decimal(*value)),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Text(text) => text.to_string(),
            Self::Time(at) => time::shown(*at),
        }
    }

    /// Returns the number that the fact is, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Count(count) => Some(*count as f64),
            Self::Number(number) => Some(*number),
            Self::Flag(_) | Self::Text(_) | Self::Time(_) => None,
        }
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(number) => serializer.serialize_i64(*number),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Time(at) => serializer.serialize_str(&time::iso(*at)),
        }
    }
}

/// Writes a number without a needless fraction.
fn decimal(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn grouped(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    fraction.map_or(out.clone(), |fraction| format!("{out}.{fraction}"))
}

/// Writes a length of time in the two largest units.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let (large, small) = match seconds {
        ..60 => ((seconds, "s"), (0, "")),
        60..3_600 => ((seconds / 60, "min"), (seconds % 60, "s")),
        3_600..86_400 => ((seconds / 3_600, "h"), (seconds / 60 % 60, "min")),
        _ => ((seconds / 86_400, "d"), (seconds / 3_600 % 24, "h")),
    };
    let whole = format!("{} {}", large.0, large.1);
    if small.0 == 0 { whole } else { format!("{whole} {} {}", small.0, small.1) }
}

/// Rounds to `decimals` decimals, halves away from zero.
#[must_use]
pub(crate) fn rounded(number: f64, decimals: i32) -> f64 {
    let factor = 10f64.powi(decimals);
    // A half that is not exact in binary is still rounded as a half.
    let scaled = number * factor;
    (scaled + scaled.signum() * 1e-9).round() / factor
}

/// Facts of one card, in the order of display.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts(Vec<(Box<str>, Fact)>);

impl Facts {
    /// Adds a count.
    pub(crate) fn count(&mut self, name: &str, value: usize) {
        self.set(name, Fact::Count(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    /// Adds a value that is known.
    pub(crate) fn set(&mut self, name: &str, value: Fact) {
        if let Some(known) = self.0.iter_mut().find(|(known, _)| **known == *name) {
            known.1 = value;
        } else {
            self.0.push((name.into(), value));
        }
    }

    /// Adds a value if it is known.
    pub(crate) fn maybe(&mut self, name: &str, value: Option<Fact>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Adds a text if it is known and not empty.
    pub(crate) fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
            self.set(name, Fact::Text(super::mask::short(value).into()));
        }
    }

    /// Adds a time if it is known.
    pub(crate) fn time(&mut self, name: &str, value: Option<i64>) {
        self.maybe(name, value.map(Fact::Time));
    }

    /// Returns a fact.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, fact)| fact)
    }

    /// Returns the texts, to change them.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut Box<str>> {
        self.0.iter_mut().filter_map(|(_, fact)| if let Fact::Text(text) = fact { Some(text) } else { None })
    }

    /// Returns all facts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(name, fact)| (&**name, fact))
    }

    /// Frees memory that is not needed.
    pub(crate) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// When a fact is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// Never by itself.
    Never,
    /// A number above zero: needs attention now.
    Above,
    /// A number above zero: a warning.
    Look,
    /// `false`.
    No,
    /// One of these words.
    Words(&'static [&'static str]),
}

/// How a fact is aggregated over several entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rollup {
    /// The numbers are added.
    Sum,
    /// The largest counts.
    Worst,
    /// How many of them hold.
    Share,
    /// It does not.
    None,
}

/// What is known of a name.
#[derive(Debug)]
pub struct FactInfo {
    /// The name, or a beginning that ends in `.`.
    pub name: &'static str,
    /// The name for readers.
    pub label: &'static str,
    /// Such as `%`; `s` for seconds.
    pub unit: &'static str,
    /// When it is bad.
    pub bad: Bad,
    /// How it is aggregated.
    pub rollup: Rollup,
}

const fn fact(name: &'static str, label: &'static str, unit: &'static str, bad: Bad, rollup: Rollup) -> FactInfo {
    FactInfo { name, label, unit, bad, rollup }
}

/// Words of runs that ended badly.
const FAILED: &[&str] = &["failure", "timed_out", "startup_failure", "action_required"];

/// All names, in the order in which cards show them.
pub const FACTS: &[FactInfo] = &[
    fact("ci.status", "Newest run", "", Bad::Words(FAILED), Rollup::None),
    fact("ci.failing", "Failing workflows", "", Bad::Above, Rollup::Sum),
    fact("ci.green", "Green", "", Bad::No, Rollup::Share),
    fact("ci.successRate30d", "Success in 30 days", "%", Bad::Never, Rollup::None),
    fact("ci.medianDuration", "Median duration", "s", Bad::Never, Rollup::None),
    fact("ci.lastRunAt", "Last run", "", Bad::Never, Rollup::None),
    fact("ci.runs", "Runs", "", Bad::Never, Rollup::Sum),
    fact("pr.open", "Open", "", Bad::Never, Rollup::Sum),
    fact("pr.waiting", "Waiting for review", "", Bad::Never, Rollup::Sum),
    fact("pr.draft", "Drafts", "", Bad::Never, Rollup::Sum),
    fact("pr.oldestDays", "Oldest", "days", Bad::Never, Rollup::Worst),
    fact("pr.merged30d", "Merged in 30 days", "", Bad::Never, Rollup::Sum),
    fact("pr.medianMergeHours", "Median time to merge", "h", Bad::Never, Rollup::None),
    fact("repo.defaultBranch", "Default branch", "", Bad::Never, Rollup::None),
    fact("repo.protected", "Branch protected", "", Bad::Never, Rollup::Share),
    fact("repo.archived", "Archived", "", Bad::Never, Rollup::Share),
    fact("repo.lastRelease", "Last release", "", Bad::Never, Rollup::None),
    fact("repo.lastPush", "Last push", "", Bad::Never, Rollup::None),
    fact("repo.language", "Language", "", Bad::Never, Rollup::None),
    fact("repo.languagePct", "Share of the language", "%", Bad::Never, Rollup::None),
    fact("repo.license", "Licence", "", Bad::Never, Rollup::None),
    fact("repo.openIssues", "Open issues", "", Bad::Never, Rollup::Sum),
    fact("issues.open", "Open issues", "", Bad::Never, Rollup::Sum),
    fact("issues.bugs", "Bugs", "", Bad::Look, Rollup::Sum),
    fact("issues.goodFirst", "Good first issues", "", Bad::Never, Rollup::Sum),
    fact("vuln.critical", "Critical", "", Bad::Above, Rollup::Sum),
    fact("vuln.high", "High", "", Bad::Look, Rollup::Sum),
    fact("vuln.medium", "Medium", "", Bad::Never, Rollup::Sum),
    fact("vuln.low", "Low", "", Bad::Never, Rollup::Sum),
    fact("vuln.open", "Open", "", Bad::Never, Rollup::Sum),
    fact("vuln.fixable", "Fixable", "", Bad::Never, Rollup::Sum),
    fact("vuln.oldestDays", "Oldest", "days", Bad::Never, Rollup::Worst),
    fact("secrets.open", "Open secrets", "", Bad::Above, Rollup::Sum),
    fact("secrets.oldestDays", "Oldest", "days", Bad::Never, Rollup::Worst),
    fact("findings.error", "Errors", "", Bad::Look, Rollup::Sum),
    fact("findings.warning", "Warnings", "", Bad::Never, Rollup::Sum),
    fact("findings.note", "Notes", "", Bad::Never, Rollup::Sum),
    fact("findings.total", "Findings", "", Bad::Never, Rollup::Sum),
    fact("findings.suppressed", "Suppressed", "", Bad::Never, Rollup::Sum),
    fact("pkg.count", "Packages", "", Bad::Never, Rollup::Sum),
    fact("pkg.unlicensed", "Without a licence", "", Bad::Look, Rollup::Sum),
    fact("pkg.format", "Format", "", Bad::Never, Rollup::None),
    fact("oncall.status", "Status", "", Bad::Words(&["critical"]), Rollup::None),
    fact("incidents.open", "Open incidents", "", Bad::Above, Rollup::Sum),
    fact("incidents.triggered", "Triggered", "", Bad::Above, Rollup::Sum),
    fact("incidents.highUrgency", "High urgency", "", Bad::Above, Rollup::Sum),
    fact("oncall.levels", "Escalation levels", "", Bad::Never, Rollup::None),
    fact("incidents.interruptions30d", "Interruptions in 30 days", "", Bad::Never, Rollup::Sum),
    fact("incidents.highUrgency30d", "High urgency in 30 days", "", Bad::Never, Rollup::Sum),
    fact("standards.passing", "Standards met", "", Bad::Never, Rollup::Sum),
    fact("standards.total", "Standards", "", Bad::Never, Rollup::Sum),
    fact("alerts.firing", "Firing", "", Bad::Above, Rollup::Sum),
    fact("alerts.p1", "Priority 1", "", Bad::Above, Rollup::Sum),
    fact("alerts.pending", "Pending", "", Bad::Look, Rollup::Sum),
    fact("alerts.broken", "Broken rules", "", Bad::Above, Rollup::Sum),
    fact("alerts.acknowledged", "Acknowledged", "", Bad::Never, Rollup::Sum),
    fact("alerts.silenced", "Silenced", "", Bad::Never, Rollup::Sum),
    fact("alerts.inactive", "Inactive", "", Bad::Never, Rollup::Sum),
    fact("series.count", "Series", "", Bad::Never, Rollup::None),
    fact("series.points", "Points", "", Bad::Never, Rollup::None),
    fact("dashboards.count", "Dashboards", "", Bad::Never, Rollup::Sum),
    fact("k8s.pods", "Pods", "", Bad::Never, Rollup::Sum),
    fact("k8s.podsWithErrors", "Pods with errors", "", Bad::Above, Rollup::Sum),
    fact("k8s.unavailable", "Unavailable workloads", "", Bad::Look, Rollup::Sum),
    fact("k8s.errors", "Errors", "", Bad::Above, Rollup::Sum),
    fact("k8s.restarts", "Restarts", "", Bad::Never, Rollup::Sum),
    fact("k8s.workloads", "Workloads", "", Bad::Never, Rollup::Sum),
    fact("k8s.hasLimits", "Limits set", "", Bad::Never, Rollup::Share),
    fact("k8s.hasHpa", "Scales by itself", "", Bad::Never, Rollup::Share),
    fact("deploy.sync", "Sync", "", Bad::Words(&["OutOfSync"]), Rollup::None),
    fact("deploy.health", "Health", "", Bad::Words(&["Degraded", "Missing"]), Rollup::None),
    fact("deploy.outOfSync", "Out of sync", "", Bad::Look, Rollup::Sum),
    fact("deploy.unhealthy", "Unhealthy", "", Bad::Above, Rollup::Sum),
    fact("deploy.apps", "Applications", "", Bad::Never, Rollup::Sum),
    fact("deploy.lastAt", "Last deployment", "", Bad::Never, Rollup::None),
    fact("deploy.count30d", "Deployments in 30 days", "", Bad::Never, Rollup::Sum),
    fact("deploy.environments", "Environments", "", Bad::Never, Rollup::None),
    fact("deploy.env.", "", "", Bad::Never, Rollup::None),
    fact("quality.gate", "Gate", "", Bad::Words(&["ERROR"]), Rollup::None),
    fact("quality.coverage", "Coverage", "%", Bad::Never, Rollup::None),
    fact("quality.bugs", "Bugs", "", Bad::Look, Rollup::Sum),
    fact("quality.vulnerabilities", "Vulnerabilities", "", Bad::Look, Rollup::Sum),
    fact("quality.codeSmells", "Code smells", "", Bad::Never, Rollup::Sum),
    fact("quality.duplications", "Duplications", "%", Bad::Never, Rollup::None),
    fact("quality.hotspotsReviewed", "Hotspots reviewed", "%", Bad::Never, Rollup::None),
    fact("quality.reliability", "Reliability", "", Bad::Never, Rollup::None),
    fact("quality.security", "Security", "", Bad::Never, Rollup::None),
    fact("quality.maintainability", "Maintainability", "", Bad::Never, Rollup::None),
    fact("quality.securityReview", "Security review", "", Bad::Never, Rollup::None),
    fact("quality.analysedAt", "Analysed", "", Bad::Never, Rollup::None),
    fact("coverage.line", "Lines covered", "%", Bad::Never, Rollup::None),
    fact("coverage.branch", "Branches covered", "%", Bad::Never, Rollup::None),
    fact("coverage.lines", "Lines", "", Bad::Never, Rollup::Sum),
    fact("coverage.covered", "Covered", "", Bad::Never, Rollup::Sum),
    fact("coverage.files", "Files", "", Bad::Never, Rollup::Sum),
    fact("lighthouse.performance", "Performance", "", Bad::Never, Rollup::None),
    fact("lighthouse.accessibility", "Accessibility", "", Bad::Never, Rollup::None),
    fact("lighthouse.bestPractices", "Best practices", "", Bad::Never, Rollup::None),
    fact("lighthouse.seo", "SEO", "", Bad::Never, Rollup::None),
    fact("lighthouse.pwa", "PWA", "", Bad::Never, Rollup::None),
    fact("errors.unresolved", "Unresolved", "", Bad::Look, Rollup::Sum),
    fact("errors.events", "Events", "", Bad::Never, Rollup::Sum),
    fact("errors.users", "Users", "", Bad::Never, Rollup::Sum),
    fact("errors.lastSeen", "Last seen", "", Bad::Never, Rollup::None),
    fact("cost.last30d", "Last 30 days", "", Bad::Never, Rollup::None),
    fact("cost.currency", "Currency", "", Bad::Never, Rollup::None),
    fact("cost.growthPct", "Growth", "%", Bad::Never, Rollup::None),
    fact("score.percent", "Score", "%", Bad::Never, Rollup::None),
    fact("score.label", "Grade", "", Bad::Never, Rollup::None),
];

/// Returns what is known of a name, and its rank among cards.
#[must_use]
pub fn info(name: &str) -> Option<(usize, &'static FactInfo)> {
    let fits = |info: &FactInfo| info.name == name || (info.name.ends_with('.') && name.starts_with(info.name));
    FACTS.iter().position(fits).map(|at| (at, &FACTS[at]))
}

/// How bad a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Nothing to judge.
    Plain,
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// Needs attention now.
    Bad,
}

/// Says how bad a fact is.
#[must_use]
pub fn tone(name: &str, fact: &Fact) -> Tone {
    let Some((_, info)) = info(name) else { return Tone::Plain };
    let above = fact.number().is_some_and(|number| number > 0.0);
    match (info.bad, fact) {
        (Bad::Above, _) if above => Tone::Bad,
        (Bad::Look, _) if above => Tone::Warn,
        (Bad::No, Fact::Flag(false)) => Tone::Bad,
        (Bad::No, Fact::Flag(true)) => Tone::Good,
        (Bad::Words(words), Fact::Text(text)) if words.contains(&&**text) => Tone::Bad,
        (Bad::Words(_), Fact::Text(text)) if matches!(&**text, "success" | "OK" | "Healthy" | "Synced" | "active") => {
            Tone::Good
        }
        _ => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_once() {
        for (at, fact) in FACTS.iter().enumerate() {
            assert_eq!(FACTS.iter().position(|other| other.name == fact.name), Some(at), "{}", fact.name);
        }
        assert_eq!(info("deploy.env.prod").map(|(_, info)| info.name), Some("deploy.env."));
        assert!(info("deploy.envy").is_none());
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!([rounded(66.65, 1), rounded(-0.25, 1), rounded(91.666_666, 2)], [66.7, -0.3, 91.67]);
        assert_eq!(
            [Fact::Number(66.7).plain(), Fact::Number(100.0).plain(), Fact::Count(1204).shown("")],
            ["66.7", "100", "1,204"]
        );
        assert_eq!([Fact::Count(1).shown("days"), Fact::Number(109.5).shown("h")], ["1 day", "4 d 13 h"]);
        assert_eq!([duration(59), duration(240), duration(90_000)], ["59 s", "4 min", "1 d 1 h"]);
    }

    #[test]
    fn what_burns_is_bad() {
        assert_eq!(tone("ci.failing", &Fact::Count(1)), Tone::Bad);
        assert_eq!(tone("ci.failing", &Fact::Count(0)), Tone::Plain);
        assert_eq!(tone("ci.green", &Fact::Flag(false)), Tone::Bad);
        assert_eq!(tone("quality.gate", &Fact::Text("ERROR".into())), Tone::Bad);
        assert_eq!(tone("vuln.high", &Fact::Count(2)), Tone::Warn);
    }
}
