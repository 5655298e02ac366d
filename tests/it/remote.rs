//! Packs and sites in storage: a small one that answers on loopback, and does wrong when asked to. `tests/remote/run` does the
//! same, and much that takes longer, with a larger imitation that others have written.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, MutexGuard};

use percent_encoding::percent_decode_str;
use playbill::pack::digest;
use tempfile::TempDir;

const SECRET: &str = "sEcReTsEcReT";
const TOKEN: &str = "tOkEnToKeN";
/// When everything in the storage was written, unless a test says otherwise.
const NOW: &str = "2099-01-01T00:00:00.000Z";

#[derive(Debug, Clone)]
struct Object {
    bytes: Vec<u8>,
    headers: BTreeMap<String, String>,
    modified: String,
}

impl Object {
    fn tag(&self) -> String {
        format!("\"{}\"", &digest(&self.bytes)[..32])
    }
}

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<String, Object>,
    /// Methods and keys, in order.
    requests: Vec<String>,
    /// What to answer next instead.
    faults: VecDeque<u16>,
    /// After so many more writes, nothing is allowed any more.
    writes_left: Option<usize>,
    /// Whether conditions of writes are ignored, as some storage does.
    knows_no_conditions: bool,
}

/// A storage with one bucket, `acme`.
#[derive(Clone)]
struct Storage {
    endpoint: String,
    inner: Arc<Mutex<Inner>>,
}

