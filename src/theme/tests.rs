use super::*;

fn theme_of(files: &[(&str, &str)]) -> Result<Theme, Error> {
    let overrides = files
        .iter()
        .enumerate()
        .map(|(index, (name, text))| {
            ((*name).to_owned(), Override { file: FileId::new(index), bytes: Arc::from(text.as_bytes()) })
        })
        .collect();
    compile(&Config::default(), overrides, Purpose::Portal)
}

fn problem_of(files: &[(&str, &str)]) -> (String, std::ops::Range<usize>) {
    match theme_of(files) {
        Err(Error::Config(problems)) => (problems[0].message.clone(), problems[0].span().range()),
        other => panic!("expected a configuration error, got {other:?}"),
    }
}

#[derive(Serialize)]
struct Empty {
    root: &'static str,
}

#[test]
fn the_built_in_theme_compiles() {
    let theme = theme_of(&[]).unwrap();
    assert!(theme.asset_url("app.css").is_some());
}

#[test]
fn a_file_of_the_user_replaces_the_built_in_one() {
    let theme =
        theme_of(&[("templates/own.html", "<{{ asset(name=\"app.css\") }}>"), ("static/app.css", "a{}")]).unwrap();
    let url = theme.asset_url("app.css").unwrap().to_owned();
    assert_eq!(theme.render("own.html", &Empty { root: "../" }).unwrap(), format!("<../{url}>"));
    let sheet = theme.assets().iter().find(|asset| asset.name == "app.css").unwrap();
    assert_eq!(*sheet.bytes, *b"a{}");
}

#[test]
fn a_broken_template_is_an_error_with_its_place() {
    let (message, range) = problem_of(&[("templates/own.html", "fine\n  {{ nope( }}")]);
    assert!(message.starts_with("the template cannot be used: "), "{message}");
    assert!(range.start >= 7, "{range:?}");
    let (message, range) = problem_of(&[("templates/own.html", "ä\n{{ x | nope }}")]);
    assert_eq!(message, "the template cannot be used: unknown filter `nope`");
    assert!(range.start >= 6, "{range:?}");
    let (message, _) = problem_of(&[("templates/own.html", "{% extends \"nope.html\" %}")]);
    assert_eq!(message, "the template cannot be used: it extends `nope.html`, which does not exist");
}

#[test]
fn an_unknown_file_or_field_is_an_error_that_names_it() {
    let theme = theme_of(&[("templates/a.html", "{{ asset(name=\"ap.js\") }}"), ("templates/b.html", "{{ nope }}")]);
    let theme = theme.unwrap();
    let message = |name| match theme.render(name, &Empty { root: "" }) {
        Err(Error::Config(problems)) => problems[0].message.clone(),
        other => panic!("{other:?}"),
    };
    assert!(message("a.html").contains("did you mean `app.js`"), "{}", message("a.html"));
    assert!(message("b.html").contains("nope"), "{}", message("b.html"));
}

#[test]
fn built_in_scripts_are_published_without_their_comments() {
    let theme = theme_of(&[("static/docs.js", "// Mine.\nexport const a = 1;\n")]).expect("a theme");
    let script = |name: &str| {
        let asset = theme.assets().iter().find(|asset| asset.name == name).expect("a script");
        String::from_utf8_lossy(&asset.bytes).into_owned()
    };
    assert!(!script("app.js").lines().any(|line| line.trim_start().starts_with("//")));
    assert!(script("docs.js").starts_with("// Mine."), "who overrides a script has it as it is");
}
