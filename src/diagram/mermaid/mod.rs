//! Mermaid: the library reads and places; its drawing is drawn again in the classes of the theme.
//!
//! Invariants: nothing of the machine is read, no clock and no random number decide anything but that a drawing takes too
//! long; themes and looks of authors are ignored, colours that they give to single nodes are kept.

mod colours;
mod css;
mod label;
mod redraw;
mod words;

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use merman::runtime::RuntimePolicy;
use merman::svg::{
    DeterministicTextMeasurer, MeasurementProfileId, RenderResourcePolicy, SvgRenderOptions, TextMeasurementPolicy,
    TextMeasurementProfile, TextMeasurementProfileIdentity,
};
use merman::{
    Engine, MermaidConfig, OperationControl, ParseOptions, RenderError, RenderOutput, RenderRequest, Renderer,
    SvgEnvironment, SvgRequest,
};
use serde_json::json;

use super::{Failure, Picture};

/// A drawing that takes longer is given up. Limits of size come first on any machine that is not stuck.
const DEADLINE: Duration = Duration::from_secs(2);

/// Bold characters are wider by this factor.
const BOLD: f64 = 1.07;

fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    crate::graph::text_width(text, size) * if bold { BOLD } else { 1.0 }
}

static RENDERER: LazyLock<Renderer> = LazyLock::new(|| {
    let series =
        |name: &str| (0..12).map(|n| colours::theme_variables()[format!("{name}{n}")].clone()).collect::<Vec<_>>();
    let config = json!({
        "theme": "base",
        "themeVariables": colours::theme_variables(),
        "look": "classic",
        "layout": "dagre",
        "fontFamily": "sans-serif",
        "fontSize": 14,
        "htmlLabels": true,
        "journey": {
            "actorColours": series("cScalePeer"),
            "sectionFills": series("cScale"),
            "sectionColours": [colours::theme_variables()["textColor"]],
        },
        // What authors cannot change.
        "secure": [
            "secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering", "theme",
            "themeVariables", "themeCSS", "look", "layout", "fontFamily", "altFontFamily", "fontSize", "darkMode", "htmlLabels",
            "actorColours", "sectionFills", "sectionColours", "handDrawnSeed", "deterministicIds",
        ],
    });
    let engine = Engine::new()
        .with_runtime_policy(RuntimePolicy::deterministic())
        .with_site_config(MermaidConfig::from_value(config));
    Renderer::new().with_engine(engine).with_parse_options(ParseOptions::strict())
});

/// Measures words as the pages set them.
fn measurement() -> Option<TextMeasurementPolicy> {
    let measurer = DeterministicTextMeasurer::default().with_width_callback(|text, style| {
        let weight = style.font_weight.as_deref().unwrap_or_default();
        let bold = matches!(weight, "bold" | "bolder") || weight.parse::<u32>().is_ok_and(|weight| weight >= 600);
        text_width(text, style.font_size, bold)
    });
    let identity = TextMeasurementProfileIdentity::new(MeasurementProfileId::new("playbill").ok()?, "1").ok()?;
    Some(TextMeasurementPolicy::uniform(TextMeasurementProfile::new(identity, measurer)))
}

/// Cards of a kanban board that are drawn at most, those of columns of one name counted once for each of these.
const CARDS: usize = 600;

/// Returns whether columns of one name make a board grow out of proportion: each has the cards of all of them.
fn is_crowded_board(source: &str) -> bool {
    let mut lines = source.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("%%"));
    if !lines.any(|line| line.trim() == "kanban") {
        return false;
    }
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let (mut count, mut first) = (0, None);
    let mut repeats: HashMap<&str, usize> = HashMap::new();
    for line in lines {
        count += 1;
        // A column is indented no more than the first one; its name ends where its label begins.
        if indentation(line) <= *first.get_or_insert_with(|| indentation(line)) {
            *repeats.entry(line.trim().split(['[', '(', '{', '@']).next().unwrap_or(line)).or_default() += 1;
        }
    }
    let most = repeats.into_values().max().unwrap_or(0);
    most > 1 && count * most > CARDS
}

pub(super) fn draw(source: &str) -> Result<Picture, Failure> {
    if is_crowded_board(source) {
        return Err(Failure::new(
            "columns of one name repeat each other's cards, which makes it too large to be drawn",
        ));
    }
    let environment = SvgEnvironment::deterministic().with_resource_policy(RenderResourcePolicy::constrained());
    let environment = match measurement() {
        Some(policy) => environment.with_text_measurement_policy(policy),
        None => environment,
    };
    let request = SvgRequest {
        environment,
        options: SvgRenderOptions { diagram_id: Some("D".to_owned()), ..SvgRenderOptions::default() },
        ..SvgRequest::default()
    };
    let control = OperationControl::new().with_deadline(DEADLINE);
    let drawn = match RENDERER.render(RenderRequest::svg(source, control.clone(), request)) {
        Ok(RenderOutput::Svg(Some(drawn))) => drawn,
        Ok(_) => return Err(Failure::new("its first line names no kind of diagram that Mermaid knows")),
        Err(error) => return Err(failure(&error, source)),
    };
    let parsed = RENDERER.engine().parse_diagram_sync(source, ParseOptions::strict());
    let (kind, title, model) = match parsed {
        Ok(Some(parsed)) => (parsed.meta.diagram_type, parsed.meta.title, parsed.model.into_unmanaged_value()),
        _ => Default::default(),
    };
    let redrawn =
        redraw::redraw(drawn.svg(), source).ok_or_else(|| Failure::new("its drawing is nested too deeply"))?;
    let name = words::name(&kind, title.as_deref(), &model, &redrawn.labels);
    let told = words::told(&model, &redrawn.named);
    let [left, top, width, height] = redrawn.frame;
    Ok(Picture { content: redrawn.content, frame: [left, top, width, height], name, told })
}

