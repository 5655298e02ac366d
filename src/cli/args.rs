//! The command line, described once: clap makes the parser and the help from it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::calendar::Day;
/// The heading above the options that every command has.
const GLOBAL: &str = "Global options";

/// A developer portal without a server: Backstage catalogs and TechDocs compiled to a static site.
#[derive(Debug, Parser)]
#[command(name = "playbill", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours: auto, always, never.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = Color::Auto,
        value_name = "WHEN",
        help_heading = GLOBAL,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub color: Color,
    /// Say nothing but results and problems.
    #[arg(long, short, global = true, help_heading = GLOBAL)]
    pub quiet: bool,
    /// Say how long each stage took: as a table or as json.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        help_heading = GLOBAL,
        hide_possible_values = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub timings: Option<Timings>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look at a folder, and write the catalog files and the workflow that make it a portal.
    Init(InitArgs),
    /// Write the whole static site.
    Build(BuildArgs),
    /// Show the site on a local address, rebuilt on change.
    #[cfg(feature = "serve")]
    Serve(ServeArgs),
    /// Validate catalog, documentation and links; write no site.
    Check(CheckArgs),
    /// Write what a portal reads of this repository into one file, for `build --packs`.
    Pack(PackArgs),
    /// Put a pack into storage, as the newest one of its repository.
    Push(PushArgs),
    /// Bring the newest pack of each repository from storage, for `build --packs`.
    Pull(PullArgs),
    /// Put a built site into storage: what has changed, in an order that breaks no page.
    Publish(PublishArgs),
    /// Remove from storage what no repository and no site needs any more.
    Gc(GcArgs),
    /// Work with one documentation site alone.
    Docs(DocsArgs),
    /// Say what a change does to the portal, or to the definition of an API, and what that breaks.
    Diff(DiffArgs),
    /// Make something new from a software template.
    New(NewArgs),
    /// Print the resolved catalog.
    Export(ExportArgs),
    /// Plan how CI saves what other tools know, so that pages show it.
    Snapshots(SnapshotsArgs),
    /// Plan how CI saves what other systems know of people and teams.
    Org(OrgArgs),
    /// List what scorecard conditions can ask of an entity, with types and values; without an entity, everything there is.
    Facts(FactsArgs),
    /// Keep the results of scorecards from one day to the next.
    Scorecards(ScorecardsArgs),
    /// Say who is hit when an entity fails: hop by hop, with owners and the way to each.
    Impact(ImpactArgs),
    /// Keep old names and addresses alive: list what leads on, write down what git knows, remove what is old.
    Redirects(RedirectsArgs),
    /// Write decision records: a new one, or that one takes the place of another.
    Adr(AdrArgs),
    /// Explain a rule of `check`, or list all of them.
    Explain(ExplainArgs),
    /// Print the JSON Schema of playbill.yaml, for editors.
    Schema,
    /// Print the completions for a shell.
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all commands.
    Man(ManArgs),
}

/// What is read, for all commands that read.
#[derive(Debug, Clone, Args)]
pub struct InputArgs {
    /// Folders or files to read; default: `paths` of the configuration, else its folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The configuration file; default: playbill.yaml in the first path, else here.
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Whether a file that is named may lead to others of its whole repository.
    #[arg(skip)]
    pub repository: bool,
    /// Packs of repositories.
    #[command(flatten)]
    pub packs: PacksArgs,
}

/// Which packs are read.
#[derive(Debug, Clone, Default, Args)]
pub struct PacksArgs {
    /// Read the packs in this folder, each as if its repository were checked out there. Folders of the configuration are then
    /// read only if `paths` names them.
    #[arg(long, value_name = "FOLDER")]
    pub packs: Option<PathBuf>,
    /// Read just the packs that this file names, as `build --write-lock` wrote it.
    #[arg(long, value_name = "FILE", requires = "packs")]
    pub lock: Option<PathBuf>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder to look at.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Write without asking.
    #[arg(long, short)]
    pub yes: bool,
    /// Write nothing; print what would be written.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// The group that owns what nobody is known to own; default: `my-team`, or what you answer.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// What runs the workflow; default: the host of the git remote.
    #[arg(long, value_enum, value_name = "HOST")]
    pub ci: Option<Ci>,
}

