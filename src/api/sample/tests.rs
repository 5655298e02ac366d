use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::text::FileId;
use crate::workspace::Workspace;

/// Makes the values of the schema of a text; `#/$defs` of it may be referred to.
fn values(schema: &str, sent: bool) -> Vec<Sample> {
    let workspace = Workspace::from_files(Config::default(), &[("schema.yaml", schema.as_bytes())]);
    let mut files = Files::new(&workspace, FileId::new(0), schema, false);
    files.siblings = true;
    let root = files.root().expect("a schema");
    all(&mut files, &root, 0, sent, 6)
}

/// Checks the first value of a schema for a response.
#[track_caller]
fn check(schema: &str, wanted: &Json) {
    let made = values(schema, false).into_iter().next().map_or(Json::Null, |sample| sample.value);
    assert_eq!(&made, wanted, "{made}");
}

#[test]
fn an_alternative_joins_the_properties_beside_it() {
    let schema = "
type: object
properties: {size: {type: string, enum: [small, large]}}
oneOf:
  - {title: Box, properties: {length: {type: integer}}}
  - {title: Barrel, properties: {diameter: {type: integer}}}";
    check(schema, &json!({"size": "small", "length": 1}));
    let names: Vec<Text> = values(schema, false).into_iter().map(|sample| sample.name).collect();
    assert_eq!(names, ["Box".into(), "Barrel".into()] as [Text; 2]);
}

#[test]
fn lists_have_their_first_items_and_enough_of_them() {
    check("{type: array, prefixItems: [{type: string}, {type: integer}], items: false}", &json!(["string", 1]));
    check("{type: array, minItems: 3, items: {type: integer}}", &json!([1, 1, 1]));
    check(
        "{type: array, minItems: 3, uniqueItems: true, items: {type: string}}",
        &json!(["string", "string1", "string2"]),
    );
    check("{type: array, minItems: 2, uniqueItems: true, items: {enum: [a, b, c]}}", &json!(["a", "b"]));
    check("{type: array, items: {type: string}, contains: {const: x}}", &json!(["x"]));
    check("{type: array, maxItems: 0, items: {type: string}}", &json!([]));
}

#[test]
fn parts_are_joined_before_a_value_is_made() {
    check(
        "
allOf:
  - {type: object, properties: {a: {type: integer, minimum: 3}, kind: {type: string}}}
  - {required: [b], properties: {a: {maximum: 9}, kind: {const: crate}, b: {type: boolean}}}",
        &json!({"a": 3, "kind": "crate", "b": true}),
    );
    check("{type: string, allOf: [{minLength: 8}, {maxLength: 9}]}", &json!("stringst"));
    check(
        "{allOf: [{type: object, example: {a: 7}}, {properties: {b: {type: string}}}]}",
        &json!({"a": 7, "b": "string"}),
    );
}

#[test]
fn conditions_hold() {
    let schema = "
type: object
required: [kind]
properties: {kind: {type: string, enum: [cash, card]}}
if: {properties: {kind: {const: card}}, required: [kind]}
then: {required: [number], properties: {number: {type: string, pattern: '^[0-9]{4}$'}}}";
    check(schema, &json!({"kind": "card", "number": "0000"}));
    check("{type: object, properties: {a: {type: integer}}, dependentRequired: {a: [b]}}", &json!({"a": 1, "b": null}));
    check(
        "{type: object, properties: {a: {type: integer}}, dependentSchemas: {a: {properties: {c: {type: string}}}}}",
        &json!({"a": 1, "c": "string"}),
    );
    check("{type: string, enum: [a, b], not: {const: a}}", &json!("b"));
}

#[test]
fn what_the_author_gives_is_taken_in_the_order_of_the_sampler() {
    check("{type: string, example: e, const: c, default: d}", &json!("e"));
    check("{type: string, const: c, examples: [x], default: d}", &json!("c"));
    check("{type: string, examples: [x, y], enum: [v], default: d}", &json!("x"));
    check("{type: string, enum: [v, w], default: d}", &json!("v"));
    check("{type: string, default: d}", &json!("d"));
}

