//! A value whose type is forgotten, so that one engine runs the tests of every suite.

use std::any::Any;

use super::computed::Source;
use super::scalar::scalar;
use super::{Agreement, Budget, BudgetError, Compare, Computed, Expected, Leaves, Mismatch, Null, Terms};
use super::{accepts_input, accepts_narrower, accepts_null, compare};

/// A value that a differential test returned, its type forgotten.
pub trait Value: Any + Send {
    /// Compares with the baseline's value.
    ///
    /// # Errors
    /// When the test gave no terms that can be met.
    fn compare_erased(
        &self,
        expected: &dyn Value,
        terms: &Terms<'_>,
    ) -> Result<Result<Agreed, Mismatch>, NotComparable>;
    /// The value as text, where it is a number or a few.
    fn scalar(&self) -> Option<String>;
}

/// A value with the one that is expected, the type forgotten.
pub trait Pair {
    /// Compares the two.
    ///
    /// # Errors
    /// When the test gave no terms that can be met.
    fn compare_erased(&self, terms: &Terms<'_>) -> Result<Result<Agreed, Mismatch>, NotComparable>;
    /// What is expected, as text, where it is a number or a few.
    fn scalar(&self) -> Option<String>;
}

/// Why two values cannot be compared, for which no backend is to blame.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotComparable {
    /// The values are of different Rust types.
    #[error("the values are of different Rust types")]
    Type,
    /// The test sets a tolerance for a value that has a budget.
    #[error("the value has a budget, which takes the place of a tolerance: remove `tolerance` from the test")]
    Both,
    /// The budget has an invalid entry.
    #[error(transparent)]
    Amount(#[from] BudgetError),
    /// The budget is not one for the value.
    #[error("{0}")]
    Budget(Mismatch),
}

/// How a value agrees with the baseline's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreed {
    /// How well.
    pub agreement: Agreement,
    /// What the same comparison would have accepted as well, although nothing was computed for it.
    pub null: Option<Null>,
    /// The same of what a narrower type of floats can hold, which no constant excuses.
    pub narrower: Option<Null>,
}

impl<T: Compare> Value for Computed<T> {
    fn compare_erased(
        &self,
        expected: &dyn Value,
        terms: &Terms<'_>,
    ) -> Result<Result<Agreed, Mismatch>, NotComparable> {
        let baseline = (expected as &dyn Any).downcast_ref::<Self>().ok_or(NotComparable::Type)?;
        judged(&self.value, &baseline.value, baseline.origin.as_deref(), terms)
    }

    fn scalar(&self) -> Option<String> {
        scalar(&Leaves::of(&self.value))
    }
}

impl<T: Compare> Pair for Expected<T> {
    fn compare_erased(&self, terms: &Terms<'_>) -> Result<Result<Agreed, Mismatch>, NotComparable> {
        judged(&self.actual.value, &self.expected, self.actual.origin.as_deref(), terms)
    }

    fn scalar(&self) -> Option<String> {
        scalar(&Leaves::of(&self.expected))
    }
}