impl Storage {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let storage = Self { endpoint, inner: Arc::default() };
        let serving = storage.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(&stream));
            }
        });
        storage
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no test panics with it")
    }

    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|size| *size > 0)?;
            let mut words = line.split(' ').map(str::to_owned);
            let (method, target) = (words.next()?, words.next()?);
            let mut headers = BTreeMap::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).ok()?;
                let Some((name, value)) = line.trim_end().split_once(": ") else { break };
                headers.insert(name.to_lowercase(), value.to_owned());
            }
            let length = headers.get("content-length").map_or(0, |length| length.parse().expect("a length"));
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let (status, more, content) = self.answer(&method, &target, headers, body);
            let length = content.len();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{more}\r\n");
            let content = if method == "HEAD" { Vec::new() } else { content };
            (&mut &*stream).write_all(&[head.into_bytes(), content].concat()).ok()?;
        }
    }

    fn answer(
        &self,
        method: &str,
        target: &str,
        headers: BTreeMap<String, String>,
        body: Vec<u8>,
    ) -> (u16, String, Vec<u8>) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let decode = |text: &str| percent_decode_str(text).decode_utf8().expect("a text").into_owned();
        let mut inner = self.inner();
        let error = |status: u16, code: &str| {
            (status, String::new(), format!("<Error><Code>{code}</Code><Key>{SECRET}</Key></Error>").into_bytes())
        };
        if !query.contains("X-Amz-Signature=") {
            return error(403, "AccessDenied");
        }
        if let Some(status) = inner.faults.pop_front() {
            return error(status, "SlowDown");
        }
        let Some(key) = path.strip_prefix("/acme/").map(decode) else { return error(404, "NoSuchBucket") };
        if method != "PUT" {
            inner.requests.push(format!("{method} {key}"));
        }
        let found = inner.objects.get(&key).cloned();
        match method {
            "GET" if key.is_empty() => {
                let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).map(decode);
                let (prefix, after) = (value("prefix=").unwrap_or_default(), value("continuation-token="));
                // Two a page, so that there is more than one.
                let is_listed =
                    |key: &&String| key.starts_with(&prefix) && after.as_ref().is_none_or(|after| *key > after);
                let mut keys: Vec<String> = inner.objects.keys().filter(is_listed).take(3).cloned().collect();
                let next = (keys.len() == 3).then(|| keys.pop()).flatten().and_then(|_| keys.last().cloned());
                let mut text = format!(
                    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>{}</IsTruncated>",
                    next.is_some()
                );
                for key in keys {
                    let object = &inner.objects[&key];
                    let encoded = percent_encoding::utf8_percent_encode(&key, percent_encoding::NON_ALPHANUMERIC);
                    let _ = write!(
                        text,
                        "<Contents><Key>{encoded}</Key><Size>{}</Size><LastModified>{}</LastModified></Contents>",
                        object.bytes.len(),
                        object.modified
                    );
                }
                if let Some(next) = next {
                    text.extend(["<NextContinuationToken>", &next, "</NextContinuationToken>"]);
                }
                text += "<EncodingType>url</EncodingType></ListBucketResult>";
                (200, String::new(), text.into_bytes())
            }
            "GET" | "HEAD" => match found {
                None => error(404, "NoSuchKey"),
                Some(object) => {
                    let day = &object.modified;
                    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
                    let month = months[day[5..7].parse::<usize>().expect("a month") - 1];
                    let mut more = format!(
                        "etag: {}\r\nlast-modified: Mon, {} {month} {} {} GMT\r\n",
                        object.tag(),
                        &day[8..10],
                        &day[..4],
                        &day[11..19]
                    );
                    for (name, value) in object.headers.iter().filter(|(name, _)| name.starts_with("x-amz-meta-")) {
                        more.extend([&**name, ": ", &**value, "\r\n"]);
                    }
                    (200, more, object.bytes)
                }
            },
            "PUT" => {
                if inner.writes_left == Some(0) {
                    return error(403, "AccessDenied");
                }
                inner.writes_left = inner.writes_left.map(|left| left - 1);
                let wanted = headers.get("if-match");
                let holds = match (headers.get("if-none-match"), &found) {
                    (Some(_), Some(_)) => false,
                    _ => wanted.is_none_or(|wanted| found.as_ref().is_some_and(|object| object.tag() == *wanted)),
                };
                if !holds && !inner.knows_no_conditions {
                    return error(412, "PreconditionFailed");
                }
                inner.requests.push(format!("PUT {key}"));
                let object = Object { bytes: body, headers, modified: NOW.to_owned() };
                let tag = object.tag();
                inner.objects.insert(key, object);
                (200, format!("etag: {tag}\r\n"), Vec::new())
            }
            _ => {
                inner.objects.remove(&key);
                (204, String::new(), Vec::new())
            }
        }
    }

    /// Returns the keys of what was written since the last call.
    fn written(&self) -> Vec<String> {
        let requests = std::mem::take(&mut self.inner().requests);
        requests.iter().filter_map(|request| request.strip_prefix("PUT ").map(str::to_owned)).collect()
    }

    fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        let object = Object { bytes: bytes.into(), headers: BTreeMap::new(), modified: NOW.to_owned() };
        self.inner().objects.insert(key.to_owned(), object);
    }

    fn keys(&self, prefix: &str) -> Vec<String> {
        self.inner().objects.keys().filter_map(|key| key.strip_prefix(prefix).map(str::to_owned)).collect()
    }

    fn json(&self, key: &str) -> serde_json::Value {
        serde_json::from_slice(&self.inner().objects[key].bytes).expect("JSON")
    }

    /// Makes everything as old as the century.
    fn age(&self) {
        for object in self.inner().objects.values_mut() {
            object.modified = "2000-01-01T00:00:00.000Z".to_owned();
        }
    }
}

/// A folder to work in, and a storage.
struct Made {
    folder: TempDir,
    storage: Storage,
}

