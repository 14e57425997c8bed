use proptest::prelude::*;

use super::*;

fn sampling() -> Sampling {
    Sampling { temperature: 1.0, ..Sampling::default() }
}

fn sampler(sampling: Sampling) -> Sampler {
    Sampler::new(sampling).unwrap()
}

fn draws(sampling: Sampling, logits: &[f32], count: usize) -> Vec<u32> {
    let mut sampler = sampler(sampling);
    (0..count).map(|_| sampler.next(logits, &[]).unwrap()).collect()
}

/// What is drawn from, by the sampler's own numbers.
fn distribution(sampling: Sampling, logits: &[f32], earlier: &[u32]) -> Vec<(u32, f64)> {
    let mut sampler = sampler(sampling);
    sampler.score(logits, earlier).unwrap();
    let best = best(&sampler.scores).unwrap();
    sampler.weigh(sampler.scores[best as usize]);
    let (cut, total) = sampler.cut();
    let left = sampler.candidates.iter().filter(|candidate| candidate.rank >= cut);
    left.map(|candidate| (token(candidate.rank), candidate.weight as f64 / total as f64)).collect()
}

/// The same by sorting everything and by the formulas as they are written down, and how close the sum at the cut is to
/// `top_p`.
fn oracle(sampling: Sampling, logits: &[f32], earlier: &[u32]) -> (Vec<(u32, f64)>, f64) {
    let mut scores: Vec<(usize, f64)> = logits.iter().map(|&x| f64::from(x)).enumerate().collect();
    for (token, score) in &mut scores {
        if earlier.contains(&(*token as u32)) {
            let penalty = f64::from(sampling.repetition_penalty);
            *score = if *score > 0.0 { *score / penalty } else { *score * penalty };
        }
        *score /= f64::from(sampling.temperature);
    }
    scores.retain(|(_, score)| *score > f64::NEG_INFINITY);
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scores.truncate(sampling.top_k.unwrap_or(usize::MAX));
    let softmax = |scores: &[(usize, f64)]| -> Vec<(u32, f64)> {
        let sum: f64 = scores.iter().map(|(_, score)| (score - scores[0].1).exp()).sum();
        scores.iter().map(|(token, score)| (*token as u32, (score - scores[0].1).exp() / sum)).collect()
    };
    let all = softmax(&scores);
    let (mut before, mut kept, mut closest) = (0.0, 0, f64::INFINITY);
    while kept < all.len() && (kept == 0 || sampling.top_p == 1.0 || before < f64::from(sampling.top_p)) {
        before += all[kept].1;
        closest = closest.min((before - f64::from(sampling.top_p)).abs());
        kept += 1;
    }
    let mut left = softmax(&scores[..kept]);
    left.sort_by_key(|(token, _)| *token);
    (left, if sampling.top_p == 1.0 { f64::INFINITY } else { closest })
}

// Element 5 of the test strategy: equal seeds draw equal tokens, on each platform.

// The tokens are what a program of its own says, in Python, from PCG's definition on and with exact integers.
#[test]
fn a_seed_draws_the_tokens_written_here() {
    let logits: Vec<f32> = (0..64i16).map(|i| f32::from(i * 37 % 64) / 16.0).collect();
    let all = sampling();
    let few = Sampling { temperature: 0.7, top_k: Some(20), top_p: 0.9, repetition_penalty: 1.1, seed: 42 };
    let mut with_penalty = sampler(few);
    let mut earlier = vec![5, 7];
    for _ in 0..16 {
        earlier.push(with_penalty.next(&logits, &earlier).unwrap());
    }
    assert_eq!(draws(all, &logits, 16), [10, 22, 44, 4, 55, 12, 13, 31, 53, 57, 29, 3, 39, 12, 36, 1]);
    assert_eq!(
        draws(Sampling { seed: u64::MAX, ..all }, &logits, 16),
        [55, 48, 62, 5, 62, 25, 5, 1, 57, 48, 38, 36, 1, 50, 55, 30]
    );
    assert_eq!(earlier[2..], [19, 19, 50, 36, 62, 24, 12, 36, 50, 29, 17, 57, 31, 31, 19, 5]);
}

#[test]
fn equal_seeds_draw_equal_tokens_and_other_seeds_others() {
    let logits = [0.0; 100];
    let first = draws(Sampling { seed: 7, ..sampling() }, &logits, 50);
    assert_eq!(draws(Sampling { seed: 7, ..sampling() }, &logits, 50), first);
    for seed in [0, 6, 8, 7 << 32] {
        assert_ne!(draws(Sampling { seed, ..sampling() }, &logits, 50), first, "{seed}");
    }
}

