use proptest::prelude::*;
use serde_json::json;
use tera::Context;

use super::*;
use crate::theme::engine;

/// What is made of a template by the program and by Tera, beside a few others.
struct Made {
    compiled: Option<String>,
    tera: Result<String, String>,
    refused: Option<String>,
}

const COMPONENTS: &str = r#"
{%- component plain(name: string) -%}<i class="{{ name }}">{{ portal is defined }}</i>{%- endcomponent plain %}
{%- component boxed(title: string, note = none) %}
<b>{{ title }}{% if note %} ({{ note }}){% endif %}</b> {{ body | safe }}
{% endcomponent boxed -%}
{%- component tree(items: array) -%}
{% for item in items %}<li>{{ item.name }}{% if item.items %}{{ <tree items={item.items} /> }}{% endif %}</li>{% endfor %}
{%- endcomponent tree %}
{%- component file(name: string) %}{{ asset(name=name) }} {{ symbol(icon="api") | safe }}{% endcomponent file %}"#;

const BASE: &str = "<{% block head %}no {{ title }}{% endblock head %}>\n{%- set kept = 1 %}\n{% block main %}{% block inner %}\
                    {{ kept }}{% endblock inner %}{% endblock main %} {% include \"part.html\" %} {{ kept }}\n";

const PART: &str = "[{% set kept = 2 %}{{ kept }}{% if shown is defined %}{{ shown }}{% endif %}]";

fn model() -> serde_json::Value {
    json!({
        "root": "../", "title": "A & \"B\" <i>", "empty": "", "zero": 0, "one": 1, "many": 12, "less": -3, "half": 2.5, "whole": 2.0, "yes": true,
        "no": false, "none": null, "list": ["x", "<y>", "z"], "nothing": [], "html": "<p>é</p>", "words": "one @ two@three",
        "map": {"name": "N", "inner": {"name": "I", "tags": ["a", "b"]}, "none": null}, "bare": {},
        "rows": [{"name": "r1", "items": [{"name": "r11"}]}, {"name": "r2", "items": [], "extra": 7}], "pairs": [["k", "v", 3], ["l", "w", 4]]
    })
}

fn made(text: &str, model: &serde_json::Value) -> Made {
    let functions = Functions {
        assets: [("app.css".to_owned(), "static/app.css?a&b".to_owned())].into(),
        symbols: [("api".to_owned(), "<symbol/>".to_owned())].into(),
    };
    let functions = Arc::new(functions);
    let built_in =
        BTreeMap::from([("components.html", COMPONENTS), ("base.html", BASE), ("part.html", PART), ("it.html", text)]);
    let portal = json!({"title": "T & U", "logo": "app.css", "kinds": ["a", "b"]});
    let compiled = Templates::compile(&built_in, &BTreeMap::new(), Arc::clone(&functions), &portal);
    let mut tera = engine(&functions);
    tera.global_context().insert("portal", &portal);
    let added = tera.add_raw_templates(built_in.iter());
    let context = Context::from_serialize(model).expect("a model");
    Made {
        // A theme of which Tera cannot parse a template is no theme.
        compiled: added.is_ok().then(|| compiled.render("it.html", model)).flatten(),
        tera: added.and_then(|()| tera.render("it.html", &context)).map_err(|error| error.to_string()),
        refused: compiled.left_to_tera().get("it.html").map(|&reason| reason.to_owned()),
    }
}

