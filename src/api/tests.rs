//! Definitions as authors write them, and what their references show.

use std::fmt::Write as _;

use super::*;
use crate::catalog;
use crate::config::Config;
use crate::depth::Depth;
use crate::diag::Positions;

/// Reads an API of type `kind` whose definition is the first file; returns its reference and what was reported as
/// `code file:line`.
fn read(kind: &str, files: &[(&str, &str)]) -> (Option<Api>, Vec<String>) {
    let entity = format!(
        "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: seats}}\nspec:\n  type: {kind}\n  lifecycle: \
         production\n  owner: g\n  definition: {{$text: ./{}}}\n",
        files[0].0
    );
    let mut all: Vec<(&str, &[u8])> = vec![("catalog-info.yaml", entity.as_bytes())];
    all.extend(files.iter().map(|(path, text)| (*path, text.as_bytes())));
    let workspace = Workspace::from_files(Config::default(), &all);
    let loaded = catalog::load(&workspace);
    let (apis, mut problems) = analyse(&workspace, &Arc::new(loaded.catalog), Depth::Pages, &Memo::default());
    problems.sort_by_key(|problem| (workspace.path(problem.span().file), problem.span().start));
    let mut positions = Positions::new(&workspace);
    let problems = problems
        .iter()
        .map(|problem| {
            let line = positions.place(problem.span()).start.line;
            format!("{} {}:{line}", problem.code, workspace.path(problem.span().file))
        })
        .collect();
    (apis.all().first().cloned(), problems)
}

/// Returns the items of a reference by the value of their mark.
fn item<'a>(api: &'a Api, mark: &str) -> &'a Item {
    let items = api.reference.groups.iter().flat_map(|group| &group.items);
    items
        .into_iter()
        .find(|item| item.mark.as_ref().is_some_and(|it| it.value == mark))
        .unwrap_or_else(|| panic!("no {mark}"))
}

/// Writes fields as `name: type [flags]`, nested ones indented.
fn outline(fields: &[Field]) -> String {
    fn line(out: &mut String, field: &Field, depth: usize) {
        let types: String = field.shape.types.iter().map(Piece::shown).collect();
        let _ = write!(out, "{}{}: {types}", "  ".repeat(depth), field.name);
        if field.required {
            out.push_str(" required");
        }
        if field.shape.flags.nullable {
            out.push_str(" nullable");
        }
        for detail in &field.shape.details {
            let _ = write!(out, " {}={}", detail.label, detail.values.join("|"));
        }
        if let Some(cut) = field.shape.cut {
            let _ = write!(out, " {cut:?}");
        }
        out.push('\n');
        for inner in &field.shape.fields {
            line(out, inner, depth + 1);
        }
    }
    let mut out = String::new();
    for field in fields {
        line(&mut out, field, 0);
    }
    out
}

fn schema<'a>(api: &'a Api, name: &str) -> &'a Shape {
    item(api, name).blocks[0].shape.as_ref().expect("a schema has a shape")
}

#[test]
fn parts_of_all_of_are_merged_and_recursion_is_a_link() {
    let (api, problems) = read(
        "openapi",
        &[(
            "openapi.yaml",
            "openapi: 3.0.3
info: {title: Seats, version: '1'}
paths: {}
components:
  schemas:
    Named: {type: object, required: [name], properties: {name: {type: string, maxLength: 9}}}
    Row:
      allOf:
        - {$ref: '#/components/schemas/Named'}
        - type: object
          properties:
            next: {$ref: '#/components/schemas/Row'}
            seats: {type: array, items: {type: object, properties: {number: {type: integer, nullable: true}}}}
",
        )],
    );
    assert_eq!(problems, Vec::<String>::new());
    let api = api.expect("a reference");
    assert_eq!(
        outline(&schema(&api, "Row").fields),
        "name: string required max length=9\nnext: Row\nseats: array of object\n  number: integer nullable\n"
    );
}

#[test]
fn alternatives_keep_their_names_and_null_is_a_flag() {
    let (api, _) = read(
        "openapi",
        &[(
            "openapi.yaml",
            "openapi: 3.1.0
info: {title: Seats, version: '1'}
components:
  schemas:
    Cat: {type: object}
    Dog: {type: object}
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator: {propertyName: kind, mapping: {meow: '#/components/schemas/Cat'}}
    Maybe: {type: object, properties: {pet: {anyOf: [{$ref: '#/components/schemas/Cat'}, {type: 'null'}]}}}
",
        )],
    );
    let api = api.expect("a reference");
    let choice = &schema(&api, "Pet").choices[0];
    assert_eq!(choice.discriminator.as_deref(), Some("kind"));
    let options: Vec<_> =
        choice.options.iter().map(|it| (it.shape.types[0].shown(), it.value.as_deref().unwrap_or(""))).collect();
    assert_eq!(options, [("Cat", "meow"), ("Dog", "")]);
    assert_eq!(outline(&schema(&api, "Maybe").fields), "pet: Cat object nullable\n");
}

