//! Checks that come to their end, each without having checked anything or after having done so: the end of the name says which.

use std::sync::OnceLock;

use crosscheck::{Subject, Unavailable, conformance};

/// What a backend may have forgotten to do.
trait Machine: Send + Sync {
    fn results(&self) -> Vec<u32>;
    fn run(&self) -> Result<(), String>;
}

/// None.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "idle";
}

/// Does nothing, and refuses nothing.
struct Idle;

impl Machine for Idle {
    fn results(&self) -> Vec<u32> {
        Vec::new()
    }

    fn run(&self) -> Result<(), String> {
        Ok(())
    }
}

#[crosscheck::backend(name = "idle")]
fn idle() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Idle))
}

/// Leaves the function that it is called in, as a macro of another crate might.
macro_rules! skip_if_empty {
    ($results:expr) => {
        if $results.is_empty() {
            return;
        }
    };
}

/// What another crate asserts with.
macro_rules! must {
    ($what:expr) => {
        assert!($what)
    };
}

/// A future that is ready is all that is needed here.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("nothing is waited for"),
    }
}

#[crosscheck::asserts]
fn are_small(results: &[u32]) -> Result<(), String> {
    for result in results {
        assert!(*result < 10);
    }
    Ok(())
}

fn foreign(result: bool) {
    assert!(result);
}

mod finds {
    use super::*;

    /// The line of what is never reached is the fifth from here.
    #[conformance]
    fn a_hidden_return(machine: &dyn Machine) {
        let results = machine.results();
        skip_if_empty!(results);
        assert_eq!(results[0], 1);
    }

    /// While another check asserts on a thread of its own.
    #[conformance]
    fn a_loop_beside_a_busy_thread(machine: &dyn Machine) {
        std::thread::sleep(std::time::Duration::from_millis(100));
        for result in machine.results() {
            assert_eq!(result, 1);
        }
    }

    /// A release build leaves it out.
    #[conformance]
    fn what_asserts_in_a_debug_build_only(machine: &dyn Machine) {
        debug_assert_eq!(machine.run(), Ok(()));
        for result in machine.results() {
            assert_eq!(result, 1);
        }
    }

    #[conformance]
    fn an_if_let_without_an_else(machine: &dyn Machine) {
        if let Some(first) = machine.results().first() {
            assert_eq!(*first, 1);
        }
    }

    #[conformance]
    fn a_loop_over_nothing(machine: &dyn Machine) {
        for result in machine.results() {
            assert_eq!(result, 1);
        }
    }

    #[conformance]
    fn a_loop_that_would_fail(machine: &dyn Machine) -> Result<(), String> {
        for result in machine.results() {
            if result != 1 {
                return Err("not one".to_owned());
            }
        }
        Ok(())
    }

    #[conformance]
    fn a_closure_that_is_left(machine: &dyn Machine) {
        let check_them = |results: Vec<u32>| {
            if results.is_empty() {
                return;
            }
            assert_eq!(results[0], 1);
        };
        // Its name says nothing here.
        let run = check_them;
        run(machine.results());
    }

    #[conformance]
    fn a_closure_that_is_not_called(machine: &dyn Machine) {
        machine.results().iter().for_each(|result| assert_eq!(*result, 1));
        let _ = machine.results().iter().map(|result| result.checked_sub(1).unwrap()).max();
    }

    #[conformance]
    fn an_async_block_that_is_left(machine: &dyn Machine) {
        wait(async {
            if machine.results().is_empty() {
                return;
            }
            assert_eq!(machine.results()[0], 1);
        });
    }

    #[conformance(allow(early_return, reason = "the error is turned into none, on purpose"))]
    fn an_error_that_is_turned_into_none(machine: &dyn Machine) -> Result<(), String> {
        let results = machine.results();
        if results.is_empty() {
            return Err("nothing").or_else(|_: &str| machine.run());
        }
        assert_eq!(results[0], 1);
        Ok(())
    }

    #[conformance]
    fn what_refuses_nothing(machine: &dyn Machine) -> Result<(), String> {
        machine.run()?;
        Ok(())
    }

    #[conformance]
    fn a_match_that_lets_through(machine: &dyn Machine) {
        match machine.results().as_slice() {
            [] => {}
            results => assert_eq!(results, [1]),
        }
    }

    #[conformance]
    fn the_right_side_of_or(machine: &dyn Machine) {
        let _ = machine.results().is_empty() || machine.results().first().unwrap() == &1;
    }

    #[conformance]
    fn the_right_side_of_and(machine: &dyn Machine) {
        if !machine.results().is_empty() && *machine.results().first().expect("there is one") == 1 {}
    }

    #[conformance]
    fn an_else_if(machine: &dyn Machine) {
        if machine.results().is_empty() {
        } else if *machine.results().first().unwrap() == 1 {
        }
    }

    #[conformance]
    fn a_helper_with_an_empty_loop(machine: &dyn Machine) -> Result<(), String> {
        are_small(&machine.results())?;
        Ok(())
    }

    #[conformance]
    fn a_function_inside_that_is_not_called(machine: &dyn Machine) {
        fn inner(result: u32) {
            assert_eq!(result, 1);
        }
        machine.results().into_iter().for_each(inner);
    }

