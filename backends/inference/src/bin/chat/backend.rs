//! The backends that are linked.

use crosscheck::OpenError;
use crosscheck_backends::Kernels;

use crate::failure::Failure;

/// The backends of this program, the preferred one first.
const PREFERRED: [&str; 4] = ["mlx_metal", "mlx_cuda", "mlx_cpu", "reference"];

/// An open backend.
pub struct Backend {
    pub name: String,
    pub kernels: Box<dyn Kernels>,
}

/// Opens the backend of a name or an alias; without one, the first of [`PREFERRED`] that is available here.
pub fn open(name: Option<&str>) -> Result<Backend, Failure> {
    let opened = |name: &str| {
        let kernels = crosscheck::open::<dyn Kernels>(name);
        kernels.map(|kernels| Backend { name: name.to_owned(), kernels }).map_err(|error| match error {
            OpenError::Unavailable(reason) => Failure::Unavailable { name: name.to_owned(), reason },
            unknown => Failure::UnknownBackend(unknown),
        })
    };
    if let Some(name) = name {
        return opened(name);
    }
    let mut failed = None;
    for name in PREFERRED {
        match opened(name) {
            Ok(backend) => return Ok(backend),
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    Err(failed.unwrap_or(Failure::NoModel))
}