#[test]
fn references_are_relative_to_their_file_and_stay_in_the_repository() {
    let (api, problems) = read(
        "openapi",
        &[
            (
                "api/openapi.yaml",
                "openapi: 3.1.0
info: {title: Seats, version: '1'}
paths:
  /seats: {$ref: paths/seats.yaml}
  /out: {$ref: ../../out.yaml}
  /far: {$ref: 'https://example.com/x.yaml'}
components:
  schemas:
    A: {$ref: '#/components/schemas/Gone'}
",
            ),
            (
                "api/paths/seats.yaml",
                "get:
  responses:
    '200': {description: All, content: {application/json: {schema: {$ref: '../models.yaml#/Seat'}}}}
",
            ),
            ("api/models.yaml", "Seat: {type: object, properties: {row: {$ref: '#/Row'}}}\nRow: {type: integer}\n"),
        ],
    );
    assert_eq!(
        problems,
        ["broken-ref api/openapi.yaml:5", "ref-not-local api/openapi.yaml:6", "broken-ref api/openapi.yaml:9"]
    );
    let api = api.expect("a reference");
    assert_eq!(outline(&schema(&api, "api/models.yaml#/Seat").fields), "row: integer\n");
    let response = &item(&api, "get /seats").blocks[0].blocks[0];
    assert_eq!(response.mark, Some(Mark::new("response", "200")));
}

#[test]
fn what_follows_a_fault_of_syntax_is_missing_and_the_rest_is_shown() {
    let (api, problems) = read(
        "openapi",
        &[(
            "openapi.yaml",
            "openapi: 3.0.3
info: {title: Seats, version: '1'}
paths:
  /ok: {get: {summary: Fine, responses: {}}}
  /broken:
    get:
      summary: Was: two colons
",
        )],
    );
    assert_eq!(problems, ["yaml-syntax openapi.yaml:7"]);
    assert_eq!(item(&api.expect("a reference"), "get /ok").summary.as_deref(), Some("Fine"));
}

#[test]
fn circles_without_a_value_are_reported_and_end() {
    let (api, problems) = read(
        "openapi",
        &[(
            "openapi.yaml",
            "openapi: 3.0.3
info: {title: Seats, version: '1'}
paths: {}
components:
  schemas:
    A: {$ref: '#/components/schemas/B'}
    B: {$ref: '#/components/schemas/A'}
    Ring: {allOf: [{$ref: '#/components/schemas/Ring'}, {properties: {stone: {type: string}}}]}
",
        )],
    );
    assert!(problems.iter().all(|problem| problem.starts_with("circular-ref")), "{problems:?}");
    assert!(problems.contains(&"circular-ref openapi.yaml:8".to_owned()), "{problems:?}");
    assert_eq!(outline(&schema(&api.expect("a reference"), "Ring").fields), "stone: string\n");
}