    #[conformance]
    fn a_thread_with_an_empty_loop(machine: &dyn Machine) {
        std::thread::scope(|scope| {
            for result in machine.results() {
                scope.spawn(move || assert_eq!(result, 1));
            }
        });
    }

    #[conformance]
    fn an_unknown_helper(machine: &dyn Machine) -> Result<(), String> {
        fn harmless(_: Vec<u32>) -> Result<(), String> {
            Ok(())
        }
        harmless(machine.results())?;
        Ok(())
    }
}

mod is_content_with {
    use super::*;

    /// For as long as other checks take.
    #[conformance]
    fn what_asserts_on_a_busy_thread(machine: &dyn Machine) {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..50 {
                    std::thread::sleep(std::time::Duration::from_millis(4));
                    assert!(machine.results().is_empty());
                }
            });
        });
    }

    #[conformance]
    fn an_assertion(machine: &dyn Machine) {
        assert!(machine.results().is_empty());
    }

    #[conformance]
    fn an_if_that_would_panic(machine: &dyn Machine) {
        if !machine.results().is_empty() {
            panic!("not empty");
        }
    }

    #[conformance]
    fn an_if_that_would_return_an_error(machine: &dyn Machine) -> Result<(), String> {
        if !machine.results().is_empty() {
            return Err("not empty".to_owned());
        }
        Ok(())
    }

    #[conformance]
    fn a_match_that_would_fail(machine: &dyn Machine) {
        match machine.results().as_slice() {
            [] => {}
            _ => unreachable!("not empty"),
        }
    }

    #[conformance]
    fn a_let_else(machine: &dyn Machine) {
        let Ok(()) = machine.run() else { panic!("refused") };
    }

    #[conformance]
    fn an_else_that_would_fail(machine: &dyn Machine) -> Result<(), String> {
        if machine.results().is_empty() { Ok(()) } else { Err("not empty".to_owned()) }
    }

    #[conformance]
    fn an_unwrap(machine: &dyn Machine) {
        machine.run().unwrap();
    }

    #[conformance]
    fn an_unwrap_by_hand(machine: &dyn Machine) {
        machine.run().unwrap_or_else(|error| panic!("refused: {error}"));
    }

    #[conformance]
    fn an_error_of_its_own(machine: &dyn Machine) -> Result<(), &'static str> {
        machine.results().is_empty().then_some(()).ok_or("not empty")?;
        Ok(())
    }

    #[conformance]
    fn what_the_value_says(machine: &dyn Machine) -> Result<(), String> {
        machine.run()
    }

    #[conformance]
    fn what_the_value_of_a_branch_says(machine: &dyn Machine) -> Result<(), String> {
        match machine.results().len() {
            0 => machine.run(),
            _ => Ok(()),
        }
    }

    #[conformance]
    fn an_arm(machine: &dyn Machine) {
        match machine.results().len() {
            0 => assert!(machine.run().is_ok()),
            _ => {}
        }
    }

    #[conformance]
    fn an_async_block(machine: &dyn Machine) {
        wait(async { assert!(machine.results().is_empty()) });
    }

    #[conformance]
    fn a_closure(machine: &dyn Machine) {
        let look = |results: Vec<u32>| assert!(results.is_empty());
        look(machine.results());
    }

    #[conformance]
    fn a_helper_by_its_name(machine: &dyn Machine) {
        fn check_all(results: &[u32]) {
            drop(results.to_vec());
        }
        check_all(&machine.results());
    }

    #[conformance]
    fn a_helper_by_its_attribute(machine: &dyn Machine) -> Result<(), String> {
        are_small(&[machine.results().len() as u32])?;
        Ok(())
    }

    #[conformance(asserts(foreign, reason = "it asserts what it is given"))]
    fn a_helper_that_is_named(machine: &dyn Machine) {
        foreign(machine.results().is_empty());
    }

    #[conformance(asserts(must, reason = "it is `assert!`"))]
    fn a_macro_that_is_named(machine: &dyn Machine) {
        must!(machine.results().is_empty());
    }

    #[conformance]
    fn a_thread(machine: &dyn Machine) {
        let results = machine.results();
        let thread = std::thread::spawn(move || assert!(results.is_empty()));
        thread.join().unwrap_or_default();
    }

    #[conformance]
    fn a_thread_that_is_there_already(machine: &dyn Machine) {
        /// What to do, and whom to tell.
        type Job = (Box<dyn FnOnce() + Send>, std::sync::mpsc::Sender<()>);
        static POOL: OnceLock<std::sync::mpsc::Sender<Job>> = OnceLock::new();
        let pool = POOL.get_or_init(|| {
            let (sender, jobs) = std::sync::mpsc::channel::<Job>();
            std::thread::spawn(move || {
                for (job, done) in jobs {
                    job();
                    let _ = done.send(());
                }
            });
            sender
        });
        let (sender, done) = std::sync::mpsc::channel();
        let results = machine.results();
        let _ = pool.send((Box::new(move || assert!(results.is_empty())), sender));
        let _ = done.recv();
    }

    #[conformance(allow(no_assertion, reason = "that it comes to an end is all"))]
    fn nothing_where_that_is_meant(machine: &dyn Machine) -> Result<(), String> {
        machine.run()?;
        Ok(())
    }
}

crosscheck::main!();
