//! Many pieces of work at a time.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does `work` on all items, as many at a time as there are processors, and returns what they come to in the order of the items.
///
/// Begins no more of it after the first error, and returns that.
pub fn map<I: Send, O: Send, E: Send>(items: Vec<I>, work: impl Fn(I) -> Result<O, E> + Sync) -> Result<Vec<O>, E> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    let items = Mutex::new(items.into_iter().enumerate());
    let results = Mutex::new(Ok(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((at, item)) = next(&items) {
                    if !keep(&results, work(item).map(|made| (at, made))) {
                        break;
                    }
                }
            });
        }
    });
    let mut made = results.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    made.sort_unstable_by_key(|(at, _)| *at);
    Ok(made.into_iter().map(|(_, made)| made).collect())
}

fn next<I>(items: &Mutex<impl Iterator<Item = I>>) -> Option<I> {
    items.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Adds a result to the others, and says whether to go on.
fn keep<O, E>(results: &Mutex<Result<Vec<O>, E>>, result: Result<O, E>) -> bool {
    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
    if let Ok(made) = &mut *results {
        match result {
            Ok(one) => made.push(one),
            Err(error) => *results = Err(error),
        }
    }
    results.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_items_are_worked_on_and_keep_their_order() {
        let squares = map((0..100).collect(), |n: u32| Ok::<_, ()>(n * n)).unwrap();
        assert_eq!(squares, (0..100).map(|n| n * n).collect::<Vec<_>>());
        assert_eq!(map(Vec::<u32>::new(), Ok::<_, ()>), Ok(vec![]));
    }

    #[test]
    fn an_error_stops_the_work() {
        let error = map((0..1000).collect(), |n: u32| if n < 10 { Ok(n) } else { Err(n) });
        assert!((10..1000).contains(&error.unwrap_err()));
    }
}
