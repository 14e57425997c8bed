//! Where the expansion finds the runtime: `crate = path`.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Path, Token};

use crate::nearest::did_you_mean;

/// The path of the runtime: `::crosscheck`, unless the attribute says `crate = path`.
#[derive(Clone, Default)]
pub struct Krate(Option<Path>);

/// `crate = path`, or nothing.
impl Parse for Krate {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut krate = Self::default();
        while !input.is_empty() {
            let key: Ident = input.call(Ident::parse_any)?;
            if key != "crate" {
                let hint = did_you_mean(&key.to_string(), ["crate"]);
                return Err(syn::Error::new_spanned(
                    &key,
                    format!("unknown argument `{key}`{hint} (known: crate = path)"),
                ));
            }
            krate.set(&key, input)?;
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(krate)
    }
}

impl Krate {
    /// Reads what stands behind `crate`, which is `name`.
    pub fn set(&mut self, name: &Ident, input: ParseStream) -> syn::Result<()> {
        if !input.peek(Token![=]) {
            return Err(syn::Error::new_spanned(name, "the path of the runtime is written `crate = path`"));
        }
        input.parse::<Token![=]>()?;
        let path = input.call(Path::parse_mod_style).map_err(|error| {
            syn::Error::new(
                error.span(),
                "`crate` takes the path of the runtime, such as `crate = my_host::crosscheck`",
            )
        })?;
        match self.0.replace(path) {
            Some(_) => Err(syn::Error::new_spanned(name, "argument `crate` is repeated")),
            None => Ok(()),
        }
    }

    /// Whether the attribute says where it is.
    pub fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// This one, or what a module gives where nothing is said.
    pub fn or(self, given: Self) -> Self {
        Self(self.0.or(given.0))
    }

    /// `crate = path`, if it is given.
    pub fn argument(&self) -> Option<TokenStream> {
        self.0.as_ref().map(|path| quote!(crate = #path))
    }

    /// The path, where what is wrong with the code around it is shown at `span`.
    pub fn at(&self, span: Span) -> TokenStream {
        match &self.0 {
            None => quote_spanned!(span=> ::crosscheck),
            // What a name means is decided where it was written, `$crate` above all.
            Some(path) => path.to_token_stream().into_iter().map(|token| located_at(token, span)).collect(),
        }
    }

    /// The statement that names the runtime [`ALIAS`], so that a wrong path is said once.
    pub fn import(&self) -> TokenStream {
        let (path, alias) = (self.at_its_place(), Ident::new(ALIAS, Span::call_site()));
        quote!(use #path as #alias;)
    }

    fn at_its_place(&self) -> TokenStream {
        self.0.as_ref().map_or_else(|| quote!(::crosscheck), ToTokens::to_token_stream)
    }
}

/// What blocks of the expansion call the runtime; see [`Krate::import`].
pub const ALIAS: &str = "__crosscheck";

/// The name and the version of the crate that is being compiled, as Cargo says them, for what a backend publishes.
pub fn package() -> Option<[String; 2]> {
    Some([std::env::var("CARGO_PKG_NAME").ok()?, std::env::var("CARGO_PKG_VERSION").ok()?])
}

fn located_at(mut token: TokenTree, span: Span) -> TokenTree {
    token.set_span(token.span().located_at(span));
    token
}

/// A variable of the expansion: of a hygiene of its own, so that no name of the user's means it. The underscores keep apart
/// what has no hygiene: a constant or static of this name would be a pattern here.
pub fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

/// The tokens as if they all stood at `span`: what is wrong with one of them is then wrong with all of them, and said once.
pub fn all_at(tokens: TokenStream, span: Span) -> TokenStream {
    let at = |mut token: TokenTree| {
        match &mut token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), all_at(group.stream(), span));
                inner.set_span(span);
                return inner.into();
            }
            // `$crate` means another crate at another place.
            TokenTree::Ident(name) if name == "$crate" => {}
            token => token.set_span(span),
        }
        token
    };
    tokens.into_iter().map(at).collect()
}
