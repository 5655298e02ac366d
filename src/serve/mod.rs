//! The watch server: builds a site, each file of it when somebody asks, serves it on a loopback address, and builds again when a file changes.
//!
//! One of the four modules that touch the outside world. Does not know how a site is built: the caller gives a function
//! for that. Prints nothing: events are passed to a function of the caller.
//!
//! Invariants: only what was built can be served, so no path leads to the disk; a request that names another host is
//! refused, so that no web page elsewhere can read the site under a name of its own; a build that fails or panics
//! leaves the last site in place.

mod http;
mod state;
mod watch;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch as channel;

use crate::diag::Severity;
use crate::error::Error;
use state::State;

/// How to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Where to listen; port 0 takes any free one.
    pub address: SocketAddr,
    /// Whether to take the next free port if that one is taken.
    pub next_port: bool,
    /// Further host names to answer under, such as that of a proxy.
    pub hosts: Vec<String>,
    /// Whether to open the site in the browser.
    pub open: bool,
    /// What the first build reads, as far as that is known; it may fail.
    pub inputs: Inputs,
}

/// What a site is built from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Folders and files to watch, absolute.
    pub watch: Vec<PathBuf>,
    /// Folders within whose changes mean nothing, such as the one that `build` writes to.
    pub ignore: Vec<PathBuf>,
    /// Folders of git whose branches and tags the site depends on; nothing else in them matters.
    pub refs: Vec<PathBuf>,
}

/// The files of a site by path, `/`-separated and relative to the site. They may be made when somebody asks for them.
pub trait Files: Debug + Send + Sync {
    /// Returns whether there is such a file.
    fn has(&self, path: &str) -> bool;

    /// Returns a file; `None` if there is none.
    ///
    /// # Errors
    /// Why it cannot be made.
    fn get(&self, path: &str) -> Result<Option<Arc<[u8]>>, String>;

    /// Returns how many files there are.
    fn count(&self) -> usize;

    /// Returns what is wrong with the content that a page shows.
    fn problems_of(&self, path: &str) -> Vec<Problem> {
        let _ = path;
        Vec::new()
    }

    /// Runs a template dry, as a form of it asks, and returns a report as JSON; `None` if there is no such template.
    fn try_template(&self, request: &[u8]) -> Option<String> {
        let _ = request;
        None
    }

    /// Returns a number that changes with any of the files whose change is seen only in the pages that use them.
    fn assets(&self) -> u64;
}

/// A site.
#[derive(Debug, Clone)]
pub struct BuiltSite {
    /// What can be asked for.
    pub files: Arc<dyn Files>,
    /// The worst of what is wrong with the content, the worst first.
    pub problems: Vec<Problem>,
    /// How many errors the content has.
    pub errors: usize,
    /// How many warnings it has.
    pub warnings: usize,
    /// What it was built from, besides [`ServeOptions::inputs`].
    pub inputs: Inputs,
}

/// A problem to show in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// The report as plain text.
    pub text: String,
}

/// The events that the server reports to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// It can be reached.
    Listening(SocketAddr),
    /// A site was built.
    Built {
        /// How long it took.
        took: Duration,
        /// How many files there are.
        files: usize,
        /// How many errors the content has.
        errors: usize,
        /// How many warnings the content has.
        warnings: usize,
        /// The worst problems that the site before did not have.
        new: &'a [Problem],
    },
    /// No site was built, with the reason.
    Failed(&'a str),
    /// Changes somewhere will not be noticed, with the reason.
    Unwatched(&'a str),
}

/// What may have happened to the inputs since the last site was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeSet {
    /// Something at these paths, absolute, and nothing elsewhere.
    At(BTreeSet<PathBuf>),
    /// Nobody knows.
    Anything,
}

/// Builds a site, or says why it cannot be built.
pub type Build = dyn Fn(&ChangeSet) -> Result<BuiltSite, String> + Send + Sync;
/// Receives events, from the thread that builds.
pub type Reporter = dyn Fn(Event<'_>) + Send + Sync;

/// Serves until interrupted from the keyboard.
///
/// # Errors
/// When the address cannot be listened at.
pub fn run(options: &ServeOptions, build: Arc<Build>, tell: Arc<Reporter>) -> Result<(), Error> {
    let server = Server::start(options, build, tell)?;
    if options.open {
        open(server.address);
    }
    server.runtime.block_on(interrupted());
    server.stop();
    Ok(())
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    runtime: Runtime,
}

impl Server {
    /// Starts to serve, and to build in the background; requests wait for the first build.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub fn start(options: &ServeOptions, build: Arc<Build>, tell: Arc<Reporter>) -> Result<Self, Error> {
        let failed =
            |source| Error::Io { action: "listen at", path: PathBuf::from(options.address.to_string()), source };
        let listener = listen(options.address, options.next_port)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(failed)?;
        let (sender, receiver) = channel::channel(None::<Arc<State>>);
        {
            let _inside = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
            runtime.spawn(http::serve(listener, receiver, address, options.hosts.clone()));
        }
        tell(Event::Listening(address));
        let inputs = options.inputs.clone();
        thread::Builder::new()
            .name("build".to_owned())
            .spawn(move || watch::keep_building(&inputs, &*build, &*tell, &sender))
            .map_err(failed)?;
        Ok(Self { address, runtime })
    }

    /// Returns where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops at once; connections are cut, and the thread that builds ends after its round.
    pub fn stop(self) {
        self.runtime.shutdown_background();
    }
}

fn listen(address: SocketAddr, next_port: bool) -> Result<std::net::TcpListener, Error> {
    let try_at = |address: SocketAddr| {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    try_at(address).or_else(|error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            const TRIES: u16 = 100;
            let mut ports = (1..=TRIES).map_while(|step| address.port().checked_add(step));
            let free = ports.find_map(|port| Some((port, try_at(SocketAddr::new(address.ip(), port)).ok()?)));
            let advice = match free {
                Some((_, listener)) if next_port => return Ok(listener),
                Some((port, _)) => format!("port {port} is free: add `--port {port}`, or `--next-port`"),
                None => "name another one with `--port`".to_owned(),
            };
            Err(Error::Usage(format!("port {} is taken; {advice}", address.port())))
        }
        io::ErrorKind::PermissionDenied => {
            Err(Error::Usage(format!("port {} may not be used; name one above 1023 with `--port`", address.port())))
        }
        io::ErrorKind::AddrNotAvailable => {
            Err(Error::Usage(format!("{} is no address of this machine; name another one with `--host`", address.ip())))
        }
        _ => Err(Error::Io { action: "listen at", path: PathBuf::from(address.to_string()), source: error }),
    })
}

/// Ends when the user or the system wants the server to end.
async fn interrupted() {
    let keyboard = async {
        // Without a way to hear of it, the default of the system ends the process all the same.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = keyboard => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    keyboard.await;
}

/// Opens the site in the browser; without one, the printed address must do.
#[expect(clippy::disallowed_methods, reason = "the browser is another program")]
fn open(address: SocketAddr) {
    use std::process::{Command, Stdio};

    let ip = address.ip();
    let name = if ip.is_unspecified() || ip.is_loopback() { "localhost".to_owned() } else { http::name_of(ip) };
    let url = format!("http://{name}:{}/", address.port());
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Ok(mut browser) = command.spawn() {
        // The program ends when it handed the address over; somebody must take note.
        let _ = thread::Builder::new().spawn(move || browser.wait());
    }
}

#[cfg(test)]
mod tests;