#[test]
fn a_clone_continues_where_its_original_was() {
    let logits = [0.0; 100];
    let mut original = sampler(sampling());
    original.next(&logits, &[]).unwrap();
    let mut clone = original.clone();
    for _ in 0..20 {
        assert_eq!(original.next(&logits, &[]), clone.next(&logits, &[]));
    }
}

#[test]
fn what_was_drawn_before_leaves_no_trace_but_in_the_generator() {
    let (long, short) = ([0.5; 300], [0.25, 0.5, 0.125]);
    let mut used = sampler(Sampling { top_p: 0.8, top_k: Some(200), ..sampling() });
    let mut other = used.clone();
    used.next(&long, &[]).unwrap();
    other.next(&short, &[]).unwrap();
    for _ in 0..20 {
        assert_eq!(used.next(&short, &[]), other.next(&short, &[]));
    }
}

/// A choice of one is a draw like any other: what follows does not depend on how many there were to choose from.
#[test]
fn one_candidate_takes_a_number_too() {
    const OUT: f32 = f32::NEG_INFINITY;
    let many: Vec<f32> = (0..50).map(|at| (at % 7) as f32 / 7.0).collect();
    let after = |sampling: Sampling, first: &[f32], token: u32| {
        let mut sampler = sampler(sampling);
        assert_eq!(sampler.next(first, &[]).unwrap(), token);
        sampler
    };
    let mut plain = sampler(sampling());
    plain.next(&[0.0; 50], &[]).unwrap();
    let expected: Vec<u32> = (0..20).map(|_| plain.next(&many, &[]).unwrap()).collect();
    for (first, token) in [(&[3.0][..], 0), (&[OUT, OUT, 1.0, OUT], 2), (&[900.0, 0.0, 0.0], 0)] {
        let mut one = after(sampling(), first, token);
        let made: Vec<u32> = (0..20).map(|_| one.next(&many, &[]).unwrap()).collect();
        assert_eq!(made, expected, "{first:?}");
    }
    for narrow in [Sampling { top_k: Some(1), ..sampling() }, Sampling { top_p: 1e-6, ..sampling() }] {
        let mut one = after(narrow, &[0.0, 2.0, 1.0], 1);
        one.sampling = sampling();
        let made: Vec<u32> = (0..20).map(|_| one.next(&many, &[]).unwrap()).collect();
        assert_eq!(made, expected, "{narrow:?}");
    }
}

#[test]
fn a_refused_call_draws_nothing() {
    let logits = [0.0; 100];
    let mut disturbed = sampler(sampling());
    let mut other = disturbed.clone();
    assert!(disturbed.next(&[f32::NAN], &[]).is_err());
    assert!(disturbed.next(&[f32::NEG_INFINITY], &[]).is_err());
    for _ in 0..10 {
        assert_eq!(disturbed.next(&logits, &[]), other.next(&logits, &[]));
    }
}

/// Draws `count` times; the sum of (seen - expected)² / expected is below `limit`, and nothing else is drawn.
fn agrees(sampling: Sampling, logits: &[f32], limit: f64) {
    const COUNT: usize = 40_000;
    let (expected, _) = oracle(sampling, logits, &[]);
    let drawn = draws(sampling, logits, COUNT);
    let mut distance = 0.0;
    let mut seen = 0;
    for (token, share) in &expected {
        let times = drawn.iter().filter(|drawn| *drawn == token).count();
        seen += times;
        let mean = share * COUNT as f64;
        assert!(mean > 5.0, "a square needs some draws: token {token} has {mean}");
        distance += (times as f64 - mean).powi(2) / mean;
    }
    assert_eq!(seen, COUNT, "others were drawn than {expected:?}");
    assert!(distance < limit, "{distance} for {expected:?}");
}

// The limits are what chi-square exceeds once in a thousand times with so many degrees of freedom. The seed is fixed.

#[test]
fn tokens_are_drawn_as_often_as_the_softmax_says() {
    let logits = [1.0, 0.0, 2.5, -1.0, 2.0, 0.5, -0.5, 1.5];
    agrees(sampling(), &logits, 24.3);
    agrees(Sampling { temperature: 2.0, seed: 1, ..sampling() }, &logits, 24.3);
    agrees(Sampling { temperature: 0.7, seed: 2, ..sampling() }, &logits, 24.3);
}