/// What both must make of the model.
const CASES: &[&str] = &[
    "{{ title }} {{ title | safe }} {{ many }} {{ less }} {{ half }} {{ whole }}{% if half %}a{% endif %} {{ yes }} {{ no }}[{{ none }}] {{ html }}{{ html | safe }}",
    "{{ map.name }} {{ map.inner.tags[1] }} {{ pairs[1][0] }}{{ pairs[0][2] }} {{ rows[0].items[0].name }} {{ portal.title }}",
    "a  {%- if yes %} b {% endif -%}  c  {{- title -}}  d {# e #} f  {#- g -#}  h {%- set x = 1 -%} \u{a0} i {{ x }}",
    "a {# b #}{%- if yes %} c{% endif %}  {%- if no -%} d {%- else -%} e {%- endif %} {% if no %}f{% elif one %} g {% else %}h{% endif %}\n",
    "{% if empty %}a{% endif %}{% if zero %}b{% endif %}{% if nothing %}c{% endif %}{% if bare %}d{% endif %}{% if none %}e{% endif %}",
    "{% if map %}a{% endif %}{% if less %}c{% endif %}{% if map.none %}d{% endif %}{% if map.unknown %}e{% endif %}",
    "{% if yes and not no or zero %}a{% endif %}{% if no or zero and yes %}b{% endif %}{% if not (yes and no) %}c{% endif %}",
    "{% if one == 1 and many != 13 and title != none %}a{% endif %}{% if one == \"1\" %}b{% endif %}{% if none == none %}c{% endif %}",
    "{% if map.unknown == none %}a{% endif %}{% if map.unknown is defined %}b{% endif %}{% if map.none is not defined %}c{% endif %}",
    "{% if many > 3 %}a{% endif %}{% if zero > less and not less > zero or one > 1 %}b{% endif %}{% if list | length + one > 3 %}c{% endif %}",
    "{{ list | length }} {{ list | length - 2 }} {{ many + 3 - 1 }} {{ html | length }} {{ map | length }} {{ many | str }}{{ title | str }}",
    "{% if not \"B\" in title %}a{% endif %}{% if \"B\" in title %}b{% endif %}{% if \"12\" == many | str %}c{% endif %}{% if one == yes %}d{% endif %}",
    "{{ many }} {{ many | pluralize(singular=\"day\", plural=\"days\") }}, {{ one }} {{ one | pluralize(singular=\"day\", plural=\"days\") }}",
    "{% for x in list %}{{ loop.index }}{{ loop.index0 }}{{ x }}{% if loop.first %}f{% endif %}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for x in nothing %}a{% else %}b{{ one }}{% endfor %}{% for x in rows %}{% for y in x.items %}{{ y.name }}{{ loop.last }}{% else %}-{% endfor %}{{ loop.last }}{% endfor %}",
    "{% for x in words | split(pat=\"@\") %}<{{ x }}>{% endfor %}{% for x in [\"a\", [\"b\", 1]] %}{% if loop.first %}{{ x }}{% else %}{{ x[0] }}{{ x[1] + 7 }}{% endif %}{% endfor %}",
    "{% set x = 1 %}{% for y in list %}{{ x }}{% set x = y %}{{ x }}{% endfor %}{{ x }}{% for y in list %}{% set_global x = y %}{% endfor %}{{ x }}",
    "{% if yes %}{% set x = title %}{{ x }}{% endif %}{% set x = 2 %}{% if yes %}{% set x = 3 %}{% endif %}{{ x }}{% for title in list %}{{ title }}{% endfor %}{{ title }}",
    "{{ <plain name=\"a&b\" /> }} {{ <plain name={title} /> }}{{ <tree items={rows} /> }}{{ <file name=\"app.css\" /> }}{{ <file name={portal.logo} /> }}",
    "{% for x in list %}{% <boxed title={x} note=\"n\"> %} {{ x }}{{ loop.index }}{{ title }} {% </boxed> %}{% endfor %}",
    "{{ asset(name=\"app.css\") }} {{ asset(name=portal.logo) }} {{ symbol(icon=\"api\") | safe }}{{ symbol(icon=\"none\") | safe }}",
    "{% extends \"base.html\" %} {# unseen #}{% block head %}{{ title }}{% endblock head %}{% block inner %}x{{ kept }}{% endblock inner %}",
    "{% extends \"base.html\" %}{% block main %}{% set shown = 5 %}{{ shown }}{% endblock main %}",
    "{% for shown in list %}{% include \"part.html\" %}{% endfor %}{% include \"part.html\" %}{% for kind in portal.kinds %}{{ kind }}{% endfor %}",
    "{{ 'single' }}{{ \"a<b\" }}{{ none }}{{ true }}{{ 3 }}{% if unknown %}a{% endif %}{% if unknown is defined %}b{% endif %}{% set a = none %}[{{ a }}]",
];

#[test]
fn writes_what_tera_writes() {
    for case in CASES {
        let made = made(case, &model());
        assert_eq!(made.refused, None, "{case}");
        assert_eq!(made.compiled.as_ref(), made.tera.as_ref().ok(), "{case}\n{:?}", made.tera);
        assert!(made.compiled.is_some(), "{case}: {:?}", made.tera);
    }
}