/// Compares a value with the one that is expected, of which `origin` says how it is computed.
fn judged<T: Compare>(
    actual: &T,
    expected: &T,
    origin: Option<&dyn Source<T>>,
    terms: &Terms<'_>,
) -> Result<Result<Agreed, Mismatch>, NotComparable> {
    let allowed = origin.and_then(|origin| origin.budget(expected));
    let budget = allowed.as_deref().map(Budget::new).transpose()?;
    if budget.is_some() && terms.overriding.is_some() {
        return Err(NotComparable::Both);
    }
    let terms = Terms { budget, ..*terms };
    let expected = Leaves::of(expected);
    match compare(&Leaves::of(actual), &expected, &terms) {
        Ok(agreement) => {
            let null = accepts_null(&expected, &terms);
            let echo = || accepts_input(&expected, &origin?.inputs(), &terms);
            let narrower = accepts_narrower(&expected, &terms);
            Ok(Ok(Agreed { agreement, null: null.or_else(echo), narrower }))
        }
        Err(mismatch @ Mismatch::Budget { .. }) => Err(NotComparable::Budget(mismatch)),
        Err(mismatch) => Ok(Err(mismatch)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Tolerance;

    #[test]
    fn the_tolerance_of_a_test_is_not_for_values_that_are_exact() {
        let wide = Tolerance::new(0.0, 2.0);
        let wide = Terms { overriding: Some(wide), ..Terms::DEFAULT };
        let (one, two) = (Computed::new(1.0_f32), Computed::new(2.0_f32));
        assert!(matches!(one.compare_erased(&two, &wide), Ok(Ok(_))));
        assert!(matches!(one.compare_erased(&two, &Terms::DEFAULT), Ok(Err(_))));
        let (one, two) = (Computed::new(1_i32), Computed::new(2_i32));
        assert!(matches!(one.compare_erased(&two, &wide), Ok(Err(_))));
        assert_eq!(one.compare_erased(&Computed::new(1.0_f32), &wide), Err(NotComparable::Type));
    }

    /// 1 and 2 out of themselves, where `actual` is allowed `budget`.
    fn within(actual: [f32; 2], budget: Vec<f64>) -> Result<Result<Agreed, Mismatch>, NotComparable> {
        let computed = |value: [f32; 2]| {
            let budget = budget.clone();
            let same = |[input]: [&[f32; 2]; 1]| Ok::<_, String>([value[0], input[1]]);
            Computed::within([[1.0, 2.0]], same, move |_, _| budget.clone()).unwrap()
        };
        computed(actual).compare_erased(&computed([1.5, 2.0]), &Terms::DEFAULT)
    }

    #[test]
    fn a_budget_takes_the_place_of_the_tolerance() {
        assert!(matches!(within([1.75, 2.0], vec![0.25, 0.0]), Ok(Ok(Agreed { null: None, .. }))));
        assert!(matches!(within([1.75, 2.0], vec![0.125, 0.0]), Ok(Err(Mismatch::Elements(_)))));
        assert!(matches!(within([1.5, 2.0], vec![0.0]), Err(NotComparable::Budget(_))));
        let error = within([1.5, 2.0], vec![0.0, f64::NAN]).unwrap_err().to_string();
        assert_eq!(error, "a budget entry must be finite and ≥ 0 (got NaN at index 1)");
        let one = || Computed::within([1.0], |[one]| Ok::<_, String>(*one), |_, _| vec![0.0]).unwrap();
        let both = Terms { overriding: Some(Tolerance::F32), ..Terms::DEFAULT };
        assert_eq!(one().compare_erased(&one(), &both), Err(NotComparable::Both));
    }

    #[test]
    fn an_input_that_would_pass_is_found() {
        let echo = Some(Null::Identity { input: 0 });
        assert!(matches!(within([1.5, 2.0], vec![0.5, 0.0]), Ok(Ok(Agreed { null, .. })) if null == echo));
    }

    /// Each of three inputs, and none of them.
    #[test]
    fn whichever_input_would_pass_is_named() {
        for passed in [Some(0), Some(1), Some(2), None] {
            let inputs = std::array::from_fn::<_, 3, _>(|at| [1.0_f32, if passed == Some(at) { 2.0 } else { 7.0 }]);
            let (third, of) =
                (|[_, _, _]: [&[f32; 2]; 3]| Ok::<_, String>([1.0_f32, 2.0]), |_: &_, _: [&_; 3]| vec![0.0; 2]);
            let computed = || Computed::within(inputs, third, of).unwrap();
            let agreed = computed().compare_erased(&computed(), &Terms::DEFAULT).unwrap().unwrap();
            assert_eq!(agreed.null, passed.map(|input| Null::Identity { input }));
            let words = passed.map(|input| format!("its input {}, passed through unchanged", input + 1));
            assert_eq!(agreed.null.map(|null| null.to_string()), words);
        }
    }
}
