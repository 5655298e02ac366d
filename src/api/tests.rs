//! Definitions as authors write them, and what their references show.

use std::fmt::Write as _;

use super::*;
use crate::catalog;
use crate::config::Config;
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
    let (apis, mut problems) = analyse(&workspace, &Arc::new(loaded.catalog), &Memo::default());
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
components:
  schemas:
    A: {$ref: '#/components/schemas/B'}
    B: {$ref: '#/components/schemas/A'}
    Ring: {allOf: [{$ref: '#/components/schemas/Ring'}, {properties: {stone: {type: string}}}]}
",
        )],
    );
    assert!(problems.iter().all(|problem| problem.starts_with("circular-ref")), "{problems:?}");
    assert!(problems.contains(&"circular-ref openapi.yaml:7".to_owned()), "{problems:?}");
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
    let (api, problems) =
        read("openapi", &[("spec.yaml", "asyncapi: 3.0.0\ninfo: {title: Seats, version: '1'}\nchannels: {a: {}}\n")]);
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
    let (_, problems) = analyse(&workspace, &Arc::new(loaded.catalog), &Memo::default());
    let place = Positions::new(&workspace).place(problems[0].span()).start;
    assert_eq!((place.line, place.column), (12, 11));
}

#[test]
fn a_definition_that_says_its_format_is_read_as_that() {
    let (api, problems) =
        read("graphql", &[("a.yaml", "# ours\nopenapi: 3.0.3\ninfo: {title: Seats, version: '1'}\n")]);
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
    let (apis, _) = analyse(&workspace, &Arc::new(loaded.catalog), &Memo::default());
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