#[test]
fn examples_are_made_the_same_every_time_and_snippets_of_them() {
    let (api, _) = read(
        "openapi",
        &[(
            "openapi.yaml",
            "openapi: 3.0.3
info: {title: Seats, version: '1'}
servers: [{url: 'https://{host}/v1', variables: {host: {default: seats.example.com}}}]
paths:
  /rows/{row}:
    post:
      operationId: addSeat
      parameters:
        - {name: row, in: path, required: true, schema: {type: integer, minimum: 3}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                id: {type: string, readOnly: true}
                since: {type: string, format: date}
      responses: {'201': {description: Made}}
",
        )],
    );
    let api = api.expect("a reference");
    let request = item(&api, "post /rows/{row}").request.as_ref().expect("a request");
    let curl = &snippet::all(request)[0].text;
    assert_eq!(
        curl,
        "curl -X POST 'https://seats.example.com/v1/rows/3' \\\n  -H 'Content-Type: application/json' \\\n  --data '{\n  \"since\": \"2026-01-31\"\n}'"
    );
    assert_eq!(api.parts.find("operation:addSeat"), Some((0, "addSeat")));
}

#[test]
fn sample_requests_sign_in_as_the_operation_asks() {
    let (api, _) = read(
        "openapi",
        &[(
            "openapi.yaml",
            "openapi: 3.0.3
info: {title: Seats, version: '1'}
servers: [{url: 'https://seats.example.com'}]
security: [{token: []}]
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
    key: {type: apiKey, in: header, name: X-Key}
    query: {type: apiKey, in: query, name: api key}
paths:
  /a: {get: {responses: {}}}
  /b: {get: {security: [{key: [], query: []}], responses: {}}}
  /c: {get: {security: [], responses: {}}}
",
        )],
    );
    let api = api.expect("a reference");
    let curl =
        |operation: &str| snippet::all(item(&api, operation).request.as_ref().expect("a request"))[0].text.to_string();
    assert_eq!(curl("get /a"), "curl 'https://seats.example.com/a' \\\n  -H 'Authorization: Bearer YOUR_TOKEN'");
    assert_eq!(curl("get /b"), "curl 'https://seats.example.com/b?api%20key=YOUR_KEY' \\\n  -H 'X-Key: YOUR_KEY'");
    assert_eq!(curl("get /c"), "curl 'https://seats.example.com/c'");
}

#[test]
fn messages_of_asyncapi_take_what_their_traits_bring() {
    let (api, problems) = read(
        "asyncapi",
        &[(
            "asyncapi.yaml",
            "asyncapi: 3.0.0
info: {title: Seats, version: '1'}
channels:
  taken: {address: 'seats/{row}/taken', messages: {Taken: {$ref: '#/components/messages/Taken'}}}
operations:
  announce: {action: send, channel: {$ref: '#/channels/taken'}}
  lost: {action: send, channel: {$ref: '#/channels/nowhere'}}
components:
  messages:
    Taken:
      traits: [{headers: {type: object, properties: {trace: {type: string}}}}]
      payload: {type: object, properties: {seat: {type: integer}}}
",
        )],
    );
    assert_eq!(problems, ["broken-ref asyncapi.yaml:7"]);
    let api = api.expect("a reference");
    let titles: Vec<&str> = item(&api, "Taken").blocks.iter().map(|block| &*block.title).collect();
    assert_eq!(titles, ["Headers", "Payload"]);
    assert_eq!(item(&api, "send announce").facts[0].pieces[0].shown(), "seats/{row}/taken");
    item(&api, "seats/{row}/taken");
    item(&api, "send lost");
}

#[test]
fn graphql_goes_on_after_a_fault() {
    let (api, problems) = read(
        "graphql",
        &[(
            "schema.graphql",
            "type Query { seat(row: Int! = 3): [Seat!] @deprecated(reason: \"Use seats\") }
type Seat { row: Int!! }
extend type Seat { taken: Boolean }
enum State { FREE \"gone\" TAKEN }
",
        )],
    );
    assert_eq!(problems.first().map(String::as_str), Some("api-syntax schema.graphql:2"));
    let api = api.expect("a reference");
    let field = &item(&api, "Query").blocks[0].fields[0];
    assert_eq!(field.arguments[0].mark, Some(Mark::new("argument", "Query.seat(row)")));
    assert_eq!(field.description.as_deref(), Some("Deprecated: Use seats"));
    assert!(item(&api, "Seat").blocks[0].fields.iter().any(|field| &*field.name == "taken"));
    assert_eq!(item(&api, "State").blocks[0].fields.len(), 2);
}

#[test]
fn imports_of_protocol_buffers_are_found_above_and_reported_when_missing() {
    let (api, problems) = read(
        "grpc",
        &[
            (
                "proto/seats/v1/seats.proto",
                "syntax = \"proto3\";
package seats.v1;
import \"money/v1/money.proto\";
import \"gone.proto\";
import \"google/protobuf/empty.proto\";
// Sells seats, see <row>.
service Seats { rpc Watch(Seat) returns (stream money.v1.Price) { option deprecated = true; } }
message Seat { map<string, money.v1.Price> prices = 2; oneof place { int32 row = 3; } }
",
            ),
            (
                "proto/money/v1/money.proto",
                "syntax = \"proto3\";\npackage money.v1;\nmessage Price { optional int64 cents = 1; }\n",
            ),
        ],
    );
    assert_eq!(problems, ["unresolved-import proto/seats/v1/seats.proto:4"]);
    let api = api.expect("a reference");
    assert_eq!(item(&api, "seats.v1.Seats").description.as_deref(), Some("Sells seats, see \\<row>."));
    let rpc = item(&api, "seats.v1.Seats.Watch");
    assert!(rpc.deprecated);
    let answer = rpc.blocks[1].shape.as_ref().expect("a response");
    assert_eq!(answer.types.iter().map(Piece::shown).collect::<String>(), "stream of Price");
    assert_eq!(
        outline(&item(&api, "seats.v1.Seat").blocks[0].fields),
        "prices: map of string to Price number=2\nrow: int32 number=3 one of=place\n"
    );
    assert_eq!(outline(&item(&api, "money.v1.Price").blocks[0].fields), "cents: optional int64 number=1\n");
}

#[test]
fn a_broken_part_of_a_proto_file_leaves_the_others() {
    let (api, problems) = read(
        "grpc",
        &[("a.proto", "syntax = \"proto3\";\nmessage A {\n  string x = 1\n}\n// Fine.\nmessage B { int32 y = 1; }\n")],
    );
    assert_eq!(problems, ["api-syntax a.proto:4"]);
    item(&api.expect("a reference"), "B");
}

#[test]
fn the_type_is_what_the_definition_says() {
    let (api, problems) = read(
        "openapi",
        &[("spec.yaml", "asyncapi: 3.0.0\ninfo: {title: Seats, version: '1'}\nchannels: {a: {messages: {M: {}}}}\n")],
    );
    assert_eq!(problems, ["api-type-differs spec.yaml:1"]);
    assert_eq!(api.expect("a reference").reference.format, "AsyncAPI 3.0.0");
}

#[test]
fn an_unknown_type_has_no_reference() {
    let (api, problems) = read("trpc", &[("router.ts", "export const router = {};\n")]);
    assert!(api.is_none() && problems.is_empty(), "{problems:?}");
}

#[test]
fn large_definitions_are_divided_and_every_item_is_found() {
    let mut text = String::from("openapi: 3.0.3\ninfo: {title: Seats, version: '1'}\ncomponents:\n  schemas:\n");
    let long = "word ".repeat(200);
    for number in 0..400 {
        let _ = writeln!(text, "    S{number}: {{type: object, description: {long}}}");
    }
    let (api, _) = read("openapi", &[("openapi.yaml", &text)]);
    let api = api.expect("a reference");
    assert!(api.parts.parts.len() > 2);
    let slugs: std::collections::BTreeSet<&str> = api.parts.parts.iter().map(|part| part.slug.as_str()).collect();
    assert_eq!(slugs.len(), api.parts.parts.len());
    for number in 0..400 {
        assert!(api.parts.find(&format!("schema:S{number}")).is_some());
    }
}

#[test]
fn problems_of_a_definition_in_the_entity_stand_at_their_own_line() {
    let entity = "apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: seats}
spec:
  type: openapi
  lifecycle: production
  owner: g
  definition: |
    openapi: 3.0.3
    info: {title: Seats, version: '1'}
    paths:
      /a: [get]
";
    let workspace = Workspace::from_files(Config::default(), &[("catalog-info.yaml", entity.as_bytes())]);
    let loaded = catalog::load(&workspace);
    let (_, problems) = analyse(&workspace, &Arc::new(loaded.catalog), Depth::Pages, &Memo::default());
    let place = Positions::new(&workspace).place(problems[0].span()).start;
    assert_eq!((place.line, place.column), (12, 11));
}

#[test]
fn a_definition_that_says_its_format_is_read_as_that() {
    let (api, problems) =
        read("graphql", &[("a.yaml", "# ours\nopenapi: 3.0.3\ninfo: {title: Seats, version: '1'}\npaths: {/a: {}}\n")]);
    assert_eq!(problems, ["api-type-differs a.yaml:1"]);
    assert_eq!(api.expect("a reference").reference.title.as_deref(), Some("Seats"));
    let (_, problems) = read("graphql", &[("a.graphql", "type Query {\n  openapi: String\n}\n")]);
    assert_eq!(problems, [""; 0]);
}

#[test]
fn anchors_ids_and_dynamic_references_are_found() {
    let (api, problems) = read(
        "openapi",
        &[(
            "openapi.yaml",
            "openapi: 3.1.0
info: {title: Seats, version: '1'}
components:
  schemas:
    Row: {$dynamicAnchor: row, type: object, properties: {next: {$dynamicRef: '#row'}, seat: {$ref: '#seat'}}}
    Seat: {$anchor: seat, $id: 'https://example.com/seat', type: object, properties: {number: {type: integer}}}
    Use: {type: object, properties: {seat: {$ref: 'https://example.com/seat'}, none: {$ref: '#nobody'}}}
",
        )],
    );
    assert_eq!(problems, ["broken-ref openapi.yaml:7"]);
    let api = api.expect("a reference");
    assert_eq!(outline(&schema(&api, "Row").fields), "next: Row\nseat: Seat\n");
    assert_eq!(outline(&schema(&api, "Use").fields[..1]), "seat: Seat\n");
}

#[test]
fn further_schemas_of_a_schema_are_shown() {
    let (api, _) = read(
        "openapi",
        &[(
            "openapi.yaml",
            "openapi: 3.1.0
info: {title: Seats, version: '1'}
components:
  schemas:
    Row:
      type: array
      items: false
      contains: {type: object, properties: {taken: {type: boolean}}}
      dependentSchemas: {price: {properties: {currency: {type: string}}}}
",
        )],
    );
    let api = api.expect("a reference");
    let titles: Vec<&str> = schema(&api, "Row").choices.iter().map(|choice| choice.title).collect();
    assert_eq!(titles, ["Contains", "If there is"]);
}

#[test]
fn many_aliases_are_no_bomb_and_a_bomb_is_one() {
    let mut text = String::from(
        "openapi: 3.0.3\ninfo: {title: Seats, version: '1'}\nx-p: &p [{name: limit, in: query}]\npaths:\n",
    );
    for number in 0..300 {
        let _ = writeln!(text, "  /p{number}: {{get: {{parameters: *p, responses: {{}}}}}}");
    }
    let (api, problems) = read("openapi", &[("openapi.yaml", &text)]);
    assert_eq!(problems, [""; 0]);
    assert!(item(&api.expect("a reference"), "get /p299").blocks[0].fields.len() == 1);
    let mut bomb =
        String::from("openapi: 3.0.3\ninfo: {title: Seats, version: '1'}\nx-a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let inside = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(bomb, "x-a{level}: &a{level} [{inside}]");
    }
    let (_, problems) = read("openapi", &[("openapi.yaml", &bomb)]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("alias-bomb openapi.yaml:"), "{problems:?}");
}

#[test]
fn editions_are_read_in_every_writing() {
    for first in ["edition = \"2023\";", "// A licence; edition one.\nedition  =  '2024' ;", "/* x */ edition='2023';"]
    {
        let text = format!(
            "{first}\npackage seats.v1;\nlocal message Seat {{\n  reserved row, old; // reserved for later;\n  enum State {{ FREE = 0; reserved gone; }}\n  string name = 1 [features.field_presence = EXPLICIT];\n}}\n"
        );
        let (api, problems) = read("grpc", &[("seats.proto", &text)]);
        assert_eq!(problems, [""; 0], "{first}");
        assert_eq!(item(&api.expect("a reference"), "seats.v1.Seat").blocks[0].fields.len(), 1, "{first}");
    }
}

#[test]
fn a_definition_of_several_files_is_put_together() {
    let entity = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: seats}\nspec: {type: openapi, lifecycle: \
                  production, owner: g, definition: {$text: ./openapi.yaml}}\n";
    let root = "openapi: 3.1.0\ninfo: {title: Seats, version: '1'}\npaths: {/seats: {$ref: seats.yaml}}\n";
    let files: [(&str, &[u8]); 3] = [
        ("catalog-info.yaml", entity.as_bytes()),
        ("openapi.yaml", root.as_bytes()),
        ("seats.yaml", b"get: {responses: {'200': {description: All of them}}}\n"),
    ];
    let workspace = Workspace::from_files(Config::default(), &files);
    let loaded = catalog::load(&workspace);
    let (apis, _) = analyse(&workspace, &Arc::new(loaded.catalog), Depth::Pages, &Memo::default());
    let text = apis.all()[0].bundled.as_deref().expect("one text");
    assert!(text.contains("All of them") && !text.contains("$ref"), "{text}");
}

#[test]
fn parts_of_parts_end() {
    let mut text = String::from("openapi: 3.1.0\ninfo: {title: Seats, version: '1'}\ncomponents:\n  schemas:\n");
    for number in 0..40_usize {
        let parts: String = (number.saturating_sub(12)..number)
            .map(|other| format!("{{$ref: '#/components/schemas/A{other}'}}, "))
            .collect();
        let _ = writeln!(text, "    A{number}: {{allOf: [{parts}{{properties: {{p{number}: {{type: string}}}}}}]}}");
    }
    text.push_str("    Use: {type: object, properties: {inner: {allOf: [{$ref: '#/components/schemas/A39'}]}}}\n");
    let (api, _) = read("openapi", &[("openapi.yaml", &text)]);
    assert_eq!(schema(&api.expect("a reference"), "A39").fields.len(), 40);
}

/// The findings of a definition, as `line:column message`.
fn findings(kind: &str, file: &str, bytes: &[u8]) -> (Vec<String>, String) {
    let entity = format!(
        "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: seats}}\nspec:\n  type: {kind}\n  lifecycle: \
         production\n  owner: g\n  definition: {{$text: ./{file}}}\n"
    );
    let workspace =
        Workspace::from_files(Config::default(), &[("catalog-info.yaml", entity.as_bytes()), (file, bytes)]);
    let loaded = catalog::load(&workspace);
    let (_, problems) = analyse(&workspace, &Arc::new(loaded.catalog.clone()), Depth::Pages, &Memo::default());
    let mut positions = Positions::new(&workspace);
    let told = problems
        .iter()
        .map(|problem| {
            assert_eq!(&*workspace.path(problem.span().file), file, "{}", problem.message);
            let start = positions.place(problem.span()).start;
            format!("{}:{} {}", start.line, start.column, problem.message)
        })
        .collect();
    let shown = loaded.catalog.entities().first().and_then(|entity| entity.spec_str("definition")).unwrap_or_default();
    (told, shown.to_owned())
}

#[track_caller]
fn broken(kind: &str, file: &str, text: &str, wanted: &[&str]) {
    assert_eq!(findings(kind, file, text.as_bytes()).0, wanted, "{text}");
}

#[test]
fn what_openapi_asks_for_is_missed_where_it_should_be() {
    let start = "openapi: 3.0.3\ninfo: {title: Seats, version: '1'}\n";
    let check = |rest: &str, wanted: &[&str]| broken("openapi", "a.yaml", &format!("{start}{rest}"), wanted);
    check("", &["1:1 `paths` is missing"]);
    check("paths: {}\n", &["3:1 `paths` is empty"]);
    check("paths:\n", &["3:1 `paths` is empty"]);
    check("path: {}\n", &["3:1 `paths` is missing"]);
    check("paths: {}\ncomponents: {schemas: {A: {type: object}}}\n", &[]);
    check("paths:\n  a: {get: {responses: {}}}\n", &["4:3 the path `a` does not begin with `/`"]);
    check("paths:\n  /a: {gett: {responses: {}}}\n", &["4:8 `gett` is no method of HTTP, and no field of a path"]);
    check("paths:\n  /a: {get: {summary: A}}\n", &["4:8 `get /a` has no `responses`"]);
    check(
        "paths:\n  /a/{id}/{b}:\n    parameters: [{name: b, in: path, required: true}]\n    get: {responses: {}}\n",
        &["4:3 the parameter `id` of the path is not described by `get`"],
    );
    check(
        "paths:\n  /a: {get: {operationId: x, responses: {}}}\n  /b: {get: {operationId: x, responses: {}}}\n",
        &["5:27 two operations have the id `x`"],
    );
    check(
        "paths: {/a: {get: {responses: {}, parameters: [{name: q, in: qery}, {name: r}]}}}\n",
        &["3:62 a parameter cannot be in `qery`", "3:70 the parameter `r` does not say where it is"],
    );
    check("security: [{key: []}]\npaths: {/a: {}}\n", &["3:13 the security scheme `key` is not defined"]);
    check(
        "paths: {/a: {get: {responses: {}, parameters: [{name: q, in: query, schema: {type: strin}}]}}}\n",
        &["3:84 `strin` is no type of a schema"],
    );
    check(
        "paths: {/a: {}}\ncomponents: {schemas: {A: {discriminator: {propertyName: k, mapping: {b: '#/components/schemas/B'}}}}}\n",
        &["4:74 `#/components/schemas/B` leads nowhere"],
    );
    check("paths: {/a: {$ref: ''}}\n", &["3:20 a `$ref` is empty"]);
    check("paths: {/a: {get: {responses: {'200': {$ref: 7}}}}}\n", &["3:46 a `$ref` must be a text, not a number"]);
    broken(
        "openapi",
        "a.yaml",
        "info: {title: Seats}\npaths: {/a: {}}\n",
        &[
            "1:1 `openapi` is missing, which says that this is OpenAPI, and of which version",
            "1:8 `info` has no `version`",
        ],
    );
    let version = |written: &str, wanted: &str| {
        let text = format!("{written}\ninfo: {{title: Seats, version: '1'}}\npaths: {{/a: {{}}}}\n");
        broken("openapi", "a.yaml", &text, &[wanted]);
    };
    version("openapi: 7.0.0", "1:10 there is no OpenAPI 7.0.0");
    version("swagger: '3.0'", "1:10 there is no OpenAPI 3.0");
    version("openapi: 3.1", "1:10 the version of OpenAPI is a number here, not a text");
}

#[test]
fn what_asyncapi_asks_for_is_missed_where_it_should_be() {
    let check = |version: &str, rest: &str, wanted: &[&str]| {
        let text = format!("asyncapi: {version}\ninfo: {{title: Seats, version: '1'}}\n{rest}");
        broken("asyncapi", "a.yaml", &text, wanted);
    };
    check("3.0.0", "", &["1:1 `channels` is missing"]);
    check("2.6.0", "channels: {}\n", &["3:1 `channels` is empty"]);
    check("5.0.0", "channels: {a: {subscribe: {message: {}}}}\n", &["1:11 there is no AsyncAPI 5.0.0"]);
    check("2.6.0", "channels: {a: {publish: {summary: A}}}\n", &["3:16 `publish` of `a` has no message"]);
    check("2.6.0", "servers: {prod: {}}\nchannels: {a: {servers: [prd]}}\n", &["4:26 the server `prd` is not defined"]);
    let channels = "channels: {a: {address: a, messages: {M: {payload: {type: string}}}}}\n";
    let three = |operation: &str, wanted: &[&str]| {
        check("3.0.0", &format!("{channels}operations: {{o: {operation}}}\n"), wanted);
    };
    three("{action: send, channel: {$ref: '#/channels/a'}}", &[]);
    three("{action: emit, channel: {$ref: '#/channels/a'}}", &["4:26 `emit` is no action"]);
    three("{action: send}", &["4:14 the operation `o` has no `channel`"]);
    // A channel of version 3 need not list its messages.
    check("3.0.0", "channels: {a: {address: a}}\n", &[]);
}

#[test]
fn what_is_not_defined_in_graphql_is_reported_once() {
    let check = |text: &str, wanted: &[&str]| broken("graphql", "a.graphql", text, wanted);
    check(
        "type Query {\n  seat: Seat\n  all: [Seat!]!\n}\n",
        &["2:9 the type `Seat` is not defined, and used 2 times"],
    );
    check(
        "type Query implements Node { a(b: Rows): Int }\n",
        &["1:23 the type `Node` is not defined", "1:35 the type `Rows` is not defined"],
    );
    check(
        "type Query { a: Int @auht }\ndirective @auth on FIELD_DEFINITION\n",
        &["1:22 the directive `@auht` is not defined"],
    );
    check("type Query @key(fields: \"a\") { a: AWSDate @deprecated }\n", &[]);
    check(
        "type Query { a: Int }\ntype A { a: Int }\ntype A { b: Int, b: Int }\n",
        &["3:6 the type `A` is defined twice", "3:18 `A` has two fields `b`"],
    );
    check("type Query { a: Int }\nextend type A { b: Int }\n", &["2:13 `A` is extended and not defined"]);
    check("type Query {\n  a: Int\n\ntype B {\n  b: Int\n}\n", &["1:12 this is not GraphQL: this `{` is not closed"]);
    check("# none\n", &["1:1 this is not GraphQL: there is no definition in it"]);
    check("{\"data\": {\"__schema\": {}}}", &["1:1 this is not GraphQL: it is the JSON of an introspection"]);
}

#[test]
fn what_is_not_defined_in_protocol_buffers_is_reported() {
    let check = |text: &str, wanted: &[&str]| {
        broken("grpc", "a.proto", &format!("syntax = \"proto3\";\n{text}"), wanted);
    };
    check(
        "message A {\n  Seat seat = 1;\n}\nservice S { rpc Get(Rq) returns (A); }\nmessage Req {}\n",
        &["3:3 `Seat` is not defined", "5:21 `Rq` is not defined"],
    );
    check("message A { google.protobuf.Timestamp at = 1; }\n", &["2:13 `google.protobuf.Timestamp` is not imported"]);
    check("import \"google/protobuf/timestamp.proto\";\nmessage A { google.protobuf.Timestamp at = 1; }\n", &[]);
    check("import \"gone.proto\";\nmessage A { gone.B b = 1; }\n", &["2:8 `gone.proto` is not in the repository"]);
    check("message A { int32 a = 1; int32 b = 1; }\n", &["2:36 two fields of `A` have the number 1"]);
    check("message A { reserved 2; int32 a = 2; }\n", &["2:35 the number 2 is reserved"]);
    check(
        "message A { int32 a = 1; int32 a = 2; }\nmessage A {}\n",
        &["2:32 `A` has two parts `a`", "3:9 `A` is defined twice"],
    );
    check(
        "message A {\n  int32 a = 1;\n\nmessage B {}\n",
        &["2:11 this is not Protocol Buffers: this bracket is not closed"],
    );
    broken("grpc", "a.proto", "{}", &["1:1 this is JSON, not Protocol Buffers"]);
}

#[test]
fn other_encodings_are_reported_and_shown_as_well_as_they_can_be() {
    let text = "openapi: 3.0.3\ninfo: {title: Plätze, version: '1'}\npaths: {/a: {}}\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1")).collect();
    let (told, shown) = findings("openapi", "a.yaml", &latin);
    assert_eq!(
        (told, shown.as_str()),
        (vec!["2:17 this file is not UTF-8 text: it looks like Windows-1252".to_owned()], text)
    );
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (told, shown) = findings("openapi", "a.yaml", &wide);
    assert_eq!(
        (told, shown.as_str()),
        (vec!["1:1 this file is not UTF-8 text: it looks like UTF-16".to_owned()], text)
    );
}

