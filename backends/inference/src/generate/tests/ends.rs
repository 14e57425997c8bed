//! How generations, sessions and the thread end.

use crosscheck_backends::device::Device;

use super::*;
use crate::fake::{until, within};
use crate::generate::Finish;
use crate::model::ModelError;

#[test]
fn as_many_tokens_as_were_asked_for() {
    within(|| {
        let rig = Rig::new(1024);
        let mut session = rig.engine.session();
        let mut stream = session.generate(&PROMPT, &options(1)).unwrap();
        assert_eq!(read(&mut stream).unwrap().len(), 1);
        assert_eq!((stream.finish(), session.length()), (Some(Finish::Length), Some(8)));
        assert!(stream.next_blocking().is_none(), "a token after the last");
    });
}

#[test]
fn a_stop_token_is_none_of_the_tokens() {
    within(|| {
        let rig = Rig::new(1024);
        let tokens = generate(&mut rig.engine.session(), &PROMPT, 6).unwrap();
        let end = tokens.iter().position(|token| *token == tokens[4]).unwrap();
        let mut session = rig.engine.session();
        let stopped = Options { stop: vec![77_777, tokens[4]], ..options(6) };
        let mut stream = session.generate(&PROMPT, &stopped).unwrap();
        assert_eq!(read(&mut stream).unwrap(), tokens[..end]);
        assert_eq!((stream.finish(), session.length()), (Some(Finish::Stop(tokens[4])), Some(7 + end)));
    });
}

/// Generating, and what is said next, is reading both at once.
#[test]
fn a_session_goes_on_where_it_was() {
    within(|| {
        let rig = Rig::new(1024);
        let mut session = rig.engine.session();
        let first = generate(&mut session, &PROMPT, 5).unwrap();
        let second = generate(&mut session, &[9, 8], 5).unwrap();
        assert_eq!(session.length(), Some(7 + 5 + 2 + 5));
        let whole = [&PROMPT[..], &first, &[9, 8]].concat();
        assert_eq!(generate(&mut rig.engine.session(), &whole, 5).unwrap(), second);
    });
}

#[test]
fn the_context_ends_a_generation() {
    within(|| {
        let rig = Rig::new(12);
        let mut session = rig.engine.session();
        let endless = Options { buffer: usize::MAX, ..options(usize::MAX) };
        let mut stream = session.generate(&PROMPT, &endless).unwrap();
        // The model sees 12 tokens, the last one of which is followed by one more.
        assert_eq!(read(&mut stream).unwrap().len(), 6);
        assert_eq!((stream.finish(), session.length()), (Some(Finish::Context), Some(13)));
        let full = session.generate(&[1], &endless).err().unwrap();
        let model = |error| match error {
            GenerateError::Model(error) => error,
            other => panic!("{other}"),
        };
        assert!(matches!(model(full), ModelError::ContextFull { held: 13, new: 1, context: 12 }));
        let mut other = rig.engine.session();
        let long = other.generate(&[1; 13], &endless).err().unwrap();
        assert!(matches!(model(long), ModelError::ContextFull { held: 0, new: 13, context: 12 }));
        assert_eq!(generate(&mut other, &[1; 12], 6).unwrap().len(), 1);
    });
}

#[test]
fn what_makes_no_sense_is_refused_and_costs_nothing() {
    within(|| {
        let rig = Rig::new(1024);
        let (mut session, calls) = (rig.engine.session(), rig.device.calls());
        let mut refused = |prompt: &[u32], options| session.generate(prompt, &options).err().unwrap().to_string();
        assert_eq!(refused(&PROMPT, options(0)), "`max_tokens` is 0: it must be at least 1");
        let none = Options { buffer: 0, ..options(1) };
        assert_eq!(refused(&PROMPT, none), "`buffer` is 0: it must be at least 1");
        assert_eq!(refused(&[], options(1)), "no token was given: a model needs at least one");
        let unknown = "token 512 is not in the model's vocabulary of 512: it must be in 0..512";
        assert_eq!(refused(&[0, 512], options(1)), unknown);
        let mut hot = options(1);
        hot.sampling.temperature = -1.0;
        assert!(refused(&PROMPT, hot).contains("temperature"));
        assert_eq!((session.length(), rig.engine.running(), rig.device.calls()), (Some(0), 0, calls));
        generate(&mut session, &PROMPT, 1).unwrap();
    });
}

/// Whether the engine was faster than the reader makes no difference.
#[test]
fn tokens_that_were_not_taken_do_not_belong_to_the_session() {
    within(|| {
        let rig = Rig::new(1024);
        let mut session = rig.engine.session();
        for taken in 0..=3 {
            let mut stream = session.generate(&PROMPT, &options(3)).unwrap();
            until(|| stream.finish().is_some());
            for _ in 0..taken {
                assert_eq!(session.length(), None);
                assert!(matches!(session.generate(&PROMPT, &options(3)), Err(GenerateError::Busy)));
                stream.next_blocking().unwrap().unwrap();
            }
            drop(stream);
            assert_eq!(session.length(), Some(if taken == 3 { 10 } else { 0 }), "{taken} were taken");
        }
    });
}

