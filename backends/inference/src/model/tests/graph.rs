//! What MLX notes for each token.

use crosscheck_backends::mlx::{Mlx, MlxDevice, pending_operations};
use crosscheck_backends::{Kernels, device::Matrix};

use super::*;

type Result<T = Resident> = std::result::Result<T, KernelError>;

/// Computes nothing before it is waited for.
struct Unstarted(Arc<dyn Device>);

impl Device for Unstarted {
    fn upload(&self, x: &Tensor) -> Result {
        self.0.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result {
        self.0.upload_matrix(w)
    }

    fn launch(&self, op: Op<'_>) -> Result {
        self.0.launch(op)
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        self.0.download(x)
    }

    fn wait(&self, xs: &[&Resident]) -> Result<()> {
        self.0.wait(xs)
    }

    fn memory(&self) -> Option<usize> {
        self.0.memory()
    }
}

#[test]
fn a_token_takes_no_more_operations_than_the_one_before() {
    let device = Unstarted(Mlx::open(MlxDevice::Cpu).unwrap().device().unwrap());
    let llama = load(&weights(1024), &device);
    let mut cache = llama.cache();
    llama.read(&device, &[1; 10], &mut cache).unwrap();
    let mut steps = Vec::new();
    for token in 10..=500 {
        let capacity = cache.capacity();
        let logits = llama.forward(&device, &[token], &mut cache, Positions::Last).unwrap();
        // Where the cache becomes larger, what it held is copied.
        if cache.capacity() == capacity {
            steps.push((token, pending_operations(&logits).unwrap()));
        }
        device.wait(&[&logits]).unwrap();
    }
    assert_eq!(steps.len(), 490);
    assert!(steps[0].1 > 40, "{} operations are no model", steps[0].1);
    // Fewer where the cache is full, of which attention then needs no part.
    assert_eq!(steps.iter().find(|step| step.1 > steps[0].1), None, "token 10 took {}", steps[0].1);
}
