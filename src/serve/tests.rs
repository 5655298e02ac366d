#![expect(clippy::disallowed_methods, reason = "the tests change files that the server watches")]

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use super::*;

#[derive(Debug)]
struct Memory(BTreeMap<String, Arc<[u8]>>);

impl Files for Memory {
    fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn get(&self, path: &str) -> Result<Option<Arc<[u8]>>, String> {
        let file = self.0.get(path).cloned();
        assert_ne!(file.as_deref(), Some(&b"PANIC WHEN ASKED"[..]), "asked to");
        if file.as_deref() == Some(b"FAIL WHEN ASKED") { Err("asked to fail later".to_owned()) } else { Ok(file) }
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn try_template(&self, request: &[u8]) -> Option<String> {
        Some(String::from_utf8_lossy(request).into_owned()).filter(|request| request != "none")
    }

    fn assets(&self) -> u64 {
        let styles = self.0.iter().filter(|(path, _)| path.ends_with(".css"));
        styles.fold(0, |hash, (_, bytes)| hash ^ xxhash_rust::xxh3::xxh3_64(bytes))
    }
}

/// A server of the site that the files of a folder make, one page a file.
struct Watched {
    folder: tempfile::TempDir,
    server: Option<Server>,
    events: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    fn start(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
            fs::write(folder.path().join(path), text).unwrap();
        }
        let root = folder.path().canonicalize().unwrap();
        let inputs = Inputs { watch: vec![root.clone()], ignore: vec![root.join("out")], refs: Vec::new() };
        let build = move |_: &ChangeSet| {
            let (mut files, mut problems) = (BTreeMap::new(), Vec::new());
            for entry in walkdir::WalkDir::new(&root).into_iter().filter_map(Result::ok) {
                if !entry.file_type().is_file() {
                    continue;
                }
                let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                let text = fs::read(entry.path()).unwrap_or_default();
                assert_ne!(text, b"PANIC", "asked to");
                if text == b"FAIL" {
                    return Err(format!("{path}:1:1: asked to <fail>"));
                }
                if text.starts_with(b"WARN") {
                    problems.push(Problem { severity: Severity::Warning, text: format!("{path} </script>\n is odd") });
                }
                files.insert(path, text.into());
            }
            let warnings = problems.len();
            Ok(BuiltSite { files: Arc::new(Memory(files)), problems, errors: 0, warnings, inputs: Inputs::default() })
        };
        let events: Arc<Mutex<Vec<String>>> = Arc::default();
        let told = Arc::clone(&events);
        let tell = move |event: Event<'_>| told.lock().push(format!("{event:?}"));
        let options = ServeOptions {
            address: "127.0.0.1:0".parse().unwrap(),
            next_port: false,
            hosts: vec!["preview.example.org".to_owned()],
            open: false,
            inputs,
        };
        let server = Server::start(&options, Arc::new(build), Arc::new(tell)).unwrap();
        Self { folder, server: Some(server), events }
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.folder.path().join(path), text).unwrap();
    }

    fn connect(&self, request: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.server.as_ref().unwrap().address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        BufReader::new(stream)
    }

    /// Sends a request and returns status, head and body.
    fn ask(&self, method: &str, path: &str, headers: &str) -> (u16, String, String) {
        let host = if headers.to_ascii_lowercase().contains("host:") { "" } else { "Host: localhost\r\n" };
        let request = format!("{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n{headers}\r\n");
        let text = answer(self.connect(&request), Duration::from_secs(60)).expect("the answer ends");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), head.to_ascii_lowercase(), body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String, String) {
        self.ask("GET", path, "")
    }

    /// Opens the stream of events of a page.
    fn listen(&self, page: &str) -> Stream {
        let request = format!("GET /_playbill/events?path={page} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let stream = self.connect(&request);
        stream.get_ref().set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Stream(stream)
    }
}

/// Reads until the other side closes. `None` if it does not in time: a stream that shows now and then that it is alive
/// never does.
fn answer(mut stream: BufReader<TcpStream>, limit: Duration) -> Option<String> {
    let (start, mut bytes, mut part) = (std::time::Instant::now(), Vec::new(), [0; 4096]);
    stream.get_ref().set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    while start.elapsed() < limit {
        match stream.read(&mut part) {
            Ok(0) => return Some(String::from_utf8(bytes).unwrap()),
            Ok(length) => bytes.extend_from_slice(&part[..length]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => return None,
        }
    }
    None
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }
}

