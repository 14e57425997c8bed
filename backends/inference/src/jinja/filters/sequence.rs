//! Filters of lists and dictionaries.

use crate::jinja::fault::{Fault, Result, fail};
use crate::jinja::limits;
use crate::jinja::memory::{Buffer, Items};
use crate::jinja::run::{Given, Run};
use crate::jinja::value::Value;

impl Run<'_> {
    pub(super) fn sequence_filter(&mut self, name: &str, value: Value, given: Given) -> Result<Value> {
        match name {
            "length" | "count" => {
                let [] = given.bind(name, [])?;
                self.length(&value).map(|length| Value::Int(length as i64))
            }
            "list" => {
                let [] = given.bind(name, [])?;
                let items = self.iterate(&value)?;
                self.spend(items.items.len() as u64)?;
                Value::list(items.items.iter().cloned())
            }
            "items" => {
                let [] = given.bind(name, [])?;
                match &value {
                    Value::Undefined(_) => Value::lazy([]),
                    Value::Dict(dict) => {
                        self.spend(dict.entries.len() as u64)?;
                        let pairs = dict.entries.iter().map(|(key, value)| Value::tuple([key.clone(), value.clone()]));
                        let pairs = pairs.collect::<Result<Vec<_>>>()?;
                        Value::lazy(pairs)
                    }
                    _ => fail(format_args!("`items` needs a dictionary, not {}", value.kind())),
                }
            }
            "first" | "last" => {
                let [] = given.bind(name, [])?;
                let items = self.iterate(&value)?;
                let found = if name == "first" { items.items.first() } else { items.items.last() };
                Ok(found.cloned().unwrap_or_else(|| Value::undefined("there is no item")))
            }
            "attr" => {
                let [attribute] = given.bind(name, ["name"])?;
                let attribute = attribute.ok_or_else(|| Fault::new("`attr` needs a name"))?;
                let attribute = self.shown(&attribute)?;
                let attribute = attribute.as_text().unwrap_or_default();
                match &value {
                    // Only what is no item.
                    Value::Dict(_) => Ok(self.method_of(&value, &attribute.into())?.unwrap_or_else(|| {
                        Value::undefined(format_args!("{} has no attribute `{attribute}`", value.kind()))
                    })),
                    _ => self.attribute(&value, &attribute.into()),
                }
            }
            "reverse" => {
                let [] = given.bind(name, [])?;
                if let Value::Text(text) = &value {
                    self.spend(text.as_str().len() as u64 / 16)?;
                    return Value::owned(text.as_str().chars().rev().collect());
                }
                let items = self.iterate(&value)?;
                self.spend(items.items.len() as u64)?;
                Value::lazy(items.items.iter().rev().cloned())
            }
            "join" => self.join(&value, given),
            "batch" => self.batch(&value, given),
            "slice" => self.slices(&value, given),
            "dictsort" => self.dictsort(&value, given),
            "sort" => self.sort_filter(&value, given),
            "unique" => self.unique(&value, given),
            "min" | "max" => self.extreme(name, &value, given),
            "groupby" => self.groupby(&value, given),
            "sum" => self.sum(&value, given),
            "map" => self.map(&value, given),
            "select" | "reject" | "selectattr" | "rejectattr" => self.select(name, &value, given),
            _ => fail(format_args!("the filter `{name}` is unknown")),
        }
    }

    fn length(&mut self, value: &Value) -> Result<usize> {
        match value {
            Value::Undefined(_) => Ok(0),
            Value::Text(text) => {
                self.spend(text.as_str().len() as u64 / 512)?;
                Ok(text.as_str().chars().count())
            }
            Value::List(list) | Value::Tuple(list) => Ok(list.items.len()),
            Value::Dict(dict) => Ok(dict.entries.len()),
            Value::Loop(the_loop) => Ok(the_loop.items.items.len()),
            _ => fail(format_args!("{} has no length", value.kind())),
        }
    }

    /// What an item has at `a.b.0`, or the item itself.
    fn by(&mut self, item: &Value, attribute: Option<&Value>) -> Result<Value> {
        match attribute {
            None | Some(Value::None) => Ok(item.clone()),
            Some(Value::Text(path)) => {
                let mut value = item.clone();
                for part in path.as_str().split('.') {
                    let key = match part.parse::<i64>() {
                        Ok(index) if part.bytes().all(|byte| byte.is_ascii_digit()) => Value::Int(index),
                        _ => Value::text(part)?,
                    };
                    value = self.item(&value, &key)?;
                }
                Ok(value)
            }
            Some(key) => self.item(item, key),
        }
    }

    /// The same for two texts that differ in the size of letters only.
    fn folded(&mut self, value: Value, sensitive: bool) -> Result<Value> {
        match &value {
            Value::Text(text) if !sensitive => {
                self.spend(text.as_str().len() as u64 / 16)?;
                Value::owned(text.as_str().to_lowercase())
            }
            _ => Ok(value),
        }
    }

    fn join(&mut self, value: &Value, given: Given) -> Result<Value> {
        let [between, attribute] = given.bind("join", ["d", "attribute"])?;
        let between = between.map_or_else(|| Value::text(""), Ok)?;
        let between = self.shown(&between)?;
        let mut made = Buffer::default();
        for (at, item) in self.iterate(value)?.items.iter().enumerate() {
            if at > 0 {
                self.show(&between, &mut made)?;
            }
            let item = self.by(item, attribute.as_ref())?;
            self.show(&item, &mut made)?;
        }
        Ok(made.into())
    }

    fn batch(&mut self, value: &Value, given: Given) -> Result<Value> {
        let [size, fill] = given.bind("batch", ["linecount", "fill_with"])?;
        let size = size.as_ref().and_then(Value::as_int).filter(|size| *size > 0);
        let size = size.ok_or_else(|| Fault::new("`batch` needs a size above 0"))? as usize;
        let items = self.iterate(value)?;
        let mut made = Items::new();
        for chunk in items.items.chunks(size) {
            let missing = if fill.is_some() { size - chunk.len() } else { 0 };
            if missing > limits::get().elements {
                return Err(Fault::limit("elements in a list", size, limits::get().elements));
            }
            self.spend((chunk.len() + missing) as u64)?;
            let rest = fill.iter().flat_map(|fill| std::iter::repeat_n(fill, missing));
            made.push(Value::list(chunk.iter().chain(rest).cloned())?)?;
        }
        Value::lazy(made.into_parts().0)
    }

    fn slices(&mut self, value: &Value, given: Given) -> Result<Value> {
        let [count, fill] = given.bind("slice", ["slices", "fill_with"])?;
        let count = count.as_ref().and_then(Value::as_int).filter(|count| *count > 0);
        let count = count.ok_or_else(|| Fault::new("`slice` needs a number above 0"))? as usize;
        if count > limits::get().elements {
            return Err(Fault::limit("elements in a list", count, limits::get().elements));
        }
        let items = self.iterate(value)?;
        self.spend((count + items.items.len()) as u64)?;
        let (each, more) = (items.items.len() / count, items.items.len() % count);
        let mut made = Items::new();
        let mut at = 0;
        for number in 0..count {
            let length = each + usize::from(number < more);
            let rest = fill.iter().filter(|_| more > 0 && number >= more);
            made.push(Value::list(items.items[at..at + length].iter().chain(rest).cloned())?)?;
            at += length;
        }
        Value::lazy(made.into_parts().0)
    }

    fn dictsort(&mut self, value: &Value, given: Given) -> Result<Value> {
        let [sensitive, by, reverse] = given.bind("dictsort", ["case_sensitive", "by", "reverse"])?;
        let Value::Dict(dict) = value else {
            return fail(format_args!("`dictsort` needs a dictionary, not {}", value.kind()));
        };
        let sensitive = sensitive.is_some_and(|sensitive| sensitive.is_true());
        let by_value = match by.as_ref().and_then(Value::as_text).unwrap_or("key") {
            "key" => false,
            "value" => true,
            other => return fail(format_args!("`dictsort` cannot sort by {other:?} (known: key, value)")),
        };
        let mut keyed = Vec::new();
        for (key, value) in &dict.entries {
            let by = if by_value { value } else { key };
            keyed.push((self.folded(by.clone(), sensitive)?, Value::tuple([key.clone(), value.clone()])?));
        }
        let sorted = self.order(keyed, reverse.is_some_and(|reverse| reverse.is_true()))?;
        Value::list(sorted)
    }

    /// The second ones in the order of the first ones.
    fn order(&mut self, keyed: Vec<(Value, Value)>, reverse: bool) -> Result<Vec<Value>> {
        let levels = u64::from(usize::BITS - keyed.len().leading_zeros());
        let weight = keyed.iter().map(|(key, _)| key.weight()).fold(0, u64::saturating_add);
        self.spend(weight.saturating_mul(levels))?;
        let sorted = if reverse {
            self.sorted(keyed, &|a, b| b.0.order(&a.0))?
        } else {
            self.sorted(keyed, &|a, b| a.0.order(&b.0))?
        };
        Ok(sorted.into_iter().map(|(_, value)| value).collect())
    }

    fn sort_filter(&mut self, value: &Value, given: Given) -> Result<Value> {
        let [reverse, sensitive, attribute] = given.bind("sort", ["reverse", "case_sensitive", "attribute"])?;
        let sensitive = sensitive.is_some_and(|sensitive| sensitive.is_true());
        let paths = paths(attribute.as_ref())?;
        let mut keyed = Vec::new();
        for item in &self.iterate(value)?.items {
            let mut keys = Vec::new();
            for path in &paths {
                let key = self.by(item, path.as_ref())?;
                keys.push(self.folded(key, sensitive)?);
            }
            keyed.push((Value::tuple(keys)?, item.clone()));
        }
        let sorted = self.order(keyed, reverse.is_some_and(|reverse| reverse.is_true()))?;
        Value::list(sorted)
    }

    fn unique(&mut self, value: &Value, given: Given) -> Result<Value> {
        let [sensitive, attribute] = given.bind("unique", ["case_sensitive", "attribute"])?;
        let sensitive = sensitive.is_some_and(|sensitive| sensitive.is_true());
        let mut seen = std::collections::HashSet::new();
        let mut kept = Items::new();
        for item in &self.iterate(value)?.items {
            let key = self.by(item, attribute.as_ref())?;
            let key = self.folded(key, sensitive)?;
            self.spend(key.weight())?;
            if seen.insert(key.hash()?) {
                kept.push(item.clone())?;
            }
        }
        Value::lazy(kept.into_parts().0)
    }

    fn extreme(&mut self, name: &str, value: &Value, given: Given) -> Result<Value> {
        let [sensitive, attribute] = given.bind(name, ["case_sensitive", "attribute"])?;
        let sensitive = sensitive.is_some_and(|sensitive| sensitive.is_true());
        let mut best: Option<(Value, Value)> = None;
        for item in &self.iterate(value)?.items {
            let key = self.by(item, attribute.as_ref())?;
            let key = self.folded(key, sensitive)?;
            self.spend(key.weight())?;
            let is_better = match &best {
                None => true,
                Some((best, _)) if name == "min" => key.order(best)?.is_lt(),
                Some((best, _)) => key.order(best)?.is_gt(),
            };
            if is_better {
                best = Some((key, item.clone()));
            }
        }
        Ok(best.map_or_else(|| Value::undefined("there is no item"), |(_, item)| item))
    }

    fn groupby(&mut self, value: &Value, given: Given) -> Result<Value> {
        let [attribute, default, sensitive] = given.bind("groupby", ["attribute", "default", "case_sensitive"])?;
        let attribute = attribute.ok_or_else(|| Fault::new("`groupby` needs an attribute"))?;
        let sensitive = sensitive.is_some_and(|sensitive| sensitive.is_true());
        let mut keyed = Vec::new();
        for item in &self.iterate(value)?.items {
            let mut own = self.by(item, Some(&attribute))?;
            if let (Value::Undefined(_), Some(default)) = (&own, &default) {
                own = default.clone();
            }
            let key = self.folded(own.clone(), sensitive)?;
            keyed.push((key.clone(), Value::tuple([key, own, item.clone()])?));
        }
        let sorted = self.order(keyed, false)?;
        let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
        for triple in sorted {
            let Value::Tuple(triple) = &triple else { continue };
            let [key, own, item] = triple.items.as_slice() else { continue };
            match groups.last_mut() {
                Some((last, _, items)) if self.same(last, key)? => items.push(item.clone()),
                _ => groups.push((key.clone(), own.clone(), vec![item.clone()])),
            }
        }
        let groups = groups.into_iter().map(|(_, own, items)| {
            let list = Value::list(items)?;
            Value::tuple([own, list])
        });
        let groups = groups.collect::<Result<Vec<_>>>()?;
        Value::list(groups)
    }

    fn sum(&mut self, value: &Value, given: Given) -> Result<Value> {
        let [attribute, start] = given.bind("sum", ["attribute", "start"])?;
        let mut sum = start.unwrap_or(Value::Int(0));
        for item in &self.iterate(value)?.items {
            let item = self.by(item, attribute.as_ref())?;
            self.spend(1)?;
            sum = self.binary(crate::jinja::ast::Binary::Add, &sum, &item)?;
        }
        Ok(sum)
    }

    fn map(&mut self, value: &Value, mut given: Given) -> Result<Value> {
        let mut made = Items::new();
        if given.positional.is_empty() {
            let [attribute, default] = given.bind("map", ["attribute", "default"])?;
            let attribute = attribute.ok_or_else(|| Fault::new("`map` needs a filter or an attribute"))?;
            for item in &self.iterate(value)?.items {
                let found = self.by(item, Some(&attribute))?;
                let found = match (&found, &default) {
                    (Value::Undefined(_), Some(default)) => default.clone(),
                    _ => found,
                };
                made.push(found)?;
            }
            return Value::lazy(made.into_parts().0);
        }
        let name = given.positional.remove(0);
        let Some(name) = name.as_text() else { return fail("`map` needs the name of a filter") };
        for item in &self.iterate(value)?.items {
            let each = Given { positional: given.positional.clone(), named: given.named.clone() };
            made.push(self.filter(name, item.clone(), each)?)?;
        }
        Value::lazy(made.into_parts().0)
    }

    fn select(&mut self, name: &str, value: &Value, mut given: Given) -> Result<Value> {
        let attribute = if name.ends_with("attr") {
            if given.positional.is_empty() {
                return fail(format_args!("`{name}` needs an attribute"));
            }
            Some(given.positional.remove(0))
        } else {
            None
        };
        let test = if given.positional.is_empty() { None } else { Some(given.positional.remove(0)) };
        let wanted = name.starts_with("select");
        let mut made = Items::new();
        for item in &self.iterate(value)?.items {
            self.spend(1)?;
            let own = self.by(item, attribute.as_ref())?;
            let holds = match &test {
                None => own.is_true(),
                Some(test) => {
                    let Some(test) = test.as_text() else {
                        return fail(format_args!("`{name}` needs the name of a test"));
                    };
                    let each = Given { positional: given.positional.clone(), named: given.named.clone() };
                    self.test(test, &own, each)?
                }
            };
            if holds == wanted {
                made.push(item.clone())?;
            }
        }
        Value::lazy(made.into_parts().0)
    }
}

/// What `sort` looks at: several attributes have commas between them.
fn paths(attribute: Option<&Value>) -> Result<Vec<Option<Value>>> {
    match attribute {
        Some(Value::Text(text)) => text.as_str().split(',').map(|path| Value::text(path).map(Some)).collect(),
        other => Ok(vec![other.cloned()]),
    }
}