#[test]
fn tokens_are_drawn_as_often_as_the_softmax_of_what_is_left_says() {
    let logits = [1.0, 0.0, 2.5, -1.0, 2.0, 0.5, -0.5, 1.5];
    agrees(Sampling { top_k: Some(4), ..sampling() }, &logits, 16.3);
    agrees(Sampling { top_p: 0.8, ..sampling() }, &logits, 16.3);
    agrees(Sampling { top_k: Some(5), top_p: 0.7, temperature: 1.5, seed: 3, ..Sampling::default() }, &logits, 16.3);
}

// The other branches of the same, against the oracle.

#[test]
fn the_penalty_divides_positive_logits_and_multiplies_negative_ones_once() {
    let twice = Sampling { repetition_penalty: 2.0, ..Sampling::default() };
    // 3 / 2 is below 2.
    assert_eq!(sampler(twice).next(&[2.0, 3.0], &[1]), Ok(0));
    // -1 · 2 is below -1.5.
    assert_eq!(sampler(twice).next(&[-1.0, -1.5], &[0]), Ok(1));
    // 3 / 2 is above 1 and 3 / 4 is not.
    assert_eq!(sampler(twice).next(&[1.0, 3.0], &[1, 1]), Ok(1));
    // Without a penalty earlier tokens do not matter.
    assert_eq!(sampler(Sampling::default()).next(&[2.0, 3.0], &[1, 9]), Ok(1));
}

#[test]
fn an_earlier_token_without_a_logit_is_refused() {
    let mut sampler = sampler(Sampling { repetition_penalty: 1.1, ..Sampling::default() });
    assert_eq!(sampler.next(&[0.0, 1.0], &[0, 2]), Err(SamplingError::EarlierToken { token: 2, count: 2 }));
}

#[test]
fn a_penalty_cannot_make_a_logit_infinite() {
    let with = |repetition_penalty| Sampling { repetition_penalty, ..sampling() };
    assert_eq!(sampler(with(2.0)).next(&[f32::MIN, f32::NEG_INFINITY], &[0, 1]), Ok(0));
    assert_eq!(sampler(with(0.5)).next(&[f32::NEG_INFINITY, 0.0, f32::MAX], &[0, 1, 2]), Ok(2));
}

fn logits() -> impl Strategy<Value = Vec<f32>> {
    // Quarters, so that there are equal ones.
    let logit =
        prop_oneof![8 => (-20i8..20).prop_map(|quarters| f32::from(quarters) / 4.0), 1 => Just(f32::NEG_INFINITY)];
    prop::collection::vec(logit, 1..80).prop_filter("one at least", |all| all.iter().any(|x| x.is_finite()))
}

fn any_sampling() -> impl Strategy<Value = Sampling> {
    let top_k = prop::option::of(1usize..40);
    let top_p = prop_oneof![Just(1.0f32), 0.01f32..1.0];
    (prop_oneof![Just(1.0f32), 0.2f32..3.0], top_k, top_p, prop_oneof![Just(1.0f32), 0.5f32..2.0], any::<u64>())
        .prop_map(|(temperature, top_k, top_p, repetition_penalty, seed)| Sampling {
            temperature,
            top_k,
            top_p,
            repetition_penalty,
            seed,
        })
}

proptest! {
    #[test]
    fn what_is_left_and_how_likely_is_what_sorting_everything_says(
        sampling in any_sampling(),
        logits in logits(),
        earlier in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let earlier: Vec<u32> = earlier.iter().map(|index| index.index(logits.len()) as u32).collect();
        let (expected, closest) = oracle(sampling, &logits, &earlier);
        // Where a sum is `top_p` but for rounding, either side is right.
        prop_assume!(closest > 1e-6);
        let left = distribution(sampling, &logits, &earlier);
        let tokens = |all: &[(u32, f64)]| all.iter().map(|(token, _)| *token).collect::<Vec<_>>();
        prop_assert_eq!(tokens(&left), tokens(&expected));
        for ((_, share), (_, expected)) in left.iter().zip(&expected) {
            // The oracle penalises in f64: one rounding to f32 of a score up to 10, divided by 0.2.
            prop_assert!((share - expected).abs() <= 1e-5, "{} {}", share, expected);
        }
        let drawn = sampler(sampling).next(&logits, &earlier).unwrap();
        prop_assert!(tokens(&expected).contains(&drawn));
    }

    #[test]
    fn no_temperature_takes_the_first_of_the_largest(logits in logits(), seed in any::<u64>()) {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let first = logits.iter().position(|x| *x == largest).unwrap() as u32;
        let greedy = Sampling { seed, top_k: Some(3), top_p: 0.5, ..Sampling::default() };
        prop_assert_eq!(sampler(greedy).next(&logits, &[]), Ok(first));
    }

    #[test]
    fn a_rank_keeps_the_order_of_scores_and_then_of_tokens(a in -3i8..3, b in -3i8..3, s in 0u32..9, t in 0u32..9) {
        let (a, b) = (f32::from(a) / 4.0, f32::from(b) / 4.0);
        let expected = a.partial_cmp(&b).unwrap().then(t.cmp(&s));
        prop_assert_eq!(rank(a, s).cmp(&rank(b, t)), expected);
        prop_assert_eq!(token(rank(a, s)), s);
    }
}