#[test]
fn a_byte_order_mark_moves_no_finding() {
    for (kind, name, text) in [
        ("openapi", "a.yaml", "openapi: 3.0.3\ninfo: {title: é: è}\npaths: {/a: {}}\n"),
        ("openapi", "a.json", "{\"openapi\": \"3.1.0\",\n \"é\": {},\n}"),
        ("graphql", "a.graphql", "type A {\n  é: [%é]\n}\n"),
        ("grpc", "a.proto", "syntax = \"proto3\";\nmessage é {\n"),
    ] {
        let (told, _) = findings(kind, name, text.as_bytes());
        assert!(!told.is_empty(), "{name}");
        let (marked, _) = findings(kind, name, format!("\u{feff}{text}").as_bytes());
        assert_eq!(marked, told, "{name}");
    }
}

#[test]
fn a_fault_of_graphql_stands_between_characters() {
    // The parser gives up within the second character.
    let text = "type A {\n  a: [%\"\"\"\"\"\"\"\"\"\"\"\"\"\"ໞ�\n}\n";
    let (told, _) = findings("graphql", "a.graphql", text.as_bytes());
    assert!(!told.is_empty());
}

#[test]
fn the_name_of_a_file_is_no_definition() {
    broken(
        "openapi",
        "a.yaml",
        "./openapi.yaml\n",
        &["1:1 the definition is the name of a file, not its text: `./openapi.yaml`"],
    );
    broken(
        "graphql",
        "a.txt",
        "https://example.com/schema\n",
        &["1:1 the definition is an address, not its text: `https://example.com/schema`"],
    );
    broken(
        "openapi",
        "a.json",
        "{\"openapi\": \"3.1.0\",\n \"paths\": {},\n}",
        &["2:13 this is not JSON: there is a comma before a closing bracket"],
    );
    broken("openapi", "a.yaml", "<html></html>", &["1:1 this is HTML or XML, not OpenAPI"]);
    let (told, _) = findings("openapi", "a.yaml", b"syntax = \"proto3\";\nmessage A {}\n");
    assert_eq!(told, ["1:1 the type of the API is `openapi`, but its definition is Protocol Buffers"]);
}

