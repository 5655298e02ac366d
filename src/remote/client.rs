//! Requests to the storage: signed, bounded in time and size, and repeated where that may help.
//!
//! Neither keys nor signed addresses are in any message.

use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use sha2::{Digest as _, Sha256};
use ureq::http::{HeaderMap, Request, Response, StatusCode, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::{Agent, Body, SendBody};
use url::Url;

use super::{Address, Key, Stored};
use crate::calendar::{Day, MONTHS};
use crate::error::Error;

/// How long an address is valid once it is signed.
const SIGNED: Duration = Duration::from_secs(600);
/// How long to wait for a connection, and for the next bytes.
const CONNECT: Duration = Duration::from_secs(10);
const STALLED: Duration = Duration::from_secs(30);
/// How long to wait for an answer, which may take its time once all of a large body is there.
const ANSWER: Duration = Duration::from_secs(60);
/// How long one request may take in all.
const REQUEST: Duration = Duration::from_secs(30 * 60);
/// How many connections stay open between requests.
const CONNECTIONS: usize = 16;
/// How often a request is made before giving up.
const ATTEMPTS: u32 = 6;
/// How long to wait before the second attempt; each further wait is twice as long.
const WAIT: Duration = Duration::from_millis(200);
/// The longest wait that the storage can ask for.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// How many bytes of an error or of a page of a list are read.
const MAX_ERROR: u64 = 64 << 10;
const MAX_LIST: u64 = 16 << 20;
/// The name of the header with what tells an object from others of its path.
const FINGERPRINT: &str = "x-amz-meta-playbill";

/// How to reach the storage.
#[derive(Default)]
pub struct Access {
    /// The key and its secret; without them requests are not signed.
    pub credentials: Option<(String, String)>,
    /// The token of credentials that end.
    pub token: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The address of a storage that is not Amazon's.
    pub endpoint: Option<String>,
    /// Certificates to trust instead of those of public authorities, as PEM.
    pub certificates: Option<Vec<u8>>,
}

/// Speaks with one bucket.
pub struct Client {
    agent: Agent,
    address: Address,
    bucket: Bucket,
    credentials: Option<Credentials>,
}

/// What must hold for an object to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition<'c> {
    /// Nothing.
    Always,
    /// There is none.
    IsNew,
    /// It is still the one with this entity tag.
    IsStill(&'c str),
}

/// What became of a write with a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It was written, and has this entity tag.
    Done(String),
    /// The condition does not hold.
    Refused,
}

/// An object that is small enough for memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it says.
    pub bytes: Vec<u8>,
    /// What tells this version of it from others.
    pub tag: String,
}

/// What is known of an object without its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What it was uploaded with.
    pub fingerprint: Option<String>,
    /// When it was written, in seconds since 1970 UTC.
    pub modified: Option<i64>,
}

/// What is written.
#[derive(Debug, Clone, Copy)]
pub enum Content<'c> {
    /// These bytes.
    Bytes(&'c [u8]),
    /// A file of this size, read piece by piece.
    File(&'c Path, u64),
}

/// The headers that an object is written with.
#[derive(Debug, Clone, Copy)]
pub struct Meta<'m> {
    /// `Content-Type`.
    pub content_type: &'m str,
    /// `Cache-Control`.
    pub cache_control: &'m str,
    /// What tells the object from others of its path.
    pub fingerprint: Option<&'m str>,
}

/// For what programs read.
pub const JSON: Meta<'static> = Meta { content_type: "application/json", cache_control: "no-cache", fingerprint: None };

/// Why a request came to nothing, and whether another one may do better.
struct Failure {
    reason: String,
    status: Option<StatusCode>,
    /// What the storage calls it.
    code: String,
    again: bool,
    wait: Option<Duration>,
}