#[test]
fn texts_and_numbers_keep_their_limits() {
    check("{type: string, pattern: '^SKU-\\d{3}[A-Z]$'}", &json!("SKU-000A"));
    check("{type: string, pattern: '^\\w+@[a-z]+\\.(com|org)$', minLength: 9}", &json!("aa@aa.com"));
    check("{type: string, maxLength: 3}", &json!("str"));
    check("{type: string, format: ipv4}", &json!("192.0.2.1"));
    check("{type: integer, exclusiveMinimum: 4, multipleOf: 3}", &json!(6));
    check("{type: number, exclusiveMinimum: 0, exclusiveMaximum: 1}", &json!(0.5));
    check("{type: integer, minimum: 5, exclusiveMinimum: true}", &json!(6));
    check("{type: integer, maximum: -2}", &json!(-2));
}

#[test]
fn keys_without_names_are_shown_as_the_sampler_does() {
    check("{type: object, additionalProperties: {type: integer}}", &json!({"property1": 1, "property2": 1}));
    check(
        "{type: object, additionalProperties: {type: integer, x-additionalPropertiesName: lane}, maxProperties: 1}",
        &json!({"lane1": 1}),
    );
    check("{type: object, patternProperties: {'^x-[a-z]+$': {type: boolean}}}", &json!({"x-a": true}));
    check(
        "{type: object, propertyNames: {enum: [north]}, additionalProperties: {type: integer}}",
        &json!({"north": 1}),
    );
}

#[test]
fn what_is_kept_from_one_side_is_left_out_there() {
    let schema = "
type: object
required: [id]
properties: {id: {type: integer, readOnly: true}, secret: {type: string, writeOnly: true}, old: {type: string, deprecated: true}}";
    check(schema, &json!({"id": 1, "old": "string"}));
    assert_eq!(values(schema, true)[0].value, json!({"secret": "string", "old": "string"}));
}

#[test]
fn recursion_ends_with_an_empty_value_where_that_holds() {
    check(
        "
$ref: '#/$defs/Node'
$defs:
  Node: {type: object, properties: {name: {type: string}, next: {$ref: '#/$defs/Node'}, all: {type: array, items: {$ref: '#/$defs/Node'}}}}",
        &json!({"name": "string", "next": {}, "all": [{}]}),
    );
    check(
        "
$ref: '#/$defs/Node'
$defs:
  Node: {type: object, required: [name], properties: {name: {type: string}, next: {$ref: '#/$defs/Node'}, all: {type: array, items: {$ref: '#/$defs/Node'}}}}",
        &json!({"name": "string", "all": []}),
    );
}

#[test]
fn the_discriminator_says_which_alternative_it_is() {
    let schema = "
oneOf: [{$ref: '#/$defs/Cat'}, {$ref: '#/$defs/Dog'}]
discriminator: {propertyName: kind, mapping: {meow: '#/$defs/Cat'}}
$defs:
  Cat: {type: object, properties: {kind: {type: string}, lives: {type: integer}}}
  Dog: {type: object, properties: {kind: {type: string}}}";
    let made: Vec<(Text, Json)> = values(schema, false).into_iter().map(|it| (it.name, it.value)).collect();
    assert_eq!(made, [("Cat".into(), json!({"kind": "meow", "lives": 1})), ("Dog".into(), json!({"kind": "Dog"}))]);
    check(
        "
$ref: '#/$defs/Dog'
$defs:
  Pet: {type: object, discriminator: {propertyName: kind}, properties: {kind: {type: string}}}
  Dog: {allOf: [{$ref: '#/$defs/Pet'}, {properties: {bark: {type: boolean}}}]}",
        &json!({"kind": "Dog", "bark": true}),
    );
}

#[test]
fn null_is_an_example_only_of_what_can_be_nothing_else() {
    check("{type: ['null', string]}", &json!("string"));
    check("{anyOf: [{type: 'null'}, {type: integer}]}", &json!(1));
    check("{type: object, properties: {gone: {type: 'null'}, any: {}}}", &json!({"gone": null, "any": null}));
}

#[test]
fn large_schemas_give_small_values() {
    use std::fmt::Write as _;
    let mut schema = String::from("$ref: '#/$defs/L0'\n$defs:\n");
    for level in 0..12 {
        let _ = writeln!(schema, "  L{level}:\n    type: object\n    properties:");
        for field in 0..12 {
            let _ = writeln!(schema, "      f{field}: {{$ref: '#/$defs/L{}'}}", level + 1);
        }
    }
    schema.push_str("  L12: {type: string}\n");
    let made = &values(&schema, false)[0].value;
    assert!(made.to_string().len() < 8_000, "{}", made.to_string().len());
    assert_eq!(made.as_object().map(JsonMap::len), Some(12));
}

