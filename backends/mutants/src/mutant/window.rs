//! Which keys a query of attention sees, where several things say so: windows, causality and a mask that is added.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Kernels, Keys, Logits, Mask, Tensor, validate};

use super::Result;
use super::attention::mask_of;
use crate::fault::Fault;

/// What the fault makes of these operands, where it changes anything.
pub fn attention(fault: Fault, [q, k, v]: [&Tensor; 3], logits: Logits, mask: Mask<'_>) -> Option<Result> {
    let reference = |mask: Mask<'_>| Reference.scaled_dot_product_attention(q, k, v, logits, mask);
    let of_keys = |keys| Some(reference(Mask { keys, ..mask }));
    // What is wrong without the fault stays wrong.
    let valid = validate::attention(q, k, v, logits, mask);
    let (Ok(_), Keys::Causal | Keys::Window(_)) = (valid, mask.keys) else {
        return match (fault, mask.keys) {
            (Fault::AttentionWindowZero, Keys::Window(0)) => of_keys(Keys::Causal),
            _ => None,
        };
    };
    let (queries, keys) = (q.shape()[2], k.shape()[2]);
    let cached = keys.saturating_sub(queries);
    // Where the query of this number stands.
    let own = |query: usize| (query + keys).checked_sub(queries);
    // Causal, and what hides a key from a query at that position beside that.
    let behind = |hides: &dyn Fn(usize, usize) -> bool| {
        let hidden = mask_of(q, queries, keys, |query, key| own(query).is_none_or(|own| key > own || hides(own, key)));
        hidden.and_then(|hidden| reference(Mask::additive(&with(hidden, mask.additive)?)))
    };
    let (is_cached, is_single) = (cached > 0, queries == 1);
    match (fault, mask.keys, mask.additive) {
        (Fault::AttentionWindowWide, Keys::Window(window), _) => of_keys(Keys::Window(window.saturating_add(1))),
        (Fault::AttentionWindowNarrow, Keys::Window(window), _) => of_keys(Keys::Window((window - 1).max(1))),
        (Fault::AttentionWindowIgnored, Keys::Window(_), _) => of_keys(Keys::Causal),
        (Fault::AttentionWindowUncausal, Keys::Window(window), _) => {
            let hidden =
                mask_of(q, queries, keys, |query, key| own(query).is_none_or(|own| key.saturating_add(window) <= own));
            Some(hidden.and_then(|hidden| reference(Mask::additive(&with(hidden, mask.additive)?))))
        }
        (Fault::AttentionWindowCached, Keys::Window(_), _) if is_cached => of_keys(Keys::Causal),
        (Fault::AttentionWindowSingle, Keys::Window(_), _) if is_single => of_keys(Keys::Causal),
        (Fault::AttentionWindowFirst, Keys::Window(window), _) => {
            Some(behind(&|own, key| key.saturating_add(window) <= own.saturating_sub(cached)))
        }
        (Fault::AttentionWindowChunks, Keys::Window(window), _) => {
            Some(behind(&|own, key| key / window != own / window))
        }
        (Fault::AttentionWindowSigned, Keys::Window(window), _) if window > i32::MAX as usize => {
            Some(behind(&|_, _| true))
        }
        (Fault::AttentionWindowBytes, Keys::Window(window), _) if window > 255 => {
            of_keys(Keys::Window((window % 256).max(1)))
        }
        (Fault::AttentionWindowMask, Keys::Window(window), _) => Some(reference(Mask::window(window))),
        (Fault::AttentionCausalDropped, _, Some(added)) => Some(reference(Mask::additive(added))),
        (Fault::AttentionMaskDropped, _, Some(_)) => Some(reference(Mask { additive: None, ..mask })),
        (Fault::AttentionHiddenNan, Keys::Window(window), Some(_)) => {
            Some(behind(&|own, key| key.saturating_add(window) <= own))
        }
        (Fault::AttentionHiddenNan, _, Some(_)) => Some(behind(&|_, _| false)),
        _ => None,
    }
}

/// The sum of two masks, of which the second need not be there.
fn with(hidden: Tensor, added: Option<&Tensor>) -> Result {
    added.map_or_else(|| Ok(hidden.clone()), |added| Reference.add(added, &hidden))
}
