//! The recipes of `docs/src/subjects.md`, where each block stands as it does here.
#![deny(warnings)]
#![allow(unexpected_cfgs, reason = "the feature `gpu` is one of the reader's crate")]

use crosscheck::{Subject, Unavailable};

/// What no backend of these contracts lacks.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

/// An executor that is enough for futures that are ready.
mod pollster {
    pub fn block_on<T>(future: impl Future<Output = T>) -> T {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let mut future = std::pin::pin!(future);
        loop {
            if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
        }
    }
}

mod state {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;

    trait Store: Send + Sync {
        fn put(&self, key: &str, value: i64);
        fn get(&self, key: &str) -> Option<i64>;
    }

    impl Subject for dyn Store {
        type Feature = Feature;
        const BASELINE: &'static str = "tree";
    }

    #[derive(Default)]
    struct Tree(Mutex<BTreeMap<String, i64>>);

    impl Store for Tree {
        fn put(&self, key: &str, value: i64) {
            self.0.lock().unwrap().insert(key.to_owned(), value);
        }

        fn get(&self, key: &str) -> Option<i64> {
            self.0.lock().unwrap().get(key).copied()
        }
    }

    #[crosscheck::backend(name = "tree", fresh)]
    fn tree() -> Result<Box<dyn Store>, Unavailable> {
        Ok(Box::new(Tree::default()))
    }

    #[crosscheck::conformance]
    fn a_store_is_empty_at_first(store: &dyn Store) {
        assert_eq!(store.get("key"), None);
        store.put("key", 1);
        assert_eq!(store.get("key"), Some(1));
    }
}

mod exclusive {
    use std::sync::Mutex;

    use super::*;

    /// What somebody else has written.
    #[derive(Default)]
    struct Counter(u64);

    impl Counter {
        fn next(&mut self) -> u64 {
            self.0 += 1;
            self.0
        }
    }

    trait Numbers: Send + Sync {
        fn next(&self) -> u64;
    }

    impl Numbers for Mutex<Counter> {
        fn next(&self) -> u64 {
            self.lock().unwrap().next()
        }
    }

    #[crosscheck::backend(name = "counter", fresh)]
    fn counter() -> Result<Box<dyn Numbers>, Unavailable> {
        Ok(Box::new(Mutex::new(Counter::default())))
    }

    impl Subject for dyn Numbers {
        type Feature = Feature;
        const BASELINE: &'static str = "counter";
    }

    #[crosscheck::conformance]
    fn numbers_rise(numbers: &dyn Numbers) {
        assert!(numbers.next() < numbers.next());
    }
}

mod threads {
    use std::rc::Rc;
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// What somebody else has written: neither `Send` nor `Sync`.
    struct Interpreter(Rc<str>);

    impl Interpreter {
        fn run(&self, program: &str) -> usize {
            program.matches(&*self.0).count()
        }
    }

    trait Machine: Send + Sync {
        fn run(&self, program: &str) -> usize;
    }

    type Job = Box<dyn FnOnce(&Interpreter) + Send>;

    /// The only thread that ever sees the interpreter.
    struct OnItsThread(Sender<Job>);

    impl OnItsThread {
        fn new(make: fn() -> Interpreter) -> Self {
            let (jobs, inbox) = channel::<Job>();
            std::thread::spawn(move || {
                let interpreter = make();
                inbox.into_iter().for_each(|job| job(&interpreter));
            });
            Self(jobs)
        }
    }

    impl Machine for OnItsThread {
        fn run(&self, program: &str) -> usize {
            let (reply, result) = channel();
            let program = program.to_owned();
            let job = move |interpreter: &Interpreter| {
                let _ = reply.send(interpreter.run(&program));
            };
            self.0.send(Box::new(job)).expect("the thread lives");
            result.recv().expect("the interpreter has panicked")
        }
    }

    #[crosscheck::backend(name = "interpreter")]
    fn interpreter() -> Result<Box<dyn Machine>, Unavailable> {
        Ok(Box::new(OnItsThread::new(|| Interpreter("+".into()))))
    }

    impl Subject for dyn Machine {
        type Feature = Feature;
        const BASELINE: &'static str = "interpreter";
    }

    #[crosscheck::conformance]
    fn additions_are_counted(machine: &dyn Machine) {
        assert_eq!(machine.run("1+2+3"), 2);
    }
}

mod foreign {
    use super::*;

    /// Another crate.
    mod text {
        pub trait Encoder: Send + Sync {
            fn encode(&self, text: &str) -> Vec<u8>;
        }

        pub struct Utf8;

        impl Encoder for Utf8 {
            fn encode(&self, text: &str) -> Vec<u8> {
                text.as_bytes().to_vec()
            }
        }
    }

