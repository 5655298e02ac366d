//! `playbill push`, `pull`, `publish` and `gc`: packs and sites in S3-compatible storage. The only commands that use a network.
//!
//! Keys come from the environment, under the names that other programs for such storage use, and are never printed.

mod claim;
mod gc;
mod publish;
mod pull;
mod push;

pub(super) use gc::run as gc;
pub(super) use publish::run as publish;
pub(super) use pull::run as pull;
pub(super) use push::run as push;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use super::say;
use crate::error::Error;
use crate::remote::client::{Access, Client, Meta};
use crate::remote::{Address, Fault, Key};

/// How many requests are made at a time.
const IN_FLIGHT: usize = 16;

/// Whether requests have to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signing {
    /// Nobody may write without.
    Needed,
    /// Some storage can be read by anyone.
    IfPossible,
}

/// Makes a client for an address of the command line, with what the environment says.
fn client(address: &str, signing: Signing) -> Result<Client, Error> {
    let address = Address::parse(address).map_err(Error::Usage)?;
    let credentials = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
    if credentials.is_none() && signing == Signing::Needed {
        return Err(Error::Usage(
            "the storage is written with a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and for keys that end \
             AWS_SESSION_TOKEN"
                .to_owned(),
        ));
    }
    let certificates = match variable("AWS_CA_BUNDLE") {
        Some(file) => {
            #[expect(clippy::disallowed_methods, reason = "the environment names this file")]
            let bytes = std::fs::read(&file);
            Some(bytes.map_err(|source| Error::Io { action: "read", path: file.into(), source })?)
        }
        None => None,
    };
    let access = Access {
        credentials,
        token: variable("AWS_SESSION_TOKEN"),
        region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
        endpoint: variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL")),
        certificates,
    };
    Client::new(&address, access)
}

fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the environment enters here")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the time, in seconds since 1970 UTC.
fn now() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "when something was pushed is a fact of the storage, not of an output"
    )]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Returns the key of an object that this program names itself.
fn key(client: &Client, path: &str) -> Result<Key, Error> {
    client.address().key(path).map_err(|why| Error::Usage(format!("`{}{path}` {why}", client.address())))
}

/// Reports a storage that takes every write, known by an object that was written just now. Once for each pointer and site: when
/// it is new.
fn check_conditions(client: &Client, key: &Key, content: &[u8], meta: Meta<'_>) -> Result<(), Error> {
    if !client.keeps_conditions(key, content, meta)? {
        say(&format!(
            "warning: the storage of {} writes without regard to conditions (`If-None-Match`), so that of two jobs at once \
             the last one stays",
            client.address()
        ));
    }
    Ok(())
}

/// Returns that an object cannot be used.
fn unusable(client: &Client, key: &Key, fault: &Fault) -> Error {
    let advice = match fault {
        Fault::Newer(_) => "; update Playbill",
        Fault::Invalid(_) => "; remove it, or write it again",
    };
    Error::Storage { action: "use", address: client.address().show(key), reason: fault.to_string(), advice }
}

/// Does something with each of some items, several at a time; the first failure ends it. Results are in the order of items.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Result<R, Error> + Sync) -> Result<Vec<R>, Error> {
    let (next, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (done, failed) = (Mutex::new(Vec::with_capacity(items.len())), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..IN_FLIGHT.min(items.len()) {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    match work(item) {
                        Ok(result) => done.lock().push((at, result)),
                        Err(error) => {
                            ended.store(true, Ordering::Relaxed);
                            failed.lock().get_or_insert(error);
                        }
                    }
                }
            });
        }
    });
    if let Some(error) = failed.into_inner() {
        return Err(error);
    }
    let mut done = done.into_inner();
    done.sort_unstable_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

/// Returns the SHA-256 and the size of a file, read piece by piece.
fn digest_of_file(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let (mut hasher, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 64 << 10]);
    loop {
        let read = file.read(&mut buffer)?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
        hasher.update(part);
        size += read as u64;
    }
    Ok((hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), size))
}

/// Returns `12 KB`.
fn bytes(number: u64) -> String {
    match number {
        0..10_000 => format!("{number} bytes"),
        10_000..10_000_000 => format!("{} KB", number / 1_000),
        _ => format!("{} MB", number / 1_000_000),
    }
}