/// The first one had ended, and is dropped when the second is on its way.
#[test]
fn an_earlier_stream_says_nothing_of_a_later_one() {
    within(|| {
        let rig = Rig::new(1024);
        let mut session = rig.engine.session();
        let mut stream = session.generate(&PROMPT, &options(1)).unwrap();
        read(&mut stream).unwrap();
        stream = session.generate(&PROMPT, &options(9)).unwrap();
        assert_eq!(session.length(), None);
        assert!(matches!(session.generate(&PROMPT, &options(9)), Err(GenerateError::Busy)));
        assert_eq!(read(&mut stream).unwrap().len(), 9);
        assert_eq!(session.length(), Some(7 + 1 + 7 + 9));
    });
}

#[test]
fn a_stream_needs_nothing_else() {
    within(|| {
        let rig = Rig::new(1024);
        let expected = generate(&mut rig.engine.session(), &PROMPT, 9).unwrap();
        let Rig { engine, device, .. } = rig;
        let mut session = engine.session();
        let mut stream = session.generate(&PROMPT, &options(9)).unwrap();
        drop((session, engine));
        assert_eq!(read(&mut stream).unwrap(), expected);
        drop(stream);
        until(|| Arc::strong_count(&device) == 1);
        assert_eq!(device.memory(), Some(0));
    });
}

/// In every order, whether the stream was read or not, the thread ends and gives everything back.
#[test]
fn the_thread_ends_with_the_last_of_them() {
    within(|| {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for taken in [0, 1, 9] {
                let Rig { engine, device, .. } = Rig::new(1024);
                let mut session = engine.session();
                let mut stream = session.generate(&PROMPT, &options(9)).unwrap();
                for _ in 0..taken {
                    stream.next_blocking().unwrap().unwrap();
                }
                let mut held: [Option<Box<dyn std::any::Any>>; 3] =
                    [Some(Box::new(engine)), Some(Box::new(session)), Some(Box::new(stream))];
                for (number, which) in order.into_iter().enumerate() {
                    assert!(Arc::strong_count(&device) > 1, "it ended after {number} of {order:?}");
                    held[which] = None;
                }
                until(|| Arc::strong_count(&device) == 1);
                assert_eq!(device.memory(), Some(0), "{order:?} after {taken} tokens");
            }
        }
    });
}

/// What is dropped in a call of the device, which the engine's own thread makes.
#[test]
fn the_thread_may_drop_the_last_of_them_itself() {
    within(|| {
        for call in [0, 10, 40] {
            let rig = Rig::new(1024);
            let mut session = rig.engine.session();
            let held = Arc::new(Mutex::new(None));
            let dropped = Arc::clone(&held);
            let mut filling = held.lock().unwrap();
            rig.at(call, move || {
                drop(dropped.lock().unwrap().take());
                Ok(())
            });
            let stream = session.generate(&PROMPT, &options(9)).unwrap();
            let Rig { engine, device, .. } = rig;
            *filling = Some((stream, session, engine));
            drop(filling);
            until(|| Arc::strong_count(&device) == 1);
            assert_eq!(device.memory(), Some(0), "dropped at call {call}");
        }
    });
}

/// It would wait for itself.
#[test]
fn the_thread_does_not_wait_for_what_it_has() {
    within(|| {
        let rig = Rig::new(1024);
        let held = Arc::new(Mutex::new(None));
        let (dropped, (sender, receiver)) = (Arc::clone(&held), std::sync::mpsc::channel());
        let mut filling = held.lock().unwrap();
        rig.at(3, move || {
            let (stream, mut session): (TokenStream, Session) = dropped.lock().unwrap().take().unwrap();
            drop(stream);
            let busy = matches!(session.generate(&PROMPT, &options(9)), Err(GenerateError::Busy));
            sender.send((session.length(), busy, session)).unwrap();
            Ok(())
        });
        let mut session = rig.engine.session();
        *filling = Some((session.generate(&PROMPT, &options(9)).unwrap(), session));
        drop(filling);
        let (length, busy, mut session) = receiver.recv().unwrap();
        assert_eq!((length, busy), (None, true));
        assert_eq!(generate(&mut session, &PROMPT, 9).unwrap().len(), 9);
    });
}

/// What a prompt took, and the smaller cache where a larger one takes its place; and not after each token.
#[test]
fn memory_is_given_back_when_much_of_it_was_freed() {
    within(|| {
        let rig = Rig::new(1024);
        let (mut session, mut before) = (rig.engine.session(), rig.device.trimmed());
        let mut trimmed = |prompt: &[u32], tokens| {
            generate(&mut session, prompt, tokens).unwrap();
            rig.engine.wait_until_idle();
            std::mem::replace(&mut before, rig.device.trimmed()).abs_diff(rig.device.trimmed())
        };
        assert_eq!(trimmed(&PROMPT, 50), 1);
        // The 256th position is that of a token among these.
        assert_eq!(trimmed(&PROMPT, 200), 2);
        // Read in two parts.
        assert_eq!(trimmed(&[5; 600], 2), 2);
    });
}