    /// `dyn text::Encoder` is another crate's: a type of our own around it can be a subject.
    struct Encoder(Box<dyn text::Encoder>);

    impl Subject for Encoder {
        type Feature = Feature;
        const BASELINE: &'static str = "utf8";
    }

    impl std::ops::Deref for Encoder {
        type Target = dyn text::Encoder;

        fn deref(&self) -> &Self::Target {
            &*self.0
        }
    }

    #[crosscheck::backend(name = "utf8")]
    fn utf8() -> Result<Box<Encoder>, Unavailable> {
        Ok(Box::new(Encoder(Box::new(text::Utf8))))
    }

    #[crosscheck::conformance]
    fn letters_are_bytes(encoder: &Encoder) {
        assert_eq!(encoder.encode("ab"), [97, 98]);
    }
}

mod generic {
    use super::*;

    /// The contract, which is no trait object.
    trait Sort {
        fn sorted<T: Ord>(&self, values: Vec<T>) -> Vec<T>;
    }

    struct Std;

    impl Sort for Std {
        fn sorted<T: Ord>(&self, mut values: Vec<T>) -> Vec<T> {
            values.sort();
            values
        }
    }

    /// What the checks see of it: the types that they sort.
    trait Sorts: Send + Sync {
        fn numbers(&self, values: Vec<i64>) -> Vec<i64>;
        fn texts(&self, values: Vec<String>) -> Vec<String>;
    }

    impl<S: Sort + Send + Sync> Sorts for S {
        fn numbers(&self, values: Vec<i64>) -> Vec<i64> {
            self.sorted(values)
        }

        fn texts(&self, values: Vec<String>) -> Vec<String> {
            self.sorted(values)
        }
    }

    impl Subject for dyn Sorts {
        type Feature = Feature;
        const BASELINE: &'static str = "std";
    }

    #[crosscheck::backend(name = "std")]
    fn std() -> Result<Box<dyn Sorts>, Unavailable> {
        Ok(Box::new(Std))
    }

    #[crosscheck::conformance]
    fn the_least_comes_first(sorts: &dyn Sorts) {
        assert_eq!(sorts.numbers(vec![3, 1, 2]), [1, 2, 3]);
        assert_eq!(sorts.texts(vec!["b".to_owned(), "a".to_owned()]), ["a", "b"]);
    }
}

mod asynchronous {
    use std::pin::Pin;

    use super::*;

    type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

    trait Store: Send + Sync {
        fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<i64>>;
    }

    impl Subject for dyn Store {
        type Feature = Feature;
        const BASELINE: &'static str = "empty";

        fn block_on<T>(future: impl Future<Output = T>) -> T {
            pollster::block_on(future)
        }
    }

    #[crosscheck::conformance]
    async fn nothing_is_there_at_first(store: &dyn Store) {
        assert_eq!(store.get("key").await, None);
    }

    struct Empty;

    impl Store for Empty {
        fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Option<i64>> {
            Box::pin(async { None })
        }
    }

    #[crosscheck::backend(name = "empty")]
    fn empty() -> Result<Box<dyn Store>, Unavailable> {
        Ok(Box::new(Empty))
    }
}

mod features {
    use super::*;

    trait Adder: Send + Sync {
        fn add(&self, a: u32, b: u32) -> u32;
    }

    impl Subject for dyn Adder {
        type Feature = Feature;
        const BASELINE: &'static str = "plain";
    }

    struct Plain;

    impl Adder for Plain {
        fn add(&self, a: u32, b: u32) -> u32 {
            a + b
        }
    }

    #[crosscheck::backend(name = "plain")]
    fn plain() -> Result<Box<dyn Adder>, Unavailable> {
        Ok(Box::new(Plain))
    }

    #[crosscheck::backend(name = "gpu")]
    fn gpu() -> Result<Box<dyn Adder>, Unavailable> {
        #[cfg(feature = "gpu")]
        return Ok(Box::new(gpu::Adder::open()?));
        #[cfg(not(feature = "gpu"))]
        Err(Unavailable::new("built without the feature `gpu`"))
    }

    /// Another crate.
    mod driver {
        pub fn count() -> std::ops::Range<u32> {
            0..2
        }
    }

    struct Card(u32);

    impl Adder for Card {
        fn add(&self, a: u32, b: u32) -> u32 {
            a + b + self.0 - self.0
        }
    }

    fn cards() -> Vec<Card> {
        driver::count().map(Card).collect()
    }

    #[crosscheck::backend(name = "cuda", device = "cuda", each = cards)]
    fn cuda(card: Card) -> Result<Box<dyn Adder>, Unavailable> {
        Ok(Box::new(card))
    }

    #[crosscheck::conformance]
    fn one_and_one_are_two(adder: &dyn Adder) {
        assert_eq!(adder.add(1, 1), 2);
    }
}

crosscheck::main!();