impl Client {
    /// Prepares to speak with the bucket of an address.
    ///
    /// # Errors
    /// When the storage cannot be reached with what is given.
    pub fn new(address: &Address, access: Access) -> Result<Self, Error> {
        let usage = |why: String| Error::Usage(why);
        let region = access.region.unwrap_or_else(|| "us-east-1".to_owned());
        if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(usage("AWS_REGION is no name of a region; set it to one such as `eu-central-1`".to_owned()));
        }
        let (endpoint, style) = match &access.endpoint {
            Some(endpoint) => (endpoint.clone(), UrlStyle::Path),
            // No certificate is for names with dots.
            None if address.bucket().contains('.') => (format!("https://s3.{region}.amazonaws.com"), UrlStyle::Path),
            None => (format!("https://s3.{region}.amazonaws.com"), UrlStyle::VirtualHost),
        };
        let invalid = || usage("AWS_ENDPOINT_URL is no address such as `https://storage.example.com`".to_owned());
        let endpoint = Url::parse(&endpoint).map_err(|_| invalid())?;
        let bucket = Bucket::new(endpoint, style, address.bucket().to_owned(), region).map_err(|_| invalid())?;
        let mut tls = TlsConfig::builder();
        if let Some(pem) = &access.certificates {
            let items = ureq::tls::parse_pem(pem).filter_map(Result::ok);
            let trusted: Vec<Certificate<'static>> = items
                .filter_map(|item| match item {
                    PemItem::Certificate(certificate) => Some(certificate),
                    _ => None,
                })
                .collect();
            if trusted.is_empty() {
                return Err(usage("AWS_CA_BUNDLE names a file without certificates".to_owned()));
            }
            tls = tls.root_certs(RootCerts::from(trusted));
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // An address is signed for its host.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("playbill/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .max_idle_connections(CONNECTIONS)
            .max_idle_connections_per_host(CONNECTIONS)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .timeout_per_read(Some(STALLED))
            .timeout_per_write(Some(STALLED))
            .timeout_per_call(Some(REQUEST))
            .build()
            .new_agent();
        let credentials = access.credentials.map(|(key, secret)| match access.token {
            Some(token) => Credentials::new_with_token(key, secret, token),
            None => Credentials::new(key, secret),
        });
        Ok(Self { agent, address: address.clone(), bucket, credentials })
    }

    /// Returns the address below which this client works.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Reads an object of at most `limit` bytes; `None` if there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is larger.
    pub fn get(&self, key: &Key, limit: u64) -> Result<Option<Object>, Error> {
        self.with_attempts("read", key, || {
            let Some(mut response) = self.send_get(key)? else { return Ok(None) };
            let tag = tag(response.headers());
            let mut bytes = Vec::new();
            let mut body = response.body_mut().as_reader().take(limit.saturating_add(1));
            body.read_to_end(&mut bytes).map_err(|error| Failure::broken(&error))?;
            if bytes.len() as u64 > limit {
                return Err(Failure::of(format!("it has more than the {limit} bytes that it may have")));
            }
            Ok(Some(Object { bytes, tag }))
        })
    }