/// What runs workflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Write none.
    None,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the pages of all commands into this folder.
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// How times are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Timings {
    /// One line a stage, for people.
    Table,
    /// One JSON object, milliseconds by stage.
    Json,
}

/// Where a build keeps what spares the next one work.
#[derive(Debug, Clone, Args)]
pub struct CacheArgs {
    /// The folder for what spares the next build work; default: PLAYBILL_CACHE, else `playbill` among the user's caches.
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Build from scratch, and keep nothing for the next build.
    #[arg(long)]
    pub no_cache: bool,
}

/// Arguments of `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Where to write; default: `output` of the configuration, else `site`.
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// End with exit code 1 if there are errors or warnings, as `check --strict` does.
    #[arg(long)]
    pub strict: bool,
    /// Print the address of each page and file that is new, changed or gone since an older site, named by its folder or its list
    /// `.playbill-manifest.json`. For caches that have to be purged.
    #[arg(long, value_name = "PATH")]
    pub since: Option<PathBuf>,
    /// Write which packs were read, to build the same again with `--lock`.
    #[arg(long, value_name = "FILE", requires = "packs")]
    pub write_lock: Option<PathBuf>,
    /// Build a preview of a change: each page that differs from a published portal says so, and `/preview/` lists them. Names its
    /// `/api/portal.json.gz`, an `export --portal`, or the folder of a built site. Search engines are asked to stay away.
    #[arg(long, value_name = "PATH")]
    pub preview: Option<PathBuf>,
    /// The address at which this site will be, such as `https://portal.acme.example/pr-12/`; default: `baseUrl` of the configuration.
    #[arg(long, value_name = "URL", value_parser = site_address)]
    pub base_url: Option<String>,
    /// What earlier builds left.
    #[command(flatten)]
    pub cache: CacheArgs,
    /// The day that counts as today.
    #[command(flatten)]
    pub today: TodayArgs,
}

fn site_address(text: &str) -> Result<String, String> {
    crate::config::base_url(text)
        .ok_or_else(|| "it is not the address of a site, such as `https://portal.acme.example/`".to_owned())
}

/// Arguments of `pack`.
#[derive(Debug, Args)]
pub struct PackArgs {
    /// The top of the repository.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// The file to write; its name ends in `.tar.gz`.
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// The name of the repository, such as `acme/web`; default: that of its remote, else that of its folder.
    #[arg(long, value_name = "NAME")]
    pub slug: Option<String>,
    /// Of two packs of a repository, the one with the higher number is the newer one; default: when the commit was made.
    #[arg(long, value_name = "NUMBER")]
    pub sequence: Option<i64>,
    /// Also pack files of which this repository makes nothing, such as those that a Location of another one names: a pattern of
    /// paths.
    #[arg(long, value_name = "PATTERN")]
    pub include: Vec<String>,
    /// Write the pack even if there are errors.
    #[arg(long)]
    pub allow_errors: bool,
    /// The configuration file; default: playbill.yaml there.
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `push`.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// The pack, as `playbill pack` has written it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where packs are kept, such as `s3://acme-portal/store`. The keys of the storage come from AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY, the rest from AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL and AWS_CA_BUNDLE.
    #[arg(long, value_name = "ADDRESS")]
    pub to: String,
}

/// Arguments of `pull`.
#[derive(Debug, Args)]
pub struct PullArgs {
    /// Where packs are kept, such as `s3://acme-portal/store`. The keys of the storage come from AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY, the rest from AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL and AWS_CA_BUNDLE.
    #[arg(value_name = "ADDRESS")]
    pub from: String,
    /// The folder to bring them to. Packs of an earlier pull whose repository is gone are removed.
    #[arg(long, short, value_name = "FOLDER")]
    pub output: PathBuf,
    /// Bring just the packs that this file names, as `build --write-lock` wrote it.
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
}