/// Says in the words of readers why a diagram is not drawn.
fn failure(error: &RenderError, source: &str) -> Failure {
    let line = match error {
        RenderError::Parse(diagnostic) => {
            let span = diagnostic.terminal_diagnostic_details().span;
            span.and_then(|span| source.get(..span.start)).map(|before| before.matches('\n').count())
        }
        _ => None,
    };
    let mut failure = match error {
        RenderError::Cancelled(_) => Failure::new("it takes longer than two seconds to draw"),
        RenderError::ResourceLimitExceeded(_) => Failure::new("it is too large to be drawn"),
        RenderError::NoDiagram => Failure::new("its first line names no kind of diagram that Mermaid knows"),
        error => {
            let text = error.to_string();
            if let Some(rest) = text.strip_prefix("Unsupported diagram type: ") {
                let kind = rest.split(';').next().unwrap_or(rest);
                return Failure::new(format!("diagrams of the kind `{kind}` are not drawn"));
            }
            let text = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            if text.starts_with("No Mermaid diagram type") {
                Failure::new("its first line names no kind of diagram that Mermaid knows")
            } else {
                // The library begins with what it was doing.
                let text = text.split_once("): ").map_or(text, |(_, rest)| rest);
                let text: String = crate::html::collapse(text).chars().take(160).collect();
                Failure::new(format!("it cannot be read: {text}"))
            }
        }
    };
    failure.line = line;
    failure
}

#[cfg(test)]
mod tests {
    use crate::diagram::{Failure, draw};

    /// Returns the drawing of a source without what is the same for all.
    #[track_caller]
    fn drawn(source: &str) -> String {
        let drawn = draw("mermaid", source, "d1-").expect("a drawing");
        assert!(drawn.starts_with("<svg class=\"drawn"), "{drawn}");
        for never in [" style=", "<style", "foreignObject", "<script", "href", "font-family", "#1d0c", "rgb(29"] {
            assert!(!drawn.contains(never), "{never} in {drawn}");
        }
        assert_eq!(draw("mermaid", source, "d1-").as_ref(), Ok(&drawn), "the same bytes");
        drawn
    }

    #[track_caller]
    fn check(source: &str, parts: &[&str]) {
        let drawn = drawn(source);
        for part in parts {
            assert!(drawn.contains(part), "{part} is not in {drawn}");
        }
    }

    #[test]
    fn a_board_does_not_grow_out_of_proportion() {
        let board = |columns: usize| format!("kanban\n col\n{}", "  task\n same\n".repeat(columns));
        assert!(draw("mermaid", &board(10), "d1-").is_ok());
        let refused = draw("mermaid", &board(80), "d1-").expect_err("6,400 cards");
        assert!(refused.reason.contains("columns of one name"), "{}", refused.reason);
        let many = "  task[Same words]\n".repeat(100);
        assert!(draw("mermaid", &format!("kanban\n col\n{many}"), "d1-").is_ok());
    }

    #[test]
    fn each_kind_is_drawn_and_told() {
        check(
            "flowchart LR\n a[Web shop] -->|asks| b{Paid?}\n subgraph s[Core]\n b\n end",
            &[
                "aria-label=\"Flowchart: ",
                ">Web shop</text>",
                ">Core</text>",
                "<li>Web shop → Paid?: asks</li>",
                "marker-end=\"url(#d1-m0)\"",
                "<marker id=\"d1-m0\"",
                "class=\"fs sb\"",
            ],
        );
        check(
            "sequenceDiagram\n participant u as User\n u->>Shop: buy\n loop each day\n Shop-->>u: mail\n end\n Note over u: waits",
            &[
                ">User</tspan>",
                "<li>User → Shop: buy</li><li>Loop: each day</li><li>Shop → User: mail</li><li>Note at User: waits</li>",
            ],
        );
        check(
            "stateDiagram-v2\n [*] --> Open\n Open --> Closed: done\n Closed --> [*]",
            &["<li>Start → Open</li><li>Open → Closed: done</li><li>Closed → End</li>"],
        );
        check(
            "classDiagram\n Shape <|-- Circle : is\n class Shape {\n +area() float\n }",
            &[">+area() : float</text>", "<li>Shape → Circle: is (extension)</li>"],
        );
        check("erDiagram\n TEAM ||--o{ SERVICE : runs", &["<li>TEAM — SERVICE: runs, one to zero or more</li>"]);
        check(
            "pie title Cost\n \"Run\" : 3\n \"Build\" : 1",
            &["aria-label=\"Pie chart: Cost\"", "<li>Run: 3</li>", "fk0"],
        );
        for (source, word) in [
            ("gantt\n dateFormat YYYY-MM-DD\n section A\n Build: 2026-01-01, 5d", ">Build<"),
            ("gitGraph\n commit id: \"one\"\n branch b\n commit", ">one<"),
            ("journey\n title Day\n section Go\n Start: 5: Me", ">Start<"),
            ("timeline\n 2024 : First", ">First<"),
            ("mindmap\n root\n  Leaf", ">Leaf<"),
            ("requirementDiagram\n requirement r {\n id: 1\n text: must\n }", ">r<"),
            ("block-beta\n columns 2\n a[\"One\"] b", ">One<"),
            ("xychart-beta\n x-axis [a, b]\n bar [1, 2]", ">a<"),
            ("kanban\n todo[To do]\n  t[Write]", ">Write<"),
            ("packet-beta\n 0-7: \"Kind\"", ">Kind<"),
        ] {
            check(source, &[word]);
        }
    }