/// What Tera reports, and what it does that is not worth a second implementation.
#[test]
fn leaves_to_tera_what_it_does_not_know() {
    let at_start = [
        "{{ title | upper }}",
        "{{ one * 2 }}",
        "{{ one < 2 }}",
        "{{ title[0:1] }}",
        "{{ 1 if yes else 2 }}",
        "{{ unknown(x=1) }}",
        "{% raw %}{{ }}{% endraw %}",
        "{% if yes %}{% set x = 1 %}{% endif %}{{ x }}",
        "{% if yes %}{% set_global x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}",
        "{% for k, v in map %}{{ k }}{% endfor %}",
        "{{ <unknown /> }}",
        "{{ <plain /> }}",
        "{{ <plain name=\"a\" other=\"b\" /> }}",
        "{% <boxed title=\"a\"> %}{% set x = 1 %}{% </boxed> %}",
        "{% extends \"unknown.html\" %}",
        "{% if yes %}",
        "{{ \"a\\\"b\" }}",
        "{{ title",
        "{{ title ~ one }}",
        "{% block a %}{{ super() }}{% endblock a %}",
    ];
    for case in at_start {
        let made = made(case, &model());
        assert!(made.compiled.is_none() && made.refused.is_some(), "{case}: {:?}", made.compiled);
    }
    let while_rendering = [
        "{{ unknown }}",
        "{{ map.unknown }}",
        "{{ map.unknown.deeper }}",
        "{% if unknown.deeper %}a{% endif %}",
        "{{ list }}{{ map }}",
        "{% for x in title %}{{ x }}{% endfor %}",
        "{% for x in unknown %}{{ x }}{% endfor %}",
        "{% for x in none %}a{% endfor %}",
        "{% if title > 1 %}a{% endif %}",
        "{{ title + 1 }}",
        "{% if list == list %}a{% endif %}{% if half == 2 %}b{% endif %}",
        "{{ none | length }}",
        "{{ <plain name={one} /> }}",
        "{{ <plain name={unknown} /> }}",
        "{{ <tree items={title} /> }}",
        "{{ <boxed title=\"a\" /> }}",
        "{{ asset(name=\"unknown.css\") }}",
        "{{ asset(name=title) }}",
        "{{ title[0] }}{{ map[0] }}",
        "{% set x = map.unknown %}a",
    ];
    for case in while_rendering {
        let made = made(case, &model());
        assert!(made.compiled.is_none() && made.refused.is_none(), "{case}: {:?} {:?}", made.refused, made.compiled);
    }
    assert!(made("{{ title }}", &json!({"title": u64::MAX})).compiled.is_none());
    let mut deep = json!({"name": "x", "items": []});
    for _ in 0..30 {
        deep = json!({"name": "x", "items": [deep]});
    }
    assert!(made("{{ <tree items={rows} /> }}", &json!({"rows": [deep]})).compiled.is_none());
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "title",
        "empty",
        "zero",
        "one",
        "many",
        "half",
        "yes",
        "none",
        "list",
        "nothing",
        "html",
        "map.name",
        "map.inner.tags",
        "map.none",
        "map.unknown",
        "rows[0].name",
        "rows[1].extra",
        "pairs[0][2]",
        "unknown",
        "x",
        "y",
        "x.name",
        "\"A\"",
        "1",
        "none",
        "portal.title",
        "loop.index0",
        "loop.last",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(3, 8, 2, |inner| {
        let operator = prop::sample::select(vec!["and", "or", "==", "!=", ">", "+", "-", "in"]);
        let filter = prop::sample::select(vec!["safe", "length", "str", "split(pat=\"n\")"]);
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            (inner.clone(), filter).prop_map(|(of, filter)| format!("{of} | {filter}")),
            inner.clone().prop_map(|of| format!("not {of}")),
            inner.clone().prop_map(|of| format!("({of})")),
            inner.prop_map(|of| format!("{of} is defined")),
        ]
    })
}

fn template() -> impl Strategy<Value = String> {
    let mark = || prop::sample::select(vec!["", "-"]);
    let text = prop::sample::select(vec![" a ", "\n", "<b>", " {# c #} ", "{#- d -#}", "é "]).prop_map(str::to_owned);
    let write = (mark(), expression(), mark()).prop_map(|(left, of, right)| format!("{{{{{left} {of} {right}}}}}"));
    let name = || prop::sample::select(vec!["x", "y", "title"]);
    let set = (prop::sample::select(vec!["set", "set_global"]), name(), expression())
        .prop_map(|(set, name, of)| format!("{{% {set} {name} = {of} %}}"));
    let call = expression().prop_map(|of| format!("{{{{ <plain name={{{of}}} /> }}}}"));
    let include = Just("{% include \"part.html\" %}".to_owned());
    prop_oneof![4 => text, 4 => write, 1 => set, 1 => call, 1 => include].prop_recursive(3, 24, 4, move |inner| {
        let many = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        prop_oneof![
            (mark(), expression(), many.clone(), many.clone(), mark()).prop_map(|(left, of, yes, no, right)| format!(
                "{{%{left} if {of} %}}{yes}{{% else {right}%}}{no}{{%{left} endif {right}%}}"
            )),
            (name(), expression(), many.clone(), many.clone()).prop_map(|(name, of, body, no)| format!(
                "{{% for {name} in {of} %}}{body}{{% else %}}{no}{{% endfor -%}}"
            )),
            (expression(), many.clone())
                .prop_map(|(of, body)| format!("{{% <boxed title={{{of}}}> %}}{body}{{% </boxed> %}}")),
            many,
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn never_writes_anything_else_than_tera(text in template()) {
        let made = made(&text, &model());
        if let Some(compiled) = made.compiled {
            prop_assert_eq!(Ok(compiled), made.tera, "{}", text);
        }
    }
}
