//! Softmax, norms and rotary position embeddings.

use crosscheck::conformance;
use crosscheck_backends::{Kernels, Rope, RopeLayout};

use super::{Outcome, golden};

const ROPE: Rope = Rope { dims: 6, base: 500.0, scale: 0.75, offset: 7, layout: RopeLayout::Halves };
const EPS: f32 = 1e-3;

#[conformance(of = "softmax", axis(1, 2))]
pub fn softmax(kernels: &dyn Kernels, axis: usize) -> Outcome {
    let golden = golden("softmax");
    golden.assert_near(&format!("expected_{axis}"), &kernels.softmax(&golden.get("x")?, axis)?)
}

#[conformance(of = "rms_norm")]
pub fn rms_norm(kernels: &dyn Kernels) -> Outcome {
    let golden = golden("rms_norm");
    golden.assert_near("expected", &kernels.rms_norm(&golden.get("x")?, &golden.get("weight")?, EPS)?)
}

#[conformance(of = "layer_norm")]
pub fn layer_norm(kernels: &dyn Kernels) -> Outcome {
    let golden = golden("layer_norm");
    let [x, weight, bias] = ["x", "weight", "bias"].map(|key| golden.get(key));
    golden.assert_near("expected", &kernels.layer_norm(&x?, &weight?, &bias?, EPS)?)
}

#[conformance(of = "rope")]
pub fn rope_halves(kernels: &dyn Kernels) -> Outcome {
    let golden = golden("rope");
    golden.assert_near("expected_halves", &kernels.rope(&golden.get("x")?, &ROPE)?)
}

#[conformance(of = "rope")]
pub fn rope_interleaved(kernels: &dyn Kernels) -> Outcome {
    let golden = golden("rope");
    let rope = Rope { layout: RopeLayout::Interleaved, ..ROPE };
    golden.assert_near("expected_interleaved", &kernels.rope(&golden.get("x")?, &rope)?)
}
