//! Prompts of chats, by the Jinja template that comes with a model.
//!
//! Hugging Face renders a template to one text and encodes that. Done so, a message whose content is
//! `<|im_end|><|im_start|>system …` would end its own turn and begin another. The tokens are the same here except for that:
//! the text is rendered, cut at the special tokens that the template wrote, and what lies between is encoded as text.
//!
//! To know which ones the template wrote, it is rendered once more with two characters around each content that occur
//! nowhere else. That tells it apart wherever a template only prints contents, or trims them. For a template that does more, such
//! as to look for `</think>`, only what looks like a special token is marked; if that changes the text too, such a content
//! is refused.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Result, Special, SpecialToken, Tokenizer, TokenizerError};
use crate::jinja::{self, Data, Template};
use crate::text::short;

/// What a template can name beside the messages: the special tokens.
pub(super) type Variables = BTreeMap<String, String>;

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks: what the template knows, mostly `system`, `user` and `assistant`.
    pub role: String,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A message.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Self {
        Self { role: role.into(), content: content.into() }
    }
}

/// A chat template, as Hugging Face's files have it.
#[derive(Clone)]
pub struct ChatTemplate {
    source: String,
    variables: Variables,
    template: Template,
}

impl ChatTemplate {
    /// Prepares a template.
    ///
    /// # Errors
    /// When it is no template, or larger than one may be.
    pub(super) fn new(source: &str, variables: Variables) -> Result<Self> {
        let template = Template::new(source).map_err(failed)?;
        Ok(Self { source: source.to_owned(), variables, template })
    }

    /// The template itself.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text of a chat; `add_generation_prompt` begins the answer.
    ///
    /// # Errors
    /// When the template fails or refuses the messages.
    pub fn render(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String> {
        let text = |key: &str, text: &str| (key.to_owned(), Data::Text(text.to_owned()));
        let message =
            |message: &Message| Data::Dict(vec![text("role", &message.role), text("content", &message.content)]);
        let messages = Data::List(messages.iter().map(message).collect());
        self.render_data(vec![("messages".to_owned(), messages)], add_generation_prompt)
    }

    /// The text of anything that a template can name, which is more than messages of a role and a content: a JSON object
    /// such as `{"messages": […], "tools": […], "enable_thinking": false}`, of which the order counts. The special tokens are
    /// there without being named, `tools` and `documents` are none, and `add_generation_prompt` is false.
    ///
    /// # Errors
    /// When it is no JSON object, or as [`render`](Self::render).
    pub fn render_json(&self, variables: &str) -> Result<String> {
        let failed = |message: String| TokenizerError::ChatTemplate { line: None, message };
        match serde_json::from_str(variables) {
            Ok(Data::Dict(variables)) => self.render_data(variables, false),
            Ok(_) => Err(failed("its variables must be a JSON object".to_owned())),
            Err(error) => Err(failed(short(&format_args!("its variables must be a JSON object: {error}")))),
        }
    }

    /// What is named twice counts the last time.
    fn render_data(&self, given: Vec<(String, Data)>, add_generation_prompt: bool) -> Result<String> {
        let own = self.variables.iter().map(|(name, token)| (name.clone(), Data::Text(token.clone())));
        // Hugging Face's library names these always.
        let always = [
            ("tools", Data::None),
            ("documents", Data::None),
            ("add_generation_prompt", Data::Bool(add_generation_prompt)),
        ];
        let always = always.map(|(name, data)| (name.to_owned(), data));
        let values: Vec<_> = own.chain(always).chain(given).collect();
        self.template.render(&values).map_err(failed)
    }
}

impl fmt::Debug for ChatTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatTemplate")
            .field("source", &self.source)
            .field("variables", &self.variables)
            .finish_non_exhaustive()
    }
}

fn failed(fault: jinja::Fault) -> TokenizerError {
    match fault.kind {
        jinja::Kind::Raised(message) => TokenizerError::RefusedByTemplate { message: short(&message) },
        jinja::Kind::Failed(message) => TokenizerError::ChatTemplate { line: fault.line, message: short(&message) },
        jinja::Kind::Limit { what, met, limit } => TokenizerError::TemplateLimit { line: fault.line, what, met, limit },
    }
}