impl Made {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder"), storage: Storage::new() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_playbill"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.ends_with("_proxy")) {
            command.env_remove(name);
        }
        let output = command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("AWS_ENDPOINT_URL", &self.storage.endpoint)
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_SESSION_TOKEN", TOKEN)
            .env("PLAYBILL_CACHE", self.path("cache"))
            .env("SOURCE_DATE_EPOCH", "1735689600")
            .output()
            .expect("the program runs");
        let said = said(&output);
        assert!(!said.contains(SECRET) && !said.contains(TOKEN) && !said.contains("X-Amz-"), "{said}");
        output
    }

    #[track_caller]
    fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        said
    }

    /// Packs a repository with one component.
    fn pack(&self, slug: &str, sequence: i64, title: &str) -> String {
        let folder = format!("all/{slug}");
        let name = slug.replace('/', "-");
        self.write(
            &format!("{folder}/catalog-info.yaml"),
            &format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}, title: {title}}}\n\
                 spec: {{type: service, lifecycle: production, owner: shop}}\n"
            ),
        );
        let file = format!("{name}-{sequence}.tar.gz");
        let number = sequence.to_string();
        self.ends(0, &["pack", &folder, "-o", &file, "--slug", slug, "--sequence", &number, "--allow-errors", "-q"]);
        file
    }

    fn push(&self, slug: &str, sequence: i64, title: &str) -> String {
        let file = self.pack(slug, sequence, title);
        self.ends(0, &["push", &file, "--to", "s3://acme/store"])
    }

    fn site(&self, title: &str) {
        self.write("portal/docs/index.md", &format!("# {title}\n"));
        self.write(
            "portal/catalog-info.yaml",
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web, annotations: \
             {backstage.io/techdocs-ref: 'dir:.'}}\nspec: {type: service, lifecycle: production, owner: shop}\n",
        );
        self.ends(0, &["build", "portal", "-o", "site", "-q"]);
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let path = entry.path().strip_prefix(folder).expect("a path below").to_string_lossy().replace('\\', "/");
        (path, fs::read(entry.path()).expect("a file"))
    });
    files.filter(|(path, _)| !path.starts_with(".playbill-")).collect()
}

#[test]
fn push_uploads_once_and_the_higher_sequence_stays() {
    let made = Made::new();
    made.push("acme/web", 5, "One");
    assert_eq!(made.storage.written().len(), 2);
    assert!(made.push("acme/web", 5, "One").contains("nothing to push"));
    assert!(made.push("acme/web", 4, "Older").contains("a newer pack of acme/web is there, number 5"));
    assert!(made.storage.written().is_empty());
    made.push("acme/web", 6, "Newer");
    let pointer = made.storage.json("store/sources/acme/web.json");
    assert_eq!((pointer["sequence"].as_i64(), pointer["former"].as_array().map(Vec::len)), (Some(6), Some(1)));
    assert_eq!(made.storage.keys("store/packs/").len(), 2);
    // The pack is there before it is named.
    assert!(made.storage.written().last().is_some_and(|key| key == "store/sources/acme/web.json"));
    let bytes = fs::read(made.path("acme-web-6.tar.gz")).expect("the pack");
    assert_eq!(pointer["pack"].as_str(), Some(&*digest(&bytes)));
    // What somebody has damaged is whole again.
    made.storage.inner().objects.remove(&format!("store/packs/{}.tar.gz", digest(&bytes)));
    made.push("acme/web", 6, "Newer");
    assert_eq!(made.storage.keys("store/packs/").len(), 2);
}

#[test]
fn pushes_at_once_leave_the_highest_sequence() {
    let made = Made::new();
    let packs: Vec<String> =
        (1..=6).map(|sequence| made.pack("acme/web", sequence, &format!("Title {sequence}"))).collect();
    std::thread::scope(|scope| {
        for pack in &packs {
            scope.spawn(|| made.ends(0, &["push", pack, "--to", "s3://acme/store"]));
        }
    });
    assert_eq!(made.storage.json("store/sources/acme/web.json")["sequence"].as_i64(), Some(6));
}

#[test]
fn storage_without_conditions_is_named() {
    let made = Made::new();
    assert!(!made.push("acme/web", 1, "One").contains("warning"));
    made.storage.inner().knows_no_conditions = true;
    let said = made.push("acme/api", 1, "One");
    assert!(said.contains("warning: the storage of s3://acme/store/ writes without regard to conditions"), "{said}");
}

#[test]
fn requests_are_repeated_and_reported_without_secrets() {
    let made = Made::new();
    made.storage.inner().faults.extend([503, 500, 429]);
    made.push("acme/web", 1, "One");
    assert!(made.storage.inner().faults.is_empty());
    made.storage.inner().faults.extend([403; 9]);
    let said = made.ends(2, &["pull", "s3://acme/store", "-o", "packs"]);
    assert!(
        said.contains(
            "cannot list s3://acme/store/sources/: the storage answered 403 SlowDown; see that the credentials"
        ),
        "{said}"
    );
    made.storage.inner().faults.clear();
    let said = made.ends(2, &["push", "acme-web-1.tar.gz", "--to", "s3://other"]);
    assert!(said.contains("404 NoSuchBucket; see that the bucket is there"), "{said}");
    assert!(made.ends(2, &["push", "acme-web-1.tar.gz", "--to", "acme"]).contains("write it as `s3://BUCKET/PREFIX`"));
    assert!(made.ends(2, &["push", "portal", "--to", "s3://acme"]).contains("portal"));
    made.write("no.tar.gz", "no pack");
    assert!(made.ends(2, &["push", "no.tar.gz", "--to", "s3://acme"]).contains("is no pack to push"));
}