/// Schemas of plain values, each with something that a value can meet.
fn plain() -> impl Strategy<Value = Json> {
    let patterns = prop::sample::select(vec!["^[a-z]{3}$", "^\\d+-\\d+$", "a|b", "^(x|y)[^/]*z$", "[A-Z]", "^\\S+$"]);
    prop_oneof![
        (0..9_u32, 0..9_u32)
            .prop_map(|(least, more)| json!({"type": "string", "minLength": least, "maxLength": least + more})),
        patterns.prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        (-20..20_i32, 0..9_i32)
            .prop_map(|(low, more)| json!({"type": "integer", "minimum": low, "maximum": low + more})),
        (-20..20_i32, 1..7_i32)
            .prop_map(|(low, step)| json!({"type": "integer", "exclusiveMinimum": low, "multipleOf": step})),
        (-20..20_i32)
            .prop_map(|high| json!({"type": "number", "exclusiveMaximum": high, "exclusiveMinimum": high - 1})),
        Just(json!({"type": ["null", "boolean"]})),
        Just(json!({"enum": ["one", 2, null]})),
        Just(json!({"const": {"a": [1]}})),
        Just(json!({"type": "string", "not": {"enum": ["string"]}, "enum": ["string", "other"]})),
        Just(json!({})),
        Just(json!(true)),
    ]
}

fn schemas() -> impl Strategy<Value = Json> {
    plain().prop_recursive(4, 40, 5, |inner| {
        let properties = prop::collection::btree_map("[a-e]", inner.clone(), 0..4);
        let object = (properties, any::<u8>(), prop::option::of(inner.clone())).prop_map(|(properties, bits, rest)| {
            let required: Vec<&String> =
                properties.keys().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|it| it.1).collect();
            let mut schema = json!({"type": "object", "properties": properties, "required": required});
            match rest {
                Some(rest) => schema["additionalProperties"] = rest,
                None if bits > 128 => schema["additionalProperties"] = json!(false),
                None => {}
            }
            if bits % 5 == 0 {
                schema["minProperties"] = json!(if bits > 128 { 0 } else { 3 });
            }
            schema
        });
        let list = (prop::collection::vec(inner.clone(), 0..3), inner.clone(), 0..5_u32, any::<bool>()).prop_map(
            |(first, items, least, closed)| {
                let known = u32::try_from(first.len()).unwrap_or(0);
                let mut schema = json!({"type": "array", "items": items, "minItems": least});
                if known > 0 {
                    schema["prefixItems"] = json!(first);
                }
                if closed {
                    schema["items"] = json!(false);
                    schema["minItems"] = json!(least.min(known));
                }
                schema
            },
        );
        // The names differ, so that what is joined can hold.
        let joined = (inner.clone(), inner.clone(), inner.clone()).prop_map(|(one, two, three)| {
            json!({
                "properties": {"own": three},
                "allOf": [
                    {"type": "object", "required": ["left"], "properties": {"left": one}},
                    {"properties": {"right": two, "left": {}}, "required": ["right"]},
                ],
            })
        });
        let chosen = (inner.clone(), inner.clone(), any::<bool>()).prop_map(|(one, two, which)| {
            let key = if which { "oneOf" } else { "anyOf" };
            json!({
                "type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
                key: [
                    {"properties": {"kind": {"const": "one"}, "one": one}, "required": ["one"]},
                    {"properties": {"kind": {"const": "two"}, "two": two}, "required": ["two"]},
                ],
            })
        });
        let conditional = (inner.clone(), inner).prop_map(|(then, other)| {
            json!({
                "type": "object", "required": ["on"], "properties": {"on": {"type": "boolean"}},
                "if": {"properties": {"on": {"const": true}}},
                "then": {"properties": {"then": then}, "required": ["then"]},
                "else": {"properties": {"other": other}, "required": ["other"]},
            })
        });
        prop_oneof![object, list, joined, chosen, conditional]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn made_values_hold_against_their_schemas(schema in schemas()) {
        let text = schema.to_string();
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        let workspace = Workspace::from_files(Config::default(), &[("schema.yaml", text.as_bytes())]);
        let mut files = Files::new(&workspace, FileId::new(0), &text, false);
        files.siblings = true;
        let root = files.root().expect("a schema");
        let made = one(&mut files, &root, 0, true).unwrap_or(Json::Null);
        prop_assert!(validator.is_valid(&made), "{made} is no example of {schema}");
        prop_assert!(Maker::new(&mut files, true, 8).holds(&root, 0, &made, 0), "{made} holds against {schema}");
    }
}