/// Arguments of `publish`.
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// The site, as `playbill build` has written it.
    #[arg(value_name = "FOLDER", default_value = "site")]
    pub folder: PathBuf,
    /// Where the site is served from, such as `s3://portal.example.com`. The keys of the storage come from AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY, the rest from AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL and AWS_CA_BUNDLE.
    #[arg(long, value_name = "ADDRESS")]
    pub to: String,
    /// Do not replace a site with a higher number, such as that of a later run.
    #[arg(long, value_name = "NUMBER")]
    pub sequence: Option<i64>,
    /// Upload nothing; print the addresses of what would be uploaded.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not wait until another publish has ended, such as one that was killed.
    #[arg(long)]
    pub take_over: bool,
}

/// Arguments of `gc`.
#[derive(Debug, Args)]
pub struct GcArgs {
    /// Where packs are kept, or a site. The keys of the storage come from AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY, the rest from AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL and AWS_CA_BUNDLE.
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// Keep what was needed this short a time ago, such as 7d; default: 30d for packs, 1d for files of a site.
    #[arg(long, value_name = "AGE", value_parser = crate::config::parse_period)]
    pub keep: Option<i64>,
    /// Keep the packs that this file names, as `build --write-lock` wrote it.
    #[arg(long, value_name = "FILE")]
    pub lock: Vec<PathBuf>,
    /// Remove nothing; print what would be removed.
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `serve`.
#[cfg(feature = "serve")]
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// The address to listen at.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub host: std::net::IpAddr,
    /// The port to listen at.
    #[arg(long, short, default_value_t = 3000)]
    pub port: u16,
    /// Take the next free port if this one is taken.
    #[arg(long)]
    pub next_port: bool,
    /// Answer under this host name too, such as that of a proxy.
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    /// Open the site in the browser.
    #[arg(long)]
    pub open: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// How to report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub format: ReportFormat,
    /// End with exit code 1 also if there are warnings.
    #[arg(long)]
    pub strict: bool,
    /// Report only what this file does not accept; default: `check.baseline` of the configuration.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Accept everything found now: write it to the baseline file.
    #[arg(long)]
    pub write_baseline: bool,
    /// Report answers of other tools that are older than this, such as 7d, as errors.
    #[arg(long, value_name = "AGE", value_parser = crate::config::parse_period)]
    pub max_age: Option<i64>,
    /// Fix documents where that needs no judgement, then report what is left.
    #[arg(long, conflicts_with = "write_baseline")]
    pub fix: bool,
    /// Report entities whose level falls or that newly fail a rule, compared with this output of `export --scorecards`.
    #[arg(long, value_name = "FILE")]
    pub scorecard_base: Option<PathBuf>,
    /// Look for what is not here in the whole portal: its api/portal.json.gz, its folder, or an output of `export --portal`.
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// The day that counts as today.
    #[command(flatten)]
    pub today: TodayArgs,
    /// What definitions of APIs are compared with.
    #[command(flatten)]
    pub api_base: ApiBaseArgs,
}

/// Arguments of `adr`.
#[derive(Debug, Args)]
pub struct AdrArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AdrCommand,
}

/// The commands of `adr`.
#[derive(Debug, Subcommand)]
pub enum AdrCommand {
    /// Write a new record with the next number, in the format of those that are there. Nothing is overwritten.
    New(AdrNewArgs),
    /// Write into two records that the second takes the place of the first.
    Supersede(AdrSupersedeArgs),
}

/// Where decision records are.
#[derive(Debug, Args)]
pub struct AdrFolderArgs {
    /// The folder of the records; default: the only one that is known here.
    #[arg(long, short, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// The configuration file; default: playbill.yaml here.
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `adr new`.
#[derive(Debug, Args)]
pub struct AdrNewArgs {
    /// What is decided, in a few words.
    pub title: String,
    /// A record that it takes the place of: its number, or the name of its file.
    #[arg(long, short, value_name = "RECORD")]
    pub supersedes: Vec<String>,
    /// Its status.
    #[arg(long, default_value = "proposed", value_name = "WORD")]
    pub status: String,
    /// Its day; default: today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<String>,
    /// Where.
    #[command(flatten)]
    pub folder: AdrFolderArgs,
}

/// Arguments of `adr supersede`.
#[derive(Debug, Args)]
pub struct AdrSupersedeArgs {
    /// The record that no longer holds: its number, or the name of its file.
    pub old: String,
    /// The record that holds instead.
    pub new: String,
    /// Where.
    #[command(flatten)]
    pub folder: AdrFolderArgs,
}

/// Arguments of `docs`.
#[derive(Debug, Args)]
pub struct DocsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: DocsCommand,
}