#[test]
fn pull_brings_what_is_whole_and_names_the_rest() {
    let made = Made::new();
    for slug in ["acme/web", "acme/api", "acme/spoiled", "acme/liar", "acme/gone"] {
        made.push(slug, 1, "One");
    }
    made.ends(0, &["pull", "s3://acme/store", "-o", "packs"]);
    let names = |made: &Made| below(&made.path("packs")).into_keys().collect::<Vec<_>>();
    let all = ["acme/api.tar.gz", "acme/gone.tar.gz", "acme/liar.tar.gz", "acme/spoiled.tar.gz", "acme/web.tar.gz"];
    assert_eq!(names(&made), all);
    made.ends(0, &["build", "--packs", "packs", "-o", "site", "--write-lock", "lock.json", "-q"]);
    made.storage.inner().requests.clear();
    assert!(made.ends(0, &["pull", "s3://acme/store", "-o", "packs"]).contains("0 new, 5 unchanged, 0 removed"));
    assert!(!made.storage.inner().requests.iter().any(|request| request.contains("/packs/")));
    // A newer pack of one, whose bytes are others; a pointer to the pack of somebody else; one that says nothing; one less.
    made.push("acme/spoiled", 2, "Two");
    let pack = made.storage.json("store/sources/acme/spoiled.json")["pack"].as_str().expect("a pack").to_owned();
    made.storage.put(&format!("store/packs/{pack}.tar.gz"), "something else");
    let of_web = made.storage.inner().objects["store/sources/acme/web.json"].bytes.clone();
    made.storage.put("store/sources/acme/liar.json", of_web);
    made.storage.put("store/sources/acme/none.json", "{}");
    made.storage.put("store/sources/../../x.json", "{}");
    made.storage.inner().objects.remove("store/sources/acme/gone.json");
    made.push("acme/api", 2, "Two");
    let before = below(&made.path("packs"));
    let said = made.ends(1, &["pull", "s3://acme/store", "-o", "packs"]);
    for part in [
        "error[source-broken]: the pack of `acme/spoiled` is left out: its SHA-256 is not the one in its name\n --> s3://acme/store/packs/",
        "the pack of `acme/liar` is left out: it is of `acme/web`",
        " --> s3://acme/store/sources/acme/none.json",
        "pulled 2 packs: 1 new, 1 unchanged, 1 removed, 3 left out",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let after = below(&made.path("packs"));
    assert_eq!(names(&made), ["acme/api.tar.gz", "acme/liar.tar.gz", "acme/spoiled.tar.gz", "acme/web.tar.gz"]);
    assert!(after["acme/spoiled.tar.gz"] == before["acme/spoiled.tar.gz"], "the older one stays");
    assert!(after["acme/api.tar.gz"] != before["acme/api.tar.gz"]);
    assert!(
        !fs::read_dir(made.path("packs"))
            .expect("it")
            .flatten()
            .any(|entry| { entry.file_name().to_string_lossy().starts_with(".playbill-tmp") })
    );
    // The build of before, from what it named.
    made.ends(0, &["pull", "s3://acme/store", "-o", "other", "--lock", "lock.json"]);
    assert!(below(&made.path("other"))["acme/api.tar.gz"] == before["acme/api.tar.gz"]);
    assert!(
        made.ends(2, &["pull", "s3://acme/wrong", "-o", "packs"]).contains("there are no packs at s3://acme/wrong/")
    );
    assert_eq!(names(&made).len(), 4);
}

#[test]
fn publish_uploads_what_has_changed_in_an_order_that_never_breaks_a_page() {
    let made = Made::new();
    made.site("One");
    made.ends(0, &["publish", "site", "--to", "s3://acme/www"]);
    let files = |made: &Made| {
        let objects = made.storage.inner().objects.clone();
        let files = objects.into_iter().filter_map(|(key, object)| {
            let path = key.strip_prefix("www/")?.to_owned();
            (!path.starts_with(".playbill/")).then_some((path, object.bytes))
        });
        files.collect::<BTreeMap<_, _>>()
    };
    assert!(files(&made) == below(&made.path("site")));
    let written: Vec<String> = made
        .storage
        .written()
        .into_iter()
        .filter(|key| !key.contains(".playbill"))
        .map(|key| key[4..].to_owned())
        .collect();
    let stage = |path: &String| match &**path {
        "index.html" | "search/index.json" | "search/search.js" | "llms.txt" | "api/portal.json.gz" => 3,
        path if path.starts_with("static/") => 0,
        path if path.ends_with(".html") => 2,
        _ => 1,
    };
    assert!(written.is_sorted_by_key(stage), "{written:?}");
    let header = |key: &str, name: &str| made.storage.inner().objects[key].headers[name].clone();
    let script = written.iter().find(|path| path.ends_with(".js")).expect("a script");
    assert_eq!(header(&format!("www/{script}"), "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header("www/index.html", "cache-control"), "public, max-age=60");
    assert_eq!(header("www/index.html", "content-type"), "text/html; charset=utf-8");
    let entity = "www/api/catalog/entities/by-name/component/default/web";
    assert_eq!(header(entity, "content-type"), "application/json; charset=utf-8");
    // Again: nothing.
    assert!(made.ends(0, &["publish", "site", "--to", "s3://acme/www"]).contains("nothing to publish"));
    assert!(made.storage.written().is_empty());
    // One page changes.
    made.site("Two");
    let would = made.ends(0, &["publish", "site", "--to", "s3://acme/www", "--dry-run", "-q"]);
    assert!(made.storage.written().is_empty());
    assert!(would.contains("/docs/default/component/web/\n"), "{would}");
    let said = made.ends(0, &["publish", "site", "--to", "s3://acme/www", "-q"]);
    assert_eq!(said, would);
    let written = made.storage.written().into_iter().filter(|key| !key.contains(".playbill")).count();
    assert_eq!(written, would.lines().count());
    assert!(written <= 20, "{would}");
    assert!(files(&made) == below(&made.path("site")));
}

#[test]
fn publish_goes_on_where_one_that_ended_early_has_ended() {
    let made = Made::new();
    made.site("One");
    made.ends(0, &["publish", "site", "--to", "s3://acme/www", "-q"]);
    let whole = made.storage.json("www/.playbill/published.json")["build"].clone();
    made.site("Two");
    let all = made.ends(0, &["publish", "site", "--to", "s3://acme/www", "--dry-run", "-q"]).lines().count();
    // The claim, the list, the claim with the build, and three files.
    made.storage.written();
    made.storage.inner().writes_left = Some(6);
    let said = made.ends(2, &["publish", "site", "--to", "s3://acme/www"]);
    assert!(said.contains("403 AccessDenied"), "{said}");
    let done = made.storage.written().iter().filter(|key| !key.contains(".playbill")).count();
    made.storage.inner().writes_left = None;
    let state = made.storage.json("www/.playbill/published.json");
    assert_eq!((&state["build"], state["unfinished"].as_array().map(Vec::len)), (&whole, Some(1)));
    made.storage.inner().requests.clear();
    let said = made.ends(0, &["publish", "site", "--to", "s3://acme/www", "--take-over"]);
    let rest = made.storage.written().iter().filter(|key| !key.contains(".playbill")).count();
    assert!(done > 0 && rest + 3 == all && rest + done >= all, "{done} + {rest} of {all}: {said}");
    let state = made.storage.json("www/.playbill/published.json");
    assert!(state["build"] != whole && state.get("unfinished").is_none() && state.get("claim").is_none(), "{state}");
    for (path, bytes) in below(&made.path("site")) {
        assert!(made.storage.inner().objects[&format!("www/{path}")].bytes == bytes, "{path}");
    }
}

#[test]
fn publish_keeps_the_site_with_the_higher_number() {
    let made = Made::new();
    made.site("Two");
    made.ends(0, &["publish", "site", "--to", "s3://acme/www", "--sequence", "8", "-q"]);
    made.site("One");
    made.storage.written();
    let said = made.ends(0, &["publish", "site", "--to", "s3://acme/www", "--sequence", "7"]);
    assert!(said.contains("number 8 is there") && made.storage.written().is_empty(), "{said}");
    let said = made.ends(2, &["publish", "portal", "--to", "s3://acme/www"]);
    assert!(said.contains("`portal` is no site; make one with `playbill build -o portal`"), "{said}");
}

#[test]
fn gc_removes_what_nobody_names_any_more_and_nothing_else() {
    let made = Made::new();
    made.push("acme/web", 1, "One");
    made.push("acme/web", 2, "Two");
    made.site("One");
    made.write("site/own.txt", "no build wrote this");
    made.ends(0, &["publish", "site", "--to", "s3://acme/www", "-q"]);
    fs::remove_dir_all(made.path("portal/docs")).expect("the documents");
    made.write(
        "portal/catalog-info.yaml",
        "{apiVersion: backstage.io/v1alpha1, kind: Group, metadata: {name: shop}, spec: {type: team, children: []}}\n",
    );
    made.ends(0, &["build", "portal", "-o", "site", "-q"]);
    made.ends(0, &["publish", "site", "--to", "s3://acme/www", "-q"]);
    made.storage.put("www/foreign.html", "somebody else's");
    let all = made.storage.keys("");
    // Too young, or needed until just now.
    for _ in 0..2 {
        made.ends(0, &["gc", "s3://acme/store", "-q"]);
        made.ends(0, &["gc", "s3://acme/www", "-q"]);
        assert_eq!(made.storage.keys(""), all);
        made.storage.age();
    }
    // Needed long ago.
    let mut pointer = made.storage.json("store/sources/acme/web.json");
    let former = pointer["former"][0]["pack"].as_str().expect("a pack").to_owned();
    pointer["former"][0]["until"] = 1.into();
    made.storage.put("store/sources/acme/web.json", pointer.to_string());
    let mut state = made.storage.json("www/.playbill/published.json");
    state["former"][0]["until"] = 1.into();
    made.storage.put("www/.playbill/published.json", state.to_string());
    made.write("lock.json", &serde_json::json!({"format": 1, "packs": {"acme/web": {"sha256": former}}}).to_string());
    let would = made.ends(0, &["gc", "s3://acme/store", "--dry-run", "--lock", "lock.json"]);
    assert!(would.contains("0 packs of 2 would be removed"), "{would}");
    let would = made.ends(0, &["gc", "s3://acme/store", "--dry-run"]);
    assert!(would.contains(&format!("s3://acme/store/packs/{former}.tar.gz\n")), "{would}");
    let would = made.ends(0, &["gc", "s3://acme/www", "--dry-run"]);
    assert!(would.contains("s3://acme/www/docs/default/component/web/index.html\n"), "{would}");
    assert_eq!(made.storage.keys(""), all);
    made.ends(0, &["gc", "s3://acme/store"]);
    made.ends(0, &["gc", "s3://acme/www"]);
    assert_eq!(made.storage.keys("store/packs/").len(), 1);
    assert!(!made.storage.keys("store/packs/").contains(&format!("{former}.tar.gz")));
    assert!(!below(&made.path("site")).contains_key("docs/default/component/web/index.html"));
    let site: BTreeMap<String, Vec<u8>> = below(&made.path("site"));
    let mut expected: Vec<String> = site.into_keys().filter(|path| path != "own.txt").collect();
    expected.push("foreign.html".to_owned());
    expected.sort();
    let left: Vec<String> =
        made.storage.keys("www/").into_iter().filter(|path| !path.starts_with(".playbill/")).collect();
    assert_eq!(left, expected);
    assert_eq!(made.storage.keys("www/.playbill/builds/").len(), 1);
    // A pointer that is not understood keeps every pack.
    made.storage.put("store/sources/acme/later.json", r#"{"format":2}"#);
    let said = made.ends(2, &["gc", "s3://acme/store"]);
    assert!(said.contains("it is of format 2, which a later version of Playbill writes; update Playbill"), "{said}");
}
