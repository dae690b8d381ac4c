//! As much of JSON Schema 2020-12 as the schemas here use; a keyword that they begin to use fails.

use serde_json::{Map, Value};

/// What a value is or has that the schema does not allow, place by place.
pub fn breaches(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(schema, schema, value, "", &mut found);
    found
}

/// The same document with one more field, once for each of its objects, with the place of that.
pub fn with_one_more_field(value: &Value) -> Vec<(String, Value)> {
    let mut places = Vec::new();
    objects(value, String::new(), &mut places);
    let one_more = |place: String| {
        let mut changed = value.clone();
        let object = changed.pointer_mut(&place).and_then(Value::as_object_mut);
        object.expect("an object").insert("one_more".to_owned(), Value::from(1));
        (place, changed)
    };
    places.into_iter().map(one_more).collect()
}

fn objects(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                objects(field, format!("{place}/{name}"), places);
            }
            places.push(place);
        }
        // One of each kind is enough.
        Value::Array(items) => {
            items.iter().enumerate().take(2).for_each(|(i, item)| {
                objects(item, format!("{place}/{i}"), places);
            });
        }
        _ => {}
    }
}

fn walk(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let keywords = schema.as_object().expect("a schema is an object");
    for (keyword, rule) in keywords {
        let mut breach = |what: String| found.push(format!("{place}: {what}"));
        match &keyword[..] {
            "$schema" | "$defs" | "title" | "description" => {}
            "type" if !is_of_type(rule, value) => breach(format!("{value} is no {rule}")),
            "const" if rule != value => breach(format!("{value} is not {rule}")),
            "enum" if !list(rule).contains(value) => breach(format!("{value} is none of {rule}")),
            "minimum" if value.as_f64().is_some_and(|n| n < number(rule)) => {
                breach(format!("{value} is below {rule}"));
            }
            "minItems" if length(value).is_some_and(|n| n < number(rule)) => {
                breach(format!("fewer items than {rule}"));
            }
            "maxItems" if length(value).is_some_and(|n| n > number(rule)) => {
                breach(format!("more items than {rule}"));
            }
            "type" | "const" | "enum" | "minimum" | "minItems" | "maxItems" => {}
            "required" => {
                for name in list(rule).iter().filter_map(Value::as_str) {
                    if value.as_object().is_some_and(|fields| !fields.contains_key(name)) {
                        breach(format!("{name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, rule) in rule.as_object().expect("properties") {
                    if let Some(field) = value.get(name) {
                        walk(root, rule, field, &format!("{place}/{name}"), found);
                    }
                }
            }
            "additionalProperties" => others(root, keywords, rule, value, place, found),
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    walk(root, rule, item, &format!("{place}/{i}"), found);
                }
            }
            "anyOf" => {
                let tried = list(rule).iter().map(|rule| {
                    let mut found = Vec::new();
                    walk(root, rule, value, place, &mut found);
                    found
                });
                // The one that fits best says what is wrong.
                let best = tried.min_by_key(|found| (found.len(), !is_deep(found, place)));
                found.extend(best.unwrap_or_default());
            }
            "$ref" => {
                let to = rule.as_str().and_then(|to| to.strip_prefix('#')).expect("a place here");
                let rule = root.pointer(to).unwrap_or_else(|| panic!("{to} is nowhere"));
                walk(root, rule, value, place, found);
            }
            other => panic!("{other}: not looked at"),
        }
    }
}

fn is_deep(found: &[String], place: &str) -> bool {
    found.first().is_some_and(|first| !first.starts_with(&format!("{place}: ")))
}

/// What the fields that are not among the properties must be; `false` if there may be none.
fn others(
    root: &Value,
    schema: &Map<String, Value>,
    rule: &Value,
    value: &Value,
    place: &str,
    found: &mut Vec<String>,
) {
    let is_known =
        |name: &String| schema.get("properties").is_some_and(|known| known.get(name).is_some());
    let fields = value.as_object().into_iter().flatten().filter(|(name, _)| !is_known(name));
    for (name, field) in fields {
        match rule {
            Value::Bool(false) => found.push(format!("{place}: {name} is not in the schema")),
            rule => walk(root, rule, field, &format!("{place}/{name}"), found),
        }
    }
}

fn is_of_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("{other}: no type"),
    };
    match rule {
        Value::String(name) => is(name),
        names => list(names).iter().filter_map(Value::as_str).any(is),
    }
}

fn list(rule: &Value) -> &Vec<Value> {
    rule.as_array().expect("a list")
}

fn number(rule: &Value) -> f64 {
    rule.as_f64().expect("a number")
}

fn length(value: &Value) -> Option<f64> {
    Some(value.as_array()?.len() as f64)
}