// Element 26 of the test strategy: the edges of sampling.

#[test]
fn one_token_left_is_the_first_of_the_largest() {
    let logits = [0.5, 2.0, -3.0, 2.0, 1.0];
    for seed in 0..50 {
        let base = Sampling { seed, ..sampling() };
        assert_eq!(draws(Sampling { top_k: Some(1), ..base }, &logits, 4), [1; 4]);
        for top_p in [f32::from_bits(1), f32::MIN_POSITIVE, 1e-6, 0.3] {
            assert_eq!(draws(Sampling { top_p, ..base }, &logits, 4), [1; 4], "{top_p}");
        }
        assert_eq!(draws(Sampling { temperature: 0.0, ..base }, &logits, 4), [1; 4]);
    }
}

#[test]
fn the_first_of_the_largest_may_be_anywhere() {
    let mut greedy = sampler(Sampling::default());
    for first in 0..200 {
        let mut logits = vec![-1.0; 200];
        // Smaller ones before it, equal ones and smaller ones behind it.
        logits[..first].iter_mut().zip(0_u8..).for_each(|(logit, at)| *logit = -2.0 - 1.0 / f32::from(at + 1));
        logits[first..].iter_mut().step_by(7).for_each(|logit| *logit = 3.0);
        assert_eq!(greedy.next(&logits, &[]), Ok(first as u32));
    }
}

#[test]
fn equal_logits_leave_the_lower_tokens() {
    for value in [0.0, 5.0, -1e30, f32::MAX, f32::MIN] {
        let logits = [value; 10];
        let left =
            |sampling| distribution(sampling, &logits, &[]).into_iter().map(|(token, _)| token).collect::<Vec<_>>();
        assert_eq!(left(Sampling { top_k: Some(3), ..sampling() }), [0, 1, 2]);
        assert_eq!(left(Sampling { top_p: 0.35, ..sampling() }), [0, 1, 2, 3]);
        assert_eq!(left(sampling()), (0..10).collect::<Vec<_>>());
        assert_eq!(draws(Sampling::default(), &logits, 1), [0]);
    }
    assert_eq!(draws(Sampling { top_k: Some(1), ..sampling() }, &[-0.0, 0.0], 1), [0]);
    assert_eq!(draws(Sampling::default(), &[-0.0, 0.0], 1), [0]);
}

/// The oracle of the other tests leaves these out: there a sum is `top_p` but for rounding, here it is.
#[test]
fn tokens_that_have_exactly_the_share_are_enough() {
    for count in [2_u32, 4, 8, 16] {
        let logits = vec![1.5; count as usize];
        for tokens in 1..count {
            let top_p = tokens as f32 / count as f32;
            let left = distribution(Sampling { top_p, ..sampling() }, &logits, &[]);
            assert!(left.iter().map(|(token, _)| *token).eq(0..tokens), "{top_p}: {left:?}");
        }
    }
}

/// ln 2⁴⁰ is 27.726.
#[test]
fn only_what_is_2_to_the_40_times_less_likely_cannot_be_drawn() {
    for (logit, share) in [(-20.0_f64, (-20.0_f64).exp()), (-27.7, 2.0_f64.powi(-40)), (-27.8, 0.0)] {
        let left = distribution(sampling(), &[0.0, logit as f32], &[]);
        assert!((left[1].1 - share).abs() <= 2.0_f64.powi(-40), "{logit}: {left:?}");
        assert_eq!(left[1].1 > 0.0, share > 0.0, "{logit}: {left:?}");
    }
}