    /// Writes an object of at most `limit` bytes to a file; returns its SHA-256, `None` if there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is larger, or the file cannot be written.
    pub fn download(&self, key: &Key, limit: u64, to: &Path) -> Result<Option<String>, Error> {
        self.with_attempts("read", key, || {
            let Some(mut response) = self.send_get(key)? else { return Ok(None) };
            let unwritten = |error: io::Error| Failure::of(format!("`{}` cannot be written: {error}", to.display()));
            let mut file = File::create(to).map_err(unwritten)?;
            let mut body = response.body_mut().as_reader();
            let (mut hasher, mut size, mut buffer) = (Sha256::new(), 0_u64, vec![0; 64 << 10]);
            loop {
                let read = body.read(&mut buffer).map_err(|error| Failure::broken(&error))?;
                let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
                size += read as u64;
                if size > limit {
                    return Err(Failure::of(format!("it has more than the {limit} bytes that it may have")));
                }
                hasher.update(part);
                file.write_all(part).map_err(unwritten)?;
            }
            file.sync_all().map_err(unwritten)?;
            Ok(Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
        })
    }

    /// Returns what is known of an object; `None` if there is none.
    ///
    /// # Errors
    /// When the storage does not say.
    pub fn facts(&self, key: &Key) -> Result<Option<Facts>, Error> {
        self.with_attempts("read", key, || {
            let url = self.bucket.head_object(self.credentials.as_ref(), key.as_str()).sign(SIGNED);
            let mut response = self.run(Request::head(url.as_str()).body(()))?;
            if response.status() == StatusCode::NOT_FOUND {
                return Ok(None);
            }
            Failure::check(&mut response)?;
            let text = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
            Ok(Some(Facts {
                fingerprint: text(FINGERPRINT),
                modified: text("last-modified").and_then(|date| http_date(&date)),
            }))
        })
    }

    /// Writes an object if a condition holds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&self, key: &Key, content: Content<'_>, meta: Meta<'_>, when: Condition<'_>) -> Result<Written, Error> {
        self.with_attempts("write", key, || {
            let size = match content {
                Content::Bytes(bytes) => bytes.len() as u64,
                Content::File(_, size) => size,
            };
            let size = size.to_string();
            let mut headers = vec![("cache-control", meta.cache_control), ("content-type", meta.content_type)];
            match when {
                Condition::Always => {}
                Condition::IsNew => headers.push(("if-none-match", "*")),
                Condition::IsStill(tag) => headers.push(("if-match", tag)),
            }
            headers.extend(meta.fingerprint.map(|fingerprint| (FINGERPRINT, fingerprint)));
            let mut action = self.bucket.put_object(self.credentials.as_ref(), key.as_str());
            for (name, value) in &headers {
                action.headers_mut().insert(*name, *value);
            }
            // Proxies may change how long a body seems, so that this is not signed.
            let mut request = Request::put(action.sign(SIGNED).as_str()).header(header::CONTENT_LENGTH, size);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let mut response = match content {
                Content::Bytes(bytes) => self.run(request.body(bytes))?,
                Content::File(path, _) => {
                    let unread = |error| Failure::of(format!("`{}` cannot be read: {error}", path.display()));
                    let mut file = File::open(path).map_err(unread)?;
                    self.run(request.body(SendBody::from_reader(&mut file)))?
                }
            };
            let refused = [StatusCode::PRECONDITION_FAILED, StatusCode::CONFLICT];
            let is_gone = response.status() == StatusCode::NOT_FOUND && matches!(when, Condition::IsStill(_));
            if when != Condition::Always && (refused.contains(&response.status()) || is_gone) {
                let code = error_code(&mut response);
                if code != "NoSuchBucket" {
                    return Ok(Written::Refused);
                }
                return Err(Failure::status(StatusCode::NOT_FOUND, &code, None));
            }
            Failure::check(&mut response)?;
            Ok(Written::Done(tag(response.headers())))
        })
    }

    /// Returns whether the storage refuses to write an object, which is there and says `content`, as a new one. Some storage
    /// knows no conditions and says nothing of it.
    ///
    /// # Errors
    /// When it cannot be tried.
    pub fn keeps_conditions(&self, key: &Key, content: &[u8], meta: Meta<'_>) -> Result<bool, Error> {
        Ok(self.put(key, Content::Bytes(content), meta, Condition::IsNew)? == Written::Refused)
    }