/// The commands of `docs`.
#[derive(Debug, Subcommand)]
pub enum DocsCommand {
    /// Write the site of the documentation in one folder, as `techdocs-cli generate` does.
    Build(DocsBuildArgs),
}

/// Arguments of `docs build`.
#[derive(Debug, Args)]
pub struct DocsBuildArgs {
    /// The folder with `mkdocs.yml`, or with `docs` or a README.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Where to write; default: `site` in that folder.
    #[arg(long, short, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// End with exit code 1 if there are errors or warnings, as `check --strict` does.
    #[arg(long)]
    pub strict: bool,
    /// What earlier builds left.
    #[command(flatten)]
    pub cache: CacheArgs,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The old portal: a folder, an output of `export --portal`, or a built site. Or the old definition of an API.
    #[arg(value_name = "OLD")]
    pub old: Option<PathBuf>,
    /// The new portal, or the new definition.
    #[arg(value_name = "NEW")]
    pub new: Option<PathBuf>,
    /// Compare a folder, by default this one, with what it was at a commit: a branch, a tag, or a hash.
    #[arg(long, value_name = "REF")]
    pub base_ref: Option<String>,
    /// Compare the definitions of APIs alone.
    #[arg(long, value_enum, value_name = "PART")]
    pub only: Option<DiffPart>,
    /// How to report.
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
    /// End with exit code 1 if any of these happens, separated by commas: breaking, risky, error, broken-link, removed-entity,
    /// owner-removed, score-down; or never.
    #[arg(long, default_value = crate::diff::gates::DEFAULT, value_name = "LIST")]
    pub fail_on: String,
    /// Lead to the pages of the new portal, which are shown at this address.
    #[arg(long, value_name = "URL")]
    pub preview_url: Option<String>,
    /// In a comment, lead to the whole report, which is at this address.
    #[arg(long, value_name = "URL")]
    pub report_url: Option<String>,
    /// The most characters of a comment: 65536 for GitHub, 1000000 for GitLab, 32768 for Bitbucket.
    #[arg(long, value_name = "NUMBER", default_value_t = 65_536)]
    pub limit: usize,
    /// In a comment, call owners by the names that their annotations say.
    #[arg(long)]
    pub mention: bool,
    /// What if an entity had another owner: REF=OWNER.
    #[arg(long, value_name = "REF=OWNER")]
    pub r#move: Vec<String>,
    /// What if an entity were gone.
    #[arg(long, value_name = "REF")]
    pub retire: Vec<String>,
    /// The folder with the catalog that names the consumers; default: here, if there is one.
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// The API that is meant, such as `api:default/payments`; default: the one that has this definition.
    #[arg(long, value_name = "REF")]
    pub api: Option<String>,
}

/// How `diff` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// Text, for people.
    Human,
    /// One JSON object.
    Json,
    /// Tables, for a comment on a pull request.
    Markdown,
    /// One page with everything.
    Html,
}