#[test]
fn more_logits_than_fit_a_sum_are_refused() {
    let mut logits = vec![0.0; MAX_LOGITS + 1];
    let refused = Err(SamplingError::TooManyLogits { count: MAX_LOGITS + 1 });
    assert_eq!(sampler(sampling()).next(&logits, &[]), refused);
    logits.pop();
    assert!(sampler(Sampling { top_p: 0.9, ..sampling() }).next(&logits, &[]).is_ok());
}

#[test]
fn more_than_there_are_is_all_of_them() {
    let logits = [0.0, f32::NEG_INFINITY, 0.0];
    for top_k in [2, 3, 4, usize::MAX] {
        let left = distribution(Sampling { top_k: Some(top_k), ..sampling() }, &logits, &[]);
        assert_eq!(left, [(0, 0.5), (2, 0.5)], "{top_k}");
    }
}

#[test]
fn what_is_ruled_out_is_never_drawn() {
    let logits = [f32::NEG_INFINITY, -200.0, f32::NEG_INFINITY, -200.0];
    for temperature in [1e-30, 1.0, 1e30] {
        let drawn = draws(Sampling { temperature, ..sampling() }, &logits, 1000);
        assert!(drawn.iter().all(|token| token % 2 == 1), "{temperature}");
        assert!(drawn.contains(&1) && drawn.contains(&3), "{temperature}");
    }
    assert_eq!(draws(Sampling::default(), &logits, 1), [1]);
    let all = [f32::NEG_INFINITY; 3];
    for sampling in [Sampling::default(), sampling()] {
        assert_eq!(sampler(sampling).next(&all, &[]), Err(SamplingError::NothingLeft { count: 3 }));
    }
}

#[test]
fn what_is_no_number_or_no_limit_is_refused_with_its_token() {
    for sampling in [Sampling::default(), sampling()] {
        let mut sampler = sampler(sampling);
        assert_eq!(sampler.next(&[], &[]), Err(SamplingError::NoLogits));
        let with_nan = [0.0, f32::NEG_INFINITY, f32::NAN, f32::INFINITY];
        assert_eq!(sampler.next(&with_nan, &[]), Err(SamplingError::NotANumber { token: 2 }));
        let with_infinity = [0.0, f32::INFINITY, f32::NAN];
        assert_eq!(sampler.next(&with_infinity, &[]), Err(SamplingError::Infinite { token: 1 }));
    }
}

#[test]
fn neither_a_tiny_temperature_nor_huge_logits_overflow() {
    let tiny = [f32::from_bits(1), f32::MIN_POSITIVE, 1e-10];
    let logits = [f32::MIN, 1.0, f32::MAX, 3e38, 0.0];
    for temperature in tiny.into_iter().chain([1.0, 1e10, 1e30]) {
        for top_p in [1.0, 0.9] {
            assert_eq!(draws(Sampling { temperature, top_p, ..sampling() }, &logits, 4), [2; 4], "{temperature}");
        }
    }
    // The largest temperature makes all of them alike.
    let drawn = draws(Sampling { temperature: f32::MAX, ..sampling() }, &[1.0, 2.0, 3.0], 100);
    assert!((0..3).all(|token| drawn.contains(&token)));
}

#[test]
fn a_value_out_of_its_range_is_refused_with_the_value() {
    let refused = |sampling| Sampler::new(sampling).unwrap_err().to_string();
    for value in [-1.0, -f32::MIN_POSITIVE, f32::NAN, f32::INFINITY] {
        let text = refused(Sampling { temperature: value, ..sampling() });
        assert!(text.starts_with(&format!("the temperature is {value}; it must be at least 0")), "{text}");
    }
    for value in [0.0, -0.5, 1.0000001, f32::NAN, f32::INFINITY] {
        let text = refused(Sampling { top_p: value, ..sampling() });
        assert!(text.starts_with(&format!("top_p is {value}; it must be above 0, and at most 1")), "{text}");
    }
    for value in [0.0, -1.1, f32::NAN, f32::INFINITY] {
        let text = refused(Sampling { repetition_penalty: value, ..sampling() });
        assert!(text.starts_with(&format!("the repetition penalty is {value}; it must be above 0")), "{text}");
    }
    assert_eq!(Sampler::new(Sampling { top_k: Some(0), ..sampling() }).unwrap_err(), SamplingError::TopK);
    assert!(Sampler::new(Sampling { temperature: -0.0, ..sampling() }).is_ok());
}
