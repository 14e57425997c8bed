//! The backends that are linked, by crosscheck's registry.

use crosscheck::Unavailable;
use crosscheck::registry::{Bodies, Elements, Gathered};
use crosscheck::spec::BackendSpec;
use crosscheck_backends::Kernels;

use crate::failure::Failure;

/// An open backend.
pub struct Backend {
    pub name: &'static str,
    pub kernels: Box<dyn Kernels>,
}

/// Opens the backend of a name or an alias. Without one: the first that is available here of those with a device of their
/// own, then the others, then the one that they are compared with.
pub fn open(name: Option<&str>) -> Result<Backend, Failure> {
    let Gathered { spec, bodies } = Elements::linked().suite::<dyn Kernels>();
    let opened = |at: usize| {
        let name = spec.backends[at].name;
        let opened = opened(&*bodies, at);
        opened.map(|kernels| Backend { name, kernels }).map_err(|reason| Failure::Unavailable { name, reason })
    };
    if let Some(name) = name {
        let is_named = |it: &BackendSpec| it.name == name || it.aliases.contains(&name);
        let at = spec.backends.iter().position(is_named).ok_or_else(|| unknown(name, &spec.backends))?;
        return opened(at);
    }
    let mut order: Vec<_> = (0..spec.backends.len()).collect();
    order.sort_by_key(|at| (spec.backends[*at].name == spec.baseline, spec.backends[*at].device.is_none()));
    let mut failed = unknown("", &spec.backends);
    for at in order {
        match opened(at) {
            Ok(backend) => return Ok(backend),
            Err(failure) => failed = failure,
        }
    }
    Err(failed)
}

fn opened(bodies: &dyn Bodies, at: usize) -> Result<Box<dyn Kernels>, Unavailable> {
    let other = |_| Unavailable::new("it is a backend of another contract");
    bodies.open(at)?.downcast::<Box<dyn Kernels>>().map(|kernels| *kernels).map_err(other)
}

fn unknown(name: &str, backends: &[BackendSpec]) -> Failure {
    let known = backends.iter().map(|it| it.name).collect();
    let names = backends.iter().flat_map(|it| it.aliases.iter().chain([&it.name]));
    // As crosscheck's own command line: a third of the letters may be wrong.
    let near = names
        .map(|known| (strsim::osa_distance(&name.to_lowercase(), known), *known))
        .filter(|(distance, known)| distance * 3 <= known.len())
        .min();
    Failure::UnknownBackend { name: name.to_owned(), nearest: near.map(|(_, name)| name.to_owned()), known }
}