    #[test]
    fn words_are_as_authors_wrote_them() {
        check(
            "flowchart TB\n a[\"x < y &amp; z > 1\"] --> b[\"one<br/>two\"]\n c[\"`**bold** and _slanted_`\"]",
            &[
                ">x &lt; y &amp; z &gt; 1</text>",
                ">one</text>",
                ">two</text>",
                "<tspan font-weight=\"bold\">bold</tspan>",
                "font-style=\"italic\"",
                ">slanted</text>",
            ],
        );
        check("---\ntitle: The plan\n---\nflowchart LR\n a --> b", &["aria-label=\"Flowchart: The plan\""]);
        check(
            "flowchart LR\n accTitle: Short\n accDescr: Long\n a --> b",
            &["aria-label=\"Flowchart: Short\"", "<li>Long</li>"],
        );
    }

    #[test]
    fn colours_of_authors_stay_and_themes_do_not() {
        check(
            "flowchart LR\n a --> b\n style a fill:#036,stroke:#f00\n classDef warm fill:#ffc\n class b warm",
            &[
                "fill=\"#036\" stroke=\"#f00\"",
                "class=\"c\" fill=\"#fff\"",
                "fill=\"#ffc\"",
                "class=\"c\" fill=\"#000\"",
            ],
        );
        let plain = drawn("flowchart LR\n a --> b");
        let themed = drawn(
            "%%{init: {\"theme\": \"dark\", \"look\": \"handDrawn\", \"themeVariables\": {\"primaryColor\": \"#123456\"}}}%%\nflowchart LR\n a --> b",
        );
        assert_eq!(plain, themed);
        // Words on a box of a sequence are in the colours of the theme.
        check(
            "sequenceDiagram\n box rgb(250, 220, 10) Ours\n participant a\n end\n a->>a: x",
            &["fill=\"rgb(250,220,10)\" fill-opacity=\".3\""],
        );
    }

    #[test]
    fn what_is_not_drawn_says_why_and_where() {
        let many = format!("flowchart LR\n{}", (0..1000).map(|n| format!("a{n}-->b{n}\n")).collect::<String>());
        let tangled = format!(
            "flowchart LR\n{}",
            (0..900).map(|n| format!("a{}-->a{}\n", n % 50, n * 7 % 50)).collect::<String>()
        );
        for (source, reason, line) in [
            ("C4Context\n title x", "diagrams of the kind `c4` are not drawn", None),
            ("nothing", "its first line names no kind of diagram that Mermaid knows", None),
            (&*many, "it is too large to be drawn", None),
            (&*tangled, "it is too large to be drawn", None),
            (
                "%%{init: {\"flowchart\": {\"nodeSpacing\": 1e308}}}%%\nflowchart LR\n a --> b\n a --> c",
                "it is too large to be drawn",
                None,
            ),
        ] {
            assert_eq!(draw("mermaid", source, ""), Err(Failure { reason: reason.to_owned(), line }), "{source}");
        }
        let failure = draw("mermaid", "flowchart LR\n a --> b\n b --> [", "").expect_err("a fault");
        assert!(failure.reason.starts_with("it cannot be read: "), "{failure:?}");
        assert_eq!(failure.line, Some(2), "{failure:?}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(64))]
        #[test]
        fn any_source_is_drawn_or_not(source in "(flowchart LR|sequenceDiagram|stateDiagram-v2|classDiagram|erDiagram|gantt|pie|mindmap|timeline|gitGraph|block-beta)\n( *([abc]|\\[\\*\\])( ?(-->|->>|--|<\\|--|\\|\\|--o\\{|:)[|\"<&x]{0,4} ?[abc]?){0,2}\n| style a fill:[#0f]{0,5}\n| subgraph x\n| end\n| loop <b>\n| class a \\{\n| \\}\n| commit\n){0,8}") {
            if let Ok(drawn) = draw("mermaid", &source, "p") {
                proptest::prop_assert!(drawn.contains("</svg>") && !drawn.contains(" style="), "{}", drawn);
            }
        }
    }
}