    /// Removes an object, if there is one.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn delete(&self, key: &Key) -> Result<(), Error> {
        self.with_attempts("remove", key, || {
            let url = self.bucket.delete_object(self.credentials.as_ref(), key.as_str()).sign(SIGNED);
            let mut response = self.run(Request::delete(url.as_str()).body(()))?;
            match response.status() {
                StatusCode::NOT_FOUND => Ok(()),
                _ => Failure::check(&mut response),
            }
        })
    }

    /// Lists the objects below a folder of the address; those with keys that this program would not write are skipped.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn list(&self, folder: &str) -> Result<Vec<Stored>, Error> {
        let prefix = self.address.prefix(folder);
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let page = self.attempts(
                "list",
                || format!("s3://{}/{prefix}", self.address.bucket()),
                || {
                    let mut action = self.bucket.list_objects_v2(self.credentials.as_ref());
                    if !prefix.is_empty() {
                        action.with_prefix(&*prefix);
                    }
                    if let Some(next) = &next {
                        action.with_continuation_token(&**next);
                    }
                    let mut response = self.run(Request::get(action.sign(SIGNED).as_str()).body(()))?;
                    Failure::check(&mut response)?;
                    let mut text = String::new();
                    let mut body = response.body_mut().as_reader().take(MAX_LIST);
                    body.read_to_string(&mut text).map_err(|error| Failure::broken(&error))?;
                    ListObjectsV2::parse_response(&text)
                        .map_err(|_| Failure::of("the answer is no list of objects".to_owned()))
                },
            )?;
            for object in page.contents {
                let Some(path) = self.address.path(&object.key) else { continue };
                let modified = object.last_modified.as_deref().and_then(iso_time);
                found.push(Stored { path: path.to_owned(), size: object.size.unwrap_or_default(), modified });
            }
            match page.next_continuation_token {
                Some(token) if Some(&token) != next.as_ref() => next = Some(token),
                _ => break,
            }
        }
        Ok(found)
    }

    fn send_get(&self, key: &Key) -> Result<Option<Response<Body>>, Failure> {
        let url = self.bucket.get_object(self.credentials.as_ref(), key.as_str()).sign(SIGNED);
        let mut response = self.run(Request::get(url.as_str()).body(()))?;
        if response.status() == StatusCode::NOT_FOUND {
            let code = error_code(&mut response);
            if code != "NoSuchBucket" {
                return Ok(None);
            }
            return Err(Failure::status(StatusCode::NOT_FOUND, &code, None));
        }
        Failure::check(&mut response)?;
        Ok(Some(response))
    }

    fn run(
        &self,
        request: Result<Request<impl ureq::AsSendBody>, ureq::http::Error>,
    ) -> Result<Response<Body>, Failure> {
        let request = request.map_err(|_| Failure::of("its name or headers cannot be sent".to_owned()))?;
        self.agent.run(request).map_err(|error| Failure::connection(&error))
    }

    fn with_attempts<T>(
        &self,
        action: &'static str,
        key: &Key,
        attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        self.attempts(action, || self.address.show(key), attempt)
    }

    /// Tries until there is an answer, or no hope of one.
    fn attempts<T>(
        &self,
        action: &'static str,
        address: impl FnOnce() -> String,
        mut attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let mut number = 1;
        loop {
            match attempt() {
                Ok(value) => return Ok(value),
                Err(failure) if failure.again && number < ATTEMPTS => {
                    let wait = WAIT * 2_u32.pow(number - 1);
                    // Those who fail together should not come back together.
                    let wait = wait / 2 + wait.mul_f64(random() / 2.0);
                    std::thread::sleep(failure.wait.unwrap_or(wait).min(MAX_WAIT));
                    number += 1;
                }
                Err(failure) => {
                    let advice = failure.advice(self.credentials.is_none());
                    return Err(Error::Storage { action, address: address(), reason: failure.reason, advice });
                }
            }
        }
    }
}

impl Failure {
    /// A failure that stays.
    fn of(reason: String) -> Self {
        Self { reason, status: None, code: String::new(), again: false, wait: None }
    }

    /// The connection ended while the answer was read.
    fn broken(error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::TimedOut => "the answer did not come in time".to_owned(),
            kind => format!("the answer broke off ({kind})"),
        };
        Self { again: true, ..Self::of(reason) }
    }

    /// There was no answer. What the library says may hold the signed address.
    fn connection(error: &ureq::Error) -> Self {
        let reason = match error {
            ureq::Error::Timeout(_) => "the storage did not answer in time".to_owned(),
            ureq::Error::HostNotFound => "the host of the storage is not known".to_owned(),
            ureq::Error::Io(error) => format!("the connection failed: {}", error.kind()),
            ureq::Error::Tls(why) => format!("the connection is not safe: {why}"),
            ureq::Error::Rustls(why) => format!("the connection is not safe: {why}"),
            _ => "the connection failed".to_owned(),
        };
        let again = !matches!(error, ureq::Error::Tls(_) | ureq::Error::Rustls(_));
        Self { again, ..Self::of(reason) }
    }

    /// An answer that is an error.
    fn status(status: StatusCode, code: &str, wait: Option<Duration>) -> Self {
        let shown = if code.is_empty() { String::new() } else { format!(" {code}") };
        let again = matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502..=504) || code == "RequestTimeout";
        Self {
            status: Some(status),
            code: code.to_owned(),
            again,
            wait,
            ..Self::of(format!("the storage answered {}{shown}", status.as_u16()))
        }
    }

    fn check(response: &mut Response<Body>) -> Result<(), Self> {
        if response.status().is_success() {
            return Ok(());
        }
        let seconds = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let code = error_code(response);
        Err(Self::status(response.status(), &code, seconds.map(Duration::from_secs)))
    }

    fn advice(&self, is_anonymous: bool) -> &'static str {
        match &*self.code {
            "ExpiredToken" | "InvalidToken" | "TokenRefreshRequired" => {
                return "; the credentials have ended: get new ones";
            }
            "RequestTimeTooSkewed" => return "; set the clock of this machine",
            _ => {}
        }
        match self.status.map(|status| status.as_u16()) {
            Some(401 | 403) if is_anonymous => {
                "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, since the request was not signed"
            }
            Some(401 | 403) => {
                "; see that the credentials are right and may do this, and `s3:ListBucket`, without which nobody learns that \
                 an object is missing"
            }
            Some(301 | 307 | 308) => "; the bucket is elsewhere: set AWS_REGION, or AWS_ENDPOINT_URL",
            Some(400) => "; see that AWS_REGION is that of the bucket",
            Some(404) => "; see that the bucket is there, and that AWS_ENDPOINT_URL is its storage",
            Some(501) => "; it must know writes with a condition (`If-Match`)",
            _ if self.again => "; nothing is half-written, so try again later",
            _ => "",
        }
    }
}