#[test]
fn every_example_is_shown_with_its_words() {
    let (api, problems) = read(
        "openapi",
        &[
            (
                "openapi.yaml",
                "openapi: 3.1.0
info: {title: Seats, version: '1'}
paths:
  /rows:
    get:
      parameters:
        - name: row
          in: query
          schema: {type: integer, examples: [7, 8]}
          examples: {front: {summary: The first one, description: Near the *stage*, value: 1}, back: {value: 30}}
      responses:
        '200':
          description: All
          content:
            application/json:
              examples:
                one: {summary: One row, description: Only *one*, value: {row: 1}}
                file: {externalValue: ./rows.json}
                far: {externalValue: 'https://example.com/rows.json'}
",
            ),
            ("rows.json", "{\"row\": 2}"),
        ],
    );
    assert_eq!(problems, [""; 0]);
    let api = api.expect("a reference");
    let blocks = &item(&api, "get /rows").blocks;
    let told = |examples: &[Example]| -> Vec<String> {
        let or_none = |text: &Option<Text>| text.as_deref().unwrap_or("-").to_owned();
        let line = |it: &Example| {
            let text = it.text.split_whitespace().collect::<String>();
            format!("{} {} {} {} {text}", it.name, or_none(&it.summary), or_none(&it.description), or_none(&it.address))
        };
        examples.iter().map(line).collect()
    };
    let row = &blocks[0].fields[0];
    assert_eq!(told(&row.examples), ["front The first one Near the *stage* - 1", "back - - - 30"]);
    assert_eq!(row.shape.details[0], Detail { label: "examples", values: vec!["7".into(), "8".into()] });
    assert_eq!(
        told(&blocks[1].blocks[0].blocks[0].examples),
        [
            "one One row Only *one* - {\"row\":1}",
            "file - - ./rows.json {\"row\":2}",
            "far - - https://example.com/rows.json ",
        ]
    );
}

