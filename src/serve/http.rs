//! Requests and answers.

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tokio::sync::watch;
use xxhash_rust::xxh3::xxh3_64;

use super::state::{Found, State, find, moved};
use crate::html::Html;
use crate::media_type;

const SCRIPT: &str = include_str!("live.js");
/// Pages bring no script or style of their own, and nothing is sent anywhere. Pictures may come from elsewhere, since
/// documents have badges.
const POLICY: &str = "default-src 'self'; img-src 'self' data: https:; media-src 'self' https:; frame-src 'self' https:; \
                      object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";
/// How often a quiet stream of events shows that it is alive, so that both sides notice when the other is gone.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// How long a request may take to say what it wants: who says it byte by byte would hold the connection for ever.
const HEADERS: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 10 });
/// How large the values of a template may be.
const MAX_REQUEST: usize = 1 << 20;
/// How long to wait after a connection that could not be taken.
const RETRY: Duration = Duration::from_millis(50);

type States = watch::Receiver<Option<Arc<State>>>;

/// Answers requests until the runtime ends.
pub(super) async fn serve(listener: TcpListener, states: States, address: SocketAddr, hosts: Vec<String>) {
    let hosts: Arc<[String]> = hosts.into();
    let answer = move |request: Request| answer(request, states.clone(), address, Arc::clone(&hosts));
    let service = TowerToHyperService::new(Router::new().fallback(answer));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // The other side may be gone already, or there are too many connections at the moment.
            Err(_) => {
                tokio::time::sleep(RETRY).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(HEADERS);
        tokio::spawn(server.serve_connection(TokioIo::new(stream), service.clone()));
    }
}

/// Returns an address as it is in a URL.
pub(super) fn name_of(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

async fn answer(request: Request, mut states: States, address: SocketAddr, hosts: Arc<[String]>) -> Response {
    if !is_allowed(request.headers(), address.ip(), &hosts) {
        return plain(
            StatusCode::FORBIDDEN,
            "This host name is not served: use localhost, or name it with --allow-host.\n",
        );
    }
    if request.method() == Method::POST && request.uri().path() == "/_playbill/new" {
        return try_template(request, states).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.\n");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let uri = request.uri();
    match uri.path() {
        "/_playbill/live.js" => return file(request.headers(), StatusCode::OK, "live.js", SCRIPT.into()),
        "/_playbill/events" => return events(states, page_of(uri.query().unwrap_or(""))),
        _ => {}
    }
    // The first build may still be running.
    let state = match states.wait_for(Option::is_some).await {
        Ok(state) => state.clone(),
        Err(_) => None,
    };
    let Some(state) = state else { return plain(StatusCode::SERVICE_UNAVAILABLE, "The server is ending.\n") };
    let Some(site) = &state.site else {
        return page(request.headers(), StatusCode::INTERNAL_SERVER_ERROR, failure_page(uri.path()));
    };
    let path = decode(uri.path());
    let found = path.as_deref().map_or(Found::Nothing, |path| find(&site.built, path));
    match found {
        // Making a file may take its time, which must not hold up other requests.
        Found::File(path) => match tokio::task::block_in_place(|| site.get(&path)) {
            Ok(Some(bytes)) if is_page(&path) => {
                page(request.headers(), StatusCode::OK, with_script(&bytes, uri.path()))
            }
            Ok(Some(bytes)) => file(request.headers(), StatusCode::OK, &path, Bytes::from_owner(bytes)),
            Ok(None) => plain(StatusCode::NOT_FOUND, "Not found.\n"),
            Err(_) => page(request.headers(), StatusCode::INTERNAL_SERVER_ERROR, failure_page(uri.path())),
        },
        // A path with two slashes in front would be taken for another host.
        Found::Folder if !uri.path().starts_with("//") => {
            redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{}/", uri.path()), uri.query())
        }
        Found::Nothing if let Some(to) = path.as_deref().and_then(|path| moved(&site.built, path)) => {
            redirect(StatusCode::PERMANENT_REDIRECT, &to, uri.query())
        }
        Found::Folder | Found::Nothing => match site.get("404.html") {
            Ok(Some(bytes)) => page(request.headers(), StatusCode::NOT_FOUND, with_script(&bytes, uri.path())),
            _ => plain(StatusCode::NOT_FOUND, "Not found.\n"),
        },
    }
}

/// Runs a template dry. Only a page of this server may ask for that: it costs time, and the answer reveals files.
async fn try_template(request: Request, mut states: States) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own = text(header::HOST).zip(text(header::ORIGIN)).is_some_and(|(host, origin)| {
        origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host)
    });
    if !own || text(header::CONTENT_TYPE) != Some("application/json") {
        return plain(StatusCode::FORBIDDEN, "Only a page of this server may ask for that.\n");
    }
    let Ok(body) = axum::body::to_bytes(request.into_body(), MAX_REQUEST).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "These are too many values.\n");
    };
    let site = match states.wait_for(Option::is_some).await {
        Ok(state) => state.as_ref().and_then(|state| state.site.clone()),
        Err(_) => None,
    };
    let report = tokio::task::block_in_place(|| site.and_then(|site| site.try_template(&body)));
    match report {
        Some(report) => file(&HeaderMap::new(), StatusCode::OK, "report.json", report.into()),
        None => plain(StatusCode::NOT_FOUND, "There is no such template.\n"),
    }
}