impl Tokenizer {
    /// The template that came with the tokenizer.
    ///
    /// # Errors
    /// When there is no template, or it cannot be parsed.
    pub fn chat_template(&self) -> Result<&ChatTemplate> {
        self.0.chat.as_ref().ok_or(TokenizerError::NoChatTemplate)?.as_ref().map_err(Clone::clone)
    }

    /// The tokens of a chat by the tokenizer's template; `add_generation_prompt` begins the answer.
    ///
    /// The template's special tokens are special, and what looks like one in a content is text.
    ///
    /// # Errors
    /// When there is no template, it fails or refuses the messages, a special token stands where it cannot be told from the
    /// template's own, or as [`encode`](Self::encode).
    pub fn chat(&self, messages: &[Message], add_generation_prompt: bool) -> Result<Vec<u32>> {
        let template = self.chat_template()?;
        let specials = &self.0.specials;
        // A template compares roles and prints them, so that they cannot be marked; but nothing is lost by refusing these.
        for (at, message) in messages.iter().enumerate() {
            if let Some(found) = lookalikes(&message.role, specials).first() {
                let token = message.role[found.clone()].to_owned();
                return Err(TokenizerError::SpecialInRole { message: at, role: message.role.clone(), token });
            }
        }
        let rendered = template.render(messages, add_generation_prompt)?;
        let marks = Marks::choose(template, messages, &rendered)?;

        for way in [Way::Whole, Way::Lookalikes] {
            let marked: Vec<Message> = messages
                .iter()
                .map(|message| {
                    Message::new(&*message.role, marks.put(&message.content, &way.ranges(&message.content, specials)))
                })
                .collect();
            // The marks can be what a template stumbles over.
            let Ok(text) = template.render(&marked, add_generation_prompt) else { continue };
            let (text, contents) = marks.take(&text);
            if text == rendered {
                return self.encode_between(&text, &contents);
            }
        }
        let (message, token) = messages
            .iter()
            .enumerate()
            .find_map(|(at, message)| {
                Some((at, message.content[lookalikes(&message.content, specials).first()?.clone()].to_owned()))
            })
            .unwrap_or_default();
        Err(TokenizerError::SpecialInContent { message, token })
    }

    /// The tokens of a text in which no special token touches the given ranges.
    fn encode_between(&self, text: &str, contents: &[Range<usize>]) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        let mut done = 0;
        for (special, range) in find(text, contents, &self.0.specials) {
            if done < range.start {
                ids.extend_from_slice(self.encoding(&text[done..range.start], Special::AsText, done)?.get_ids());
            }
            ids.push(special);
            done = range.end;
        }
        if done < text.len() {
            ids.extend_from_slice(self.encoding(&text[done..], Special::AsText, done)?.get_ids());
        }
        Ok(ids)
    }
}

/// What of a content is marked.
#[derive(Clone, Copy)]
enum Way {
    /// All but the white space around it.
    Whole,
    /// What looks like a special token.
    Lookalikes,
}

impl Way {
    fn ranges(self, content: &str, specials: &[SpecialToken]) -> Vec<Range<usize>> {
        match self {
            Self::Whole => {
                let start = content.len() - content.trim_start().len();
                std::iter::once(start..start + content.trim().len()).collect()
            }
            Self::Lookalikes => lookalikes(content, specials),
        }
    }
}

/// Two characters that occur in no text of a chat.
struct Marks {
    open: char,
    close: char,
}

impl Marks {
    /// Takes them from a plane for private use, which no template prints by a number.
    fn choose(template: &ChatTemplate, messages: &[Message], rendered: &str) -> Result<Self> {
        let texts = messages.iter().flat_map(|message| [message.role.as_str(), message.content.as_str()]);
        let used: HashSet<char> = texts
            .chain([template.source.as_str(), rendered])
            .flat_map(str::chars)
            .filter(|&c| c >= '\u{f0000}')
            .collect();
        let mut free = ('\u{f0000}'..='\u{10fffd}').filter(|c| !used.contains(c));
        match (free.next(), free.next()) {
            (Some(open), Some(close)) => Ok(Self { open, close }),
            _ => {
                let message = "the messages contain each character of the planes for private use".to_owned();
                Err(TokenizerError::ChatTemplate { line: None, message })
            }
        }
    }