struct Stream(BufReader<TcpStream>);

impl Stream {
    fn next(&mut self) -> serde_json::Value {
        let (start, mut line) = (std::time::Instant::now(), String::new());
        loop {
            // The stream shows now and then that it is alive, so reading alone would wait for ever.
            assert!(start.elapsed() < Duration::from_secs(60), "no event comes");
            line.clear();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the stream ended");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }

    /// Returns the next event that `is` accepts: a change on disk may be noticed in more than one step.
    fn until(&mut self, is: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        loop {
            let event = self.next();
            if is(&event) {
                return event;
            }
        }
    }
}

const PAGE: &str = "<html><body><p>hello</p></BODY></html>";

#[test]
fn addresses_with_capitals_lead_to_the_page() {
    let watched = Watched::start(&[
        ("catalog/default/component/pilot/index.html", "pilot"),
        ("catalog/default/component/-con/index.html", "con"),
        ("docs/default/component/pilot/guide/Rope/index.html", "rope"),
        ("tag/java/index.html", "java"),
    ]);
    let check = |path: &str, expect: &str| {
        let (status, head, _) = watched.get(path);
        // Heads are in lower case here.
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or("");
        assert_eq!((status, location), (308, &*expect.to_ascii_lowercase()), "{path}");
    };
    check("/docs/default/Component/Pilot/guide/Rope/", "/docs/default/component/pilot/guide/Rope/");
    check("/docs/default/Component/Pilot/guide/Rope?q=A%20b", "/docs/default/component/pilot/guide/Rope/?q=A%20b");
    check("/Catalog/Default/Component/Pilot", "/catalog/default/component/pilot/");
    // Problems of an unknown document's page are reported at the address of the entity.
    check("/docs/default/Component/Pilot/gone", "/docs/default/component/pilot/gone");
    check("/catalog/default/component/con/", "/catalog/default/component/-con/");
    check("/tag/Java/", "/tag/java/");
    for unknown in
        ["/docs/default/Component/Nobody/", "//CATALOG/default/component/pilot/", "/docs/default/component/pilot/gone"]
    {
        assert_eq!(watched.get(unknown).0, 404, "{unknown}");
    }
}

#[test]
fn pages_files_and_folders_are_answered() {
    let server = Watched::start(&[
        ("index.html", PAGE),
        ("docs/a b/index.html", "no end"),
        ("app.css", "p{}"),
        ("data.json", "{}"),
        ("blob", "x"),
        ("404.html", "<body>gone</body>"),
    ]);
    let (status, head, body) = server.get("/");
    assert_eq!(status, 200);
    assert_eq!(body, "<html><body><p>hello</p><script src=\"_playbill/live.js\" defer></script></BODY></html>");
    for line in [
        "content-type: text/html; charset=utf-8",
        "cache-control: no-cache",
        "x-content-type-options: nosniff",
        "content-security-policy: default-src 'self';",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert_eq!(server.get("/docs/a%20b/").2, "no end<script src=\"../../_playbill/live.js\" defer></script>");
    let (status, head, _) = server.get("/docs/a%20b?q=1");
    assert_eq!(status, 307);
    assert!(head.contains("location: /docs/a%20b/?q=1\r\n"), "{head}");
    assert_eq!(server.get("/app.css").2, "p{}");
    assert!(server.get("/app.css").1.contains("content-type: text/css"));
    assert!(server.get("/data.json").1.contains("content-type: application/json"));
    assert!(server.get("/blob").1.contains("content-type: application/octet-stream"));
    assert!(server.get("/_playbill/live.js").2.contains("EventSource"));
    let (status, _, body) = server.get("/nope/");
    assert_eq!((status, body.contains("gone")), (404, true));
    for path in [
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "//app.css",
        "/docs//a%20b",
        "/docs/a%20b//",
        "/%ff",
        "/%",
        "//docs/a%20b",
        "/app.css/",
        "//",
    ] {
        assert_eq!(server.get(path).0, 404, "{path}");
    }
}

#[test]
fn an_unchanged_file_is_not_sent_again() {
    let server = Watched::start(&[("index.html", PAGE)]);
    let (_, head, _) = server.get("/");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let (status, _, body) = server.ask("GET", "/", &format!("If-None-Match: \"x\", W/{tag}\r\n"));
    assert_eq!((status, body.as_str()), (304, ""));
    let (status, head, body) = server.ask("HEAD", "/", "");
    assert_eq!((status, body.as_str()), (200, ""));
    assert!(head.contains("content-length: "), "{head}");
}

#[test]
fn other_hosts_and_methods_are_refused() {
    let server = Watched::start(&[("index.html", PAGE)]);
    for host in ["localhost", "LOCALHOST:3000", "Preview.Example.org:443", "127.0.0.1:1", "[::1]:3000", "[::1]"] {
        assert_eq!(server.ask("GET", "/", &format!("Host: {host}\r\n")).0, 200, "{host}");
    }
    for host in ["example.com", "localhost.example.com", "10.0.0.1", "", "localhost:x", "user@localhost", "[::2]"] {
        for path in ["/", "/_playbill/events"] {
            assert_eq!(server.ask("GET", path, &format!("Host: {host}\r\n")).0, 403, "{host}");
        }
    }
    assert_eq!(server.ask("GET", "/", "Host: localhost\r\nHost: example.com\r\n").0, 403);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let (status, head, _) = server.ask(method, "/", "");
        assert_eq!(status, 405);
        assert!(head.contains("allow: get, head"), "{head}");
    }
}

#[test]
fn only_a_page_of_the_server_runs_templates() {
    let server = Watched::start(&[("index.html", PAGE)]);
    let ask = |headers: &str, body: &str| {
        let headers = format!("{headers}Content-Length: {}\r\n", body.len());
        let request =
            format!("POST /_playbill/new HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n{headers}\r\n{body}");
        let text = answer(server.connect(&request), Duration::from_secs(60)).expect("the answer ends");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse::<u16>().unwrap(), body.to_owned())
    };
    let own = "Origin: http://localhost:3000\r\nContent-Type: application/json\r\n";
    assert_eq!(ask(own, "{\"template\": 1}"), (200, "{\"template\": 1}".to_owned()));
    assert_eq!(ask(own, "none").0, 404);
    for headers in [
        "",
        "Content-Type: application/json\r\n",
        "Origin: http://localhost:3000\r\n",
        "Origin: http://localhost:3000\r\nContent-Type: text/plain\r\n",
        "Origin: http://localhost:3001\r\nContent-Type: application/json\r\n",
        "Origin: http://evil.example\r\nContent-Type: application/json\r\n",
        "Origin: null\r\nContent-Type: application/json\r\n",
    ] {
        assert_eq!(ask(headers, "{}").0, 403, "{headers}");
    }
}

#[test]
fn a_stream_that_never_ends_is_no_answer() {
    let server = Watched::start(&[("index.html", PAGE)]);
    let request = "GET /_playbill/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert_eq!(answer(server.connect(request), Duration::from_millis(500)), None);
}

#[test]
fn a_request_that_does_not_say_what_it_wants_is_given_up() {
    let server = Watched::start(&[("index.html", PAGE)]);
    let slow = answer(server.connect("GET / HTTP/1.1\r\nHost: local"), Duration::from_secs(60));
    assert!(slow.is_some_and(|text| !text.contains("200 OK")));
    assert_eq!(server.get("/").0, 200);
}

#[test]
fn a_change_is_told_to_the_pages_it_concerns() {
    let server = Watched::start(&[("index.html", PAGE), ("other/index.html", "WARN"), ("app.css", "")]);
    let (mut index, mut other) = (server.listen("/"), server.listen("%2Fother%2F"));
    let (first, second) =
        (index.until(|event| event["page"].is_string()), other.until(|event| event["page"].is_string()));
    assert_eq!(first["warnings"], 1);
    assert_eq!(first["problems"][0]["text"], "other/index.html </script>\n is odd");
    server.write("index.html", "<body>changed</body>");
    let changed = index.until(|event| event["page"] != first["page"]);
    assert_eq!(changed["assets"], first["assets"]);
    assert_eq!(other.next()["page"], second["page"], "that page is as before");
    assert!(server.get("/").2.contains("changed"));
    server.write("app.css", "p{}");
    index.until(|event| event["assets"] != first["assets"]);
}

#[test]
fn a_failed_build_leaves_the_last_site() {
    let server = Watched::start(&[("index.html", PAGE), ("x.txt", "")]);
    let mut stream = server.listen("/");
    stream.until(|event| event["page"].is_string());
    server.write("x.txt", "FAIL");
    let event = stream.until(|event| event["failure"].is_string());
    assert_eq!(event["failure"], "x.txt:1:1: asked to <fail>");
    assert!(server.get("/").2.contains("hello"));
    server.write("x.txt", "PANIC");
    let event = stream.until(|event| event["failure"].as_str().is_some_and(|failure| failure.contains("bug")));
    assert!(event["failure"].as_str().unwrap().contains("asked to"), "{event}");
    server.write("x.txt", "fine");
    stream.until(|event| event["failure"].is_null());
    let events = server.events.lock();
    assert!(events[0].starts_with("Listening"), "{events:?}");
    assert!(events.iter().any(|event| event.starts_with("Failed")), "{events:?}");
}

#[test]
fn a_page_that_cannot_be_made_fails_alone() {
    let server = Watched::start(&[
        ("index.html", PAGE),
        ("a/index.html", "FAIL WHEN ASKED"),
        ("b/index.html", "PANIC WHEN ASKED"),
    ]);
    let mut fine = server.listen("/");
    assert!(fine.until(|event| event["page"].is_string())["failure"].is_null());
    for (path, why) in [("/a/", "asked to fail later"), ("/b/", "Playbill has a bug")] {
        let (status, _, body) = server.get(path);
        assert_eq!(status, 500, "{path}");
        assert!(body.contains("data-playbill-failure"), "{body}");
        let mut stream = server.listen(path);
        let event = stream.until(|event| event["failure"].is_string());
        assert!(event["failure"].as_str().unwrap().contains(why), "{event}");
    }
    assert_eq!(server.get("/").0, 200);
    // Once fixed, it comes by itself.
    let mut stream = server.listen("/a/");
    stream.until(|event| event["failure"].is_string());
    server.write("a/index.html", PAGE);
    stream.until(|event| event["page"].is_string() && event["failure"].is_null());
}

#[test]
fn new_folders_are_watched_too() {
    let server = Watched::start(&[("index.html", PAGE), (".gitignore", "tmp\n"), ("tmp/x.css", ""), ("out/x.css", "")]);
    let mut stream = server.listen("/");
    let first = stream.until(|event| event["page"].is_string());
    let folder = server.folder.path();
    for name in ["a/b", "a/b"] {
        fs::create_dir_all(folder.join(name)).unwrap();
        server.write("a/b/new.css", "x");
        let with = stream.until(|event| event["assets"] != first["assets"]);
        server.write("a/b/new.css", "y");
        stream.until(|event| event["assets"] != with["assets"]);
        // A folder of the same name is another folder.
        fs::remove_dir_all(folder.join("a")).unwrap();
        stream.until(|event| event["assets"] == first["assets"]);
    }
}

#[test]
fn a_root_that_comes_back_is_noticed() {
    let server = Watched::start(&[("index.html", PAGE)]);
    let mut stream = server.listen("/");
    stream.until(|event| event["page"].is_string());
    let (root, aside) = (server.folder.path().to_owned(), server.folder.path().with_extension("aside"));
    fs::rename(&root, &aside).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    fs::write(aside.join("index.html"), "<body>back</body>").unwrap();
    fs::rename(&aside, &root).unwrap();
    let start = std::time::Instant::now();
    while !server.get("/").2.contains("back") {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn without_any_site_there_is_a_page_that_waits() {
    let server = Watched::start(&[("index.html", "FAIL")]);
    let (status, _, body) = server.get("/catalog/");
    assert_eq!(status, 500);
    assert!(body.contains("data-playbill-failure") && body.contains("live.js"), "{body}");
    let mut stream = server.listen("/");
    server.write("index.html", PAGE);
    stream.until(|event| event["failure"].is_null());
    assert_eq!(server.get("/").0, 200);
}

#[test]
fn a_taken_port_is_named_with_a_free_one() {
    let server = Watched::start(&[]);
    let address = server.server.as_ref().unwrap().address();
    let options = ServeOptions { address, next_port: false, hosts: Vec::new(), open: false, inputs: Inputs::default() };
    let error = Server::start(&options, Arc::new(|_: &ChangeSet| Err(String::new())), Arc::new(|_| {})).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with(&format!("port {} is taken; port ", address.port())), "{message}");
    assert!(message.contains("is free: add `--port "), "{message}");
    let options = ServeOptions { next_port: true, ..options };
    let next = Server::start(&options, Arc::new(|_: &ChangeSet| Err(String::new())), Arc::new(|_| {})).unwrap();
    assert!(next.address().port() > address.port());
    next.stop();
}