/// Returns the answer that leads to another path, with the same query.
fn redirect(status: StatusCode, to: &str, query: Option<&str>) -> Response {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = plain(status, "");
    match HeaderValue::from_str(&format!("{to}{query}")) {
        Ok(to) => _ = response.headers_mut().insert(header::LOCATION, to),
        Err(_) => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    response
}

/// Returns whether the request is for this server under one of its own names.
///
/// A web page elsewhere can point a name of its own at this address, and would then be allowed to read the answers.
fn is_allowed(headers: &HeaderMap, bound: IpAddr, named: &[String]) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let ip = match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(name) => name.parse().ok().map(IpAddr::V6),
        None => name.parse().ok().map(IpAddr::V4),
    };
    // Who listens at all addresses wants to be reached; a number cannot be made to lead here by others.
    let by_number = ip.is_some_and(|ip| ip.is_loopback() || ip == bound || bound.is_unspecified());
    by_number || name.eq_ignore_ascii_case("localhost") || named.iter().any(|host| name.eq_ignore_ascii_case(host))
}

/// Returns the answer with a page, which may be outdated the next moment.
fn page(headers: &HeaderMap, status: StatusCode, body: Bytes) -> Response {
    file(headers, status, "index.html", body)
}

fn file(headers: &HeaderMap, status: StatusCode, path: &str, body: Bytes) -> Response {
    let tag = format!("\"{:016x}\"", xxh3_64(&body));
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = status == StatusCode::OK
        && known.flat_map(|list| list.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut response = if is_known {
        with_status(StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        with_status(status, Body::from(body))
    };
    let set = response.headers_mut();
    if !is_known {
        set.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type::of(path)));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set.insert(header::ETAG, tag);
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = with_status(status, Body::from(text));
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// Makes an answer with the headers that all of them have.
fn with_status(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let set = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        set.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Puts the script that reloads at the end of the page at `path`; relative, since a proxy may show the site below a path.
fn with_script(page: &[u8], path: &str) -> Bytes {
    let up = "../".repeat(path.bytes().filter(|byte| *byte == b'/').count().saturating_sub(1));
    let mut tag = Html::new();
    tag.start("script").attribute("src", &format!("{up}_playbill/live.js")).flag("defer");
    tag.end("script");
    let tag = tag.into_string();
    const END: &[u8] = b"</body>";
    let at = page.windows(END.len()).rposition(|window| window.eq_ignore_ascii_case(END)).unwrap_or(page.len());
    [&page[..at], tag.as_bytes(), &page[at..]].concat().into()
}

/// Returns the page that is shown while there has been no site yet; the script shows the reason and waits.
fn failure_page(path: &str) -> Bytes {
    let page = "<!doctype html>\n<html lang=\"en\" data-playbill-failure>\n<meta charset=\"utf-8\">\n\
                <title>The site cannot be built</title>\n<body>\n<h1>The site cannot be built</h1>\n</body>\n</html>\n";
    with_script(page.as_bytes(), path)
}

/// Answers with a stream of events about each build for the page at `path`.
fn events(states: States, path: String) -> Response {
    let stream = stream::unfold((states, false), move |(mut states, waits)| {
        let path = path.clone();
        async move {
            if waits {
                states.changed().await.ok()?;
            }
            let state = states.borrow_and_update().clone();
            // JSON of this kind has no line ends, which would divide the event.
            let message = |state: Arc<State>| tokio::task::block_in_place(|| state.message(&path));
            let event = match state {
                Some(state) => Event::default().data(message(state)),
                None => Event::default().comment("waiting"),
            };
            Some((Ok::<_, Infallible>(event), (states, true)))
        }
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("alive"));
    let mut response = with_status(StatusCode::OK, stream.into_response().into_body());
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // A proxy that collects answers would keep them.
    set.insert(header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Reads `path=` of a query.
fn page_of(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let path = { pairs }.find(|(name, _)| name == "path").map(|(_, path)| path.into_owned()).unwrap_or_default();
    decode(&path).unwrap_or_default()
}

/// Decodes `%XX`; `None` if the result is no text.
fn decode(path: &str) -> Option<String> {
    percent_decode_str(path).decode_utf8().ok().map(Cow::into_owned)
}

fn is_page(path: &str) -> bool {
    path.ends_with(".html")
}