/// A part that `diff` compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffPart {
    /// The definitions of APIs.
    Apis,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The template: a file, a folder with a `template.yaml`, or a reference such as `template:default/service`.
    #[arg(value_name = "TEMPLATE", required_unless_present = "update")]
    pub template: Option<String>,
    /// The values, as a file in YAML or JSON.
    #[arg(long, value_name = "FILE")]
    pub values: Option<PathBuf>,
    /// One value, such as `name=orders` or `db.engine=postgres`, read as YAML.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The secrets, as a file in YAML or JSON; each can also come from a variable `PLAYBILL_SECRET_NAME`.
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,
    /// Who is making it, such as `user:default/sam`.
    #[arg(long, value_name = "REF")]
    pub user: Option<String>,
    /// The catalog, a file or a folder; default: here.
    #[arg(long, value_name = "PATH")]
    pub catalog: Option<PathBuf>,
    /// Which template, if the file has several; default: the first.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// An `app-config.yaml` with `integrations` and `scaffolder.defaultEnvironment`.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Take the values as they are, without the defaults of the form.
    #[arg(long)]
    pub no_defaults: bool,
    /// Fail where a text cannot be rendered, instead of leaving it as it is.
    #[arg(long)]
    pub strict: bool,
    /// Where to write the result.
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Overwrite files that are there and differ.
    #[arg(long)]
    pub force: bool,
    /// Write nothing; show the files, and what would change in DIR.
    #[arg(long, conflicts_with = "publish")]
    pub dry_run: bool,
    /// Write down the template, the answers and the files as they were made, in `.playbill`, so that `--update` can be used.
    #[arg(long, conflicts_with = "test")]
    pub record: bool,
    /// Bring what the template has changed since into DIR, which was made with `--record`. With `--test`: replace the
    /// stored results.
    #[arg(long, conflicts_with_all = ["publish", "record"])]
    pub update: bool,
    /// Run the examples beside the template.
    #[arg(long, conflicts_with_all = ["publish", "output", "values", "set"])]
    pub test: bool,
    /// With `--test`: also run the commands of examples, in a copy of their results.
    #[arg(long, requires = "test")]
    pub run: bool,
    /// Run the commands that the configuration names for actions which reach other systems.
    #[arg(long)]
    pub publish: bool,
    /// Ask nothing, even on a terminal.
    #[arg(long)]
    pub no_input: bool,
    /// How to report.
    #[arg(long, value_enum, default_value_t = NewFormat::Human)]
    pub format: NewFormat,
}

/// How `new` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NewFormat {
    /// Text, for people.
    Human,
    /// One JSON object.
    Json,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// What to print.
    #[arg(long, value_enum, default_value_t = ExportFormat::Json)]
    pub format: ExportFormat,
    /// Print the decision records instead of the catalog.
    #[arg(long, conflicts_with = "format")]
    pub adrs: bool,
    /// Print what other tools know of each entity, as saved answers say it.
    #[arg(long, conflicts_with = "format")]
    pub facts: bool,
    /// Print the scorecards with their results.
    #[arg(long, conflicts_with_all = ["format", "adrs", "facts"])]
    pub scorecards: bool,
    /// Print the whole portal as data for `diff` and `check --against`.
    #[arg(long, conflicts_with_all = ["format", "adrs", "facts", "scorecards"])]
    pub portal: bool,
    /// The day that counts as today.
    #[command(flatten)]
    pub today: TodayArgs,
    /// What definitions of APIs are compared with.
    #[command(flatten)]
    pub api_base: ApiBaseArgs,
}

/// Which day it is.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct TodayArgs {
    /// The day that counts as today in UTC, such as 2026-11-29; default: that of SOURCE_DATE_EPOCH, else of the clock.
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    pub today: Option<Day>,
}

/// What conditions compare definitions of APIs with.
#[derive(Debug, Clone, Default, Args)]
pub struct ApiBaseArgs {
    /// Compare definitions of APIs with those of this folder, such as a checkout of the branch that a pull request goes to:
    /// `api.breaking` of conditions.
    #[arg(long, value_name = "FOLDER")]
    pub api_base: Option<PathBuf>,
}

/// Reads a day of the command line.
fn parse_day(text: &str) -> Result<Day, String> {
    let day = Day::parse(text).filter(|day| day.iso() == text);
    day.ok_or_else(|| "write a day as 2026-11-29".to_owned())
}

/// Arguments of `snapshots`.
#[derive(Debug, Args)]
pub struct SnapshotsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SnapshotsCommand,
}

/// The commands of `snapshots`.
#[derive(Debug, Subcommand)]
pub enum SnapshotsCommand {
    /// Print the shell script that fetches what this catalog's annotations name, and nothing else.
    Script(SnapshotsPlanArgs),
    /// Print the same requests as data.
    Plan(SnapshotsPlanArgs),
}