#[test]
fn examples_of_messages_have_their_headers_and_those_of_traits() {
    let (api, problems) = read(
        "asyncapi",
        &[(
            "asyncapi.yaml",
            "asyncapi: 2.6.0
info: {title: Seats, version: '1'}
channels:
  taken:
    publish:
      message:
        name: Taken
        payload: {type: object, properties: {seat: {type: integer}}}
        traits: [{examples: [{name: traced, headers: {trace: t-1}}]}]
        examples:
          - {name: front, summary: In front, headers: {trace: t-2}, payload: {seat: 1}}
          - {payload: {seat: 2}}
",
        )],
    );
    assert_eq!(problems, [""; 0]);
    let api = api.expect("a reference");
    let blocks = &item(&api, "Taken").blocks;
    let told: Vec<(&str, Vec<(&str, String)>)> = blocks
        .iter()
        .map(|block| {
            let examples = block.examples.iter();
            (&*block.title, examples.map(|it| (&*it.name, it.text.split_whitespace().collect())).collect())
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "Headers",
                vec![("front", "{\"trace\":\"t-2\"}".to_owned()), ("traced", "{\"trace\":\"t-1\"}".to_owned())]
            ),
            ("Payload", vec![("front", "{\"seat\":1}".to_owned()), ("", "{\"seat\":2}".to_owned())]),
        ]
    );
}

#[test]
fn a_large_part_that_many_merge_takes_no_memory_where_it_is_not_shown() {
    let mut text = String::from(
        "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    Base:\n      properties:\n",
    );
    for number in 0..3_000 {
        let _ = writeln!(text, "        p{number}: {{type: string}}");
    }
    for number in 0..300 {
        let _ = writeln!(text, "    S{number}: {{allOf: [{{$ref: '#/components/schemas/Base'}}]}}");
    }
    let (api, found) = read("openapi", &[("api.yaml", &text)]);
    assert_eq!(found, ["page-budget api.yaml:3014"]);
    let api = api.expect("a reference");
    assert_eq!(schema(&api, "Base").fields.len(), 3_000);
    let last = schema(&api, "S299");
    assert_eq!((last.fields.len(), last.cut), (0, Some(Cut::Depth)));
    let blocks = api.reference.groups.iter().flat_map(|group| &group.items).flat_map(|item| &item.blocks);
    let room: usize = blocks.filter_map(|block| block.shape.as_ref()).map(|shape| shape.fields.capacity()).sum();
    assert!(room < 100_000, "room for {room} fields");
}
