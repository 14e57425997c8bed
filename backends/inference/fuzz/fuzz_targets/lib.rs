//! What both targets do with a model that opened.

use crosscheck_backends::device::Matrix;
use crosscheck_inference::weights::{LoadError, Weights};

/// Reads all that the model has, or writes down why not. A model that opened must be readable, but for scales
/// that are not finite.
pub fn read(weights: Result<Weights, LoadError>) {
    let weights = match weights {
        Ok(weights) => weights,
        Err(error) => {
            assert!(error.to_string().len() < 2000, "{error}");
            return;
        }
    };
    weights.config().check().unwrap();
    for parameter in weights.parameters() {
        match (weights.vector(parameter), weights.matrix(parameter)) {
            (Ok(vector), Err(LoadError::Rank { .. })) => assert_eq!(vector.rank(), 1),
            (Err(LoadError::Rank { .. }), Ok(Matrix::Dense(matrix))) => assert_eq!(matrix.rank(), 2),
            (Err(LoadError::Rank { .. }), Ok(Matrix::Quantized(matrix))) => {
                let words = matrix.columns * matrix.quantization.bits as usize / 32;
                assert_eq!(matrix.packed.len(), matrix.scales.shape()[0] * words);
                assert_eq!(matrix.scales.shape(), matrix.biases.shape());
            }
            (Err(LoadError::Rank { .. }), Err(error)) => assert!(error.to_string().contains("not finite"), "{error}"),
            (vector, matrix) => panic!("{parameter:?}: {vector:?} and {matrix:?}"),
        }
    }
    if let Some(vocabulary) = weights.vocabulary() {
        assert!(vocabulary.kinds.is_empty() || vocabulary.kinds.len() == vocabulary.tokens.len());
        assert_eq!(vocabulary.tokens.len(), weights.config().vocabulary);
    }
}