    fn put(&self, content: &str, ranges: &[Range<usize>]) -> String {
        let mut marked = String::with_capacity(content.len() + 8 * ranges.len());
        let mut done = 0;
        for range in ranges {
            marked.push_str(&content[done..range.start]);
            marked.push(self.open);
            marked.push_str(&content[range.clone()]);
            marked.push(self.close);
            done = range.end;
        }
        marked.push_str(&content[done..]);
        marked
    }

    /// The text without marks, and what was between them.
    fn take(&self, marked: &str) -> (String, Vec<Range<usize>>) {
        let mut text = String::with_capacity(marked.len());
        let mut ranges = Vec::new();
        let mut open = None;
        for c in marked.chars() {
            if c == self.open {
                open.get_or_insert(text.len());
            } else if c == self.close {
                ranges.push(open.take().unwrap_or(text.len())..text.len());
            } else {
                text.push(c);
            }
        }
        ranges.extend(open.map(|start| start..text.len()));
        (text, ranges)
    }
}

/// What in a content is a special token, or would become one by what follows.
pub(super) fn lookalikes(content: &str, specials: &[SpecialToken]) -> Vec<Range<usize>> {
    let ranges = Search::new(content, 0..content.len(), specials).map(|(_, range)| range);
    let mut ranges: Vec<_> = ranges.collect();
    let from = ranges.last().map_or(0, |range| range.end);
    let end = content.trim_end().len();
    let longest = specials.iter().map(|special| special.name.len()).max().unwrap_or_default();
    let begun = (from.max(end.saturating_sub(longest))..end)
        .filter(|&at| content.is_char_boundary(at))
        .find(|&at| specials.iter().any(|special| special.name.starts_with(&content[at..end])));
    ranges.extend(begun.map(|start| start..end));
    ranges
}

/// The special tokens of a text outside of some ranges, with the white space that belongs to them.
fn find(text: &str, except: &[Range<usize>], specials: &[SpecialToken]) -> Vec<(u32, Range<usize>)> {
    let mut found = Vec::new();
    let mut done = 0;
    let starts = std::iter::once(0).chain(except.iter().map(|range| range.end));
    let ends = except.iter().map(|range| range.start).chain([text.len()]);
    for (start, end) in starts.zip(ends) {
        let mut search = Search::new(text, start.max(done)..end.max(done), specials);
        while let Some((special, range)) = search.next() {
            let (before, after) = (&text[..range.start], &text[range.end..]);
            let in_word = before.ends_with(is_word) || after.starts_with(is_word);
            if special.single_word && in_word {
                continue;
            }
            let left = if special.lstrip { before.trim_end().len().max(done) } else { range.start };
            let right = if special.rstrip { text.len() - after.trim_start().len() } else { range.end };
            found.push((special.id, left..right));
            done = right;
            search.skip_to(right);
        }
    }
    found
}

/// The special tokens within a range one after the other, and the longest of those that begin at one place. Each is sought
/// once from where it was found last: a text full of one of them is not read again for the others.
struct Search<'a> {
    text: &'a str,
    end: usize,
    specials: &'a [SpecialToken],
    /// Where each special token is found next.
    starts: Vec<Option<usize>>,
}

impl<'a> Search<'a> {
    fn new(text: &'a str, within: Range<usize>, specials: &'a [SpecialToken]) -> Self {
        let end = within.end;
        let starts = specials.iter().map(|special| sought(text, within.clone(), special)).collect();
        Self { text, end, specials, starts }
    }

    /// Leaves out what begins before.
    fn skip_to(&mut self, from: usize) {
        for (start, special) in self.starts.iter_mut().zip(self.specials) {
            if start.is_some_and(|start| start < from) {
                *start = sought(self.text, from..self.end, special);
            }
        }
    }
}

impl<'a> Iterator for Search<'a> {
    type Item = (&'a SpecialToken, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let starts = self.specials.iter().zip(&self.starts).filter_map(|(special, start)| Some((special, (*start)?)));
        let (special, start) = starts.min_by_key(|(special, start)| (*start, Reverse(special.name.len())))?;
        let end = start + special.name.len();
        self.skip_to(end);
        Some((special, start..end))
    }
}

fn sought(text: &str, within: Range<usize>, special: &SpecialToken) -> Option<usize> {
    let from = within.start;
    Some(from + text.get(within)?.find(special.name.as_str())?)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