fn tag(headers: &HeaderMap) -> String {
    headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned()
}

/// Returns the code of an error such as `AccessDenied`; empty without one. Everything else that it says is not shown, since
/// it may repeat what was sent.
fn error_code(response: &mut Response<Body>) -> String {
    let mut text = String::new();
    let _ = response.body_mut().as_reader().take(MAX_ERROR).read_to_string(&mut text);
    let code = text.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap_or_default();
    code.chars().filter(char::is_ascii_alphanumeric).take(60).collect()
}

/// Returns a number from 0 to 1.
fn random() -> f64 {
    let bits = std::collections::hash_map::RandomState::new().build_hasher().finish();
    f64::from((bits >> 32) as u32) / f64::from(u32::MAX)
}

/// Reads a time such as `2026-11-30T16:57:11.000Z`, in seconds since 1970 UTC.
fn iso_time(text: &str) -> Option<i64> {
    let (day, time) = text.split_once('T')?;
    Some(Day::parse(day)?.number() * 86_400 + seconds_of_day(time.get(..8)?)?)
}

/// Reads a time such as `Mon, 30 Nov 2026 16:57:11 GMT`, in seconds since 1970 UTC.
fn http_date(text: &str) -> Option<i64> {
    let mut parts = text.split(' ').skip(1);
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| name.starts_with(month) && month.len() == 3)? + 1;
    let day = Day::new(year.parse().ok()?, i64::try_from(month).ok()?, day.parse().ok()?)?;
    Some(day.number() * 86_400 + seconds_of_day(time)?)
}

fn seconds_of_day(time: &str) -> Option<i64> {
    let mut parts = time.split(':').map(|part| part.parse::<i64>().ok().filter(|part| (0..=60).contains(part)));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(hours * 3_600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_lists_and_headers_are_read() {
        assert_eq!(iso_time("2026-11-30T16:57:11.000Z"), http_date("Mon, 30 Nov 2026 16:57:11 GMT"));
        assert_eq!(http_date("Thu, 01 Jan 1970 00:01:40 GMT"), Some(100));
        assert_eq!([iso_time("yesterday"), http_date("Thu, 01 Foo 1970 00:01:40 GMT")], [None, None]);
    }

    #[test]
    fn plain_connections_need_an_endpoint_and_regions_a_name() {
        let address = Address::parse("s3://acme-portal").unwrap();
        let url = |endpoint: Option<&str>, region: &str| {
            let access =
                Access { endpoint: endpoint.map(str::to_owned), region: Some(region.to_owned()), ..Access::default() };
            Client::new(&address, access).map(|client| client.bucket.object_url("a b").to_string()).ok()
        };
        assert_eq!(url(None, "eu-west-1").as_deref(), Some("https://acme-portal.s3.eu-west-1.amazonaws.com/a%20b"));
        assert_eq!(url(Some("http://127.0.0.1:9"), "x").as_deref(), Some("http://127.0.0.1:9/acme-portal/a%20b"));
        assert_eq!([url(None, "x.evil.example/"), url(Some("file:///etc"), "x")], [None, None]);
    }
}