/// Arguments of `snapshots script` and `snapshots plan`.
#[derive(Debug, Args)]
pub struct SnapshotsPlanArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Only these sources; default: those of the configuration, else all whose annotation is in the catalog.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub source: Vec<String>,
    /// Print JSON, as `plan` does anyway.
    #[arg(long, hide = true)]
    pub json: bool,
}

/// Arguments of `org`.
#[derive(Debug, Args)]
pub struct OrgArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: OrgCommand,
}

/// The commands of `org`.
#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// Print the shell script that saves what `org` of the configuration reads.
    Script(OrgScriptArgs),
}

/// Arguments of `org script`.
#[derive(Debug, Args)]
pub struct OrgScriptArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
}

/// Arguments of `impact`.
#[derive(Debug, Args)]
pub struct ImpactArgs {
    /// The entity that fails, such as `component:default/payments`, or its name where that is clear.
    #[arg(value_name = "REF")]
    pub entity: String,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// What to print.
    #[arg(long, value_enum, default_value_t = ImpactFormat::Human)]
    pub format: ImpactFormat,
    /// Print only the shortest way to this entity.
    #[arg(long, value_name = "REF", conflicts_with = "format")]
    pub to: Option<String>,
}

/// Arguments of `facts`.
#[derive(Debug, Args)]
pub struct FactsArgs {
    /// The entity, such as `component:default/payments`, or its name where that is clear.
    #[arg(value_name = "REF")]
    pub entity: Option<String>,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// What to print.
    #[arg(long, value_enum, default_value_t = FactsFormat::Human)]
    pub format: FactsFormat,
    /// The day that counts as today.
    #[command(flatten)]
    pub today: TodayArgs,
    /// What definitions of APIs are compared with.
    #[command(flatten)]
    pub api_base: ApiBaseArgs,
}

/// How `facts` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FactsFormat {
    /// Text, for people.
    Human,
    /// One JSON object.
    Json,
}

/// Arguments of `scorecards`.
#[derive(Debug, Args)]
pub struct ScorecardsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ScorecardsCommand,
}

/// The commands of `scorecards`.
#[derive(Debug, Subcommand)]
pub enum ScorecardsCommand {
    /// Append the results of today to a file of JSON lines, from which pages draw trends; a second run replaces those of the day.
    Record(RecordArgs),
}

/// Arguments of `scorecards record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// The file; it is made if it is not there.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// The day that counts as today.
    #[command(flatten)]
    pub today: TodayArgs,
}

/// How `impact` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImpactFormat {
    /// Text, for people.
    Human,
    /// One JSON object.
    Json,
    /// A table.
    Csv,
}

/// Arguments of `redirects`.
#[derive(Debug, Args)]
pub struct RedirectsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RedirectsCommand,
}

/// The commands of `redirects`.
#[derive(Debug, Subcommand)]
pub enum RedirectsCommand {
    /// List what leads from old names of entities and old addresses of documents to those of today, and how that is known.
    List(RedirectsReadArgs),
    /// Add what git knows to `redirects.jsonl` beside the configuration, so that clones without history know it, too.
    Save(RedirectsReadArgs),
    /// Remove lines of before a day from `redirects.jsonl`.
    Prune(RedirectsPruneArgs),
}

/// Arguments of `redirects list` and `redirects save`.
#[derive(Debug, Args)]
pub struct RedirectsReadArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
}

/// Arguments of `redirects prune`.
#[derive(Debug, Args)]
pub struct RedirectsPruneArgs {
    /// Lines of before this day are removed, such as 2026-11-21.
    #[arg(long, value_name = "DATE")]
    pub before: String,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule, such as `unresolved-reference`; without it all rules are listed.
    pub code: Option<String>,
}

/// How `check` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Text with excerpts, for people.
    Human,
    /// A JSON array.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions, shown as annotations.
    Github,
}

/// What `export` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One JSON object with `entities` and `problems`.
    Json,
    /// One entity a line.
    Ndjson,
    /// A table.
    Csv,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
