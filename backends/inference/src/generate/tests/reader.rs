//! Readers: slow ones, those that wait, those that go, and several at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crosscheck_backends::device::{Device, Op};
use futures_core::Stream;
use futures_lite::future::block_on;
use futures_lite::stream::StreamExt;

use super::*;
use crate::fake::{until, within};

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The engine begins when it is let go.
fn gated(rig: &Rig) -> mpsc::Sender<()> {
    let (open, gate) = mpsc::channel();
    rig.at(0, move || {
        _ = gate.recv();
        Ok(())
    });
    open
}

#[test]
fn a_token_and_the_end_wake_whoever_polled() {
    within(|| {
        let rig = Rig::new(1024);
        let gate = gated(&rig);
        let mut session = rig.engine.session();
        let mut stream = Box::pin(session.generate(&PROMPT, &options(1)).unwrap());
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        assert!(stream.as_mut().poll_next(&mut context).is_pending());
        assert_eq!(woken.0.load(Ordering::SeqCst), 0);
        drop(gate);
        until(|| woken.0.load(Ordering::SeqCst) == 1);
        assert!(matches!(stream.as_mut().poll_next(&mut context), Poll::Ready(Some(Ok(_)))));
        if stream.as_mut().poll_next(&mut context).is_pending() {
            until(|| woken.0.load(Ordering::SeqCst) == 2);
        }
        assert!(matches!(stream.as_mut().poll_next(&mut context), Poll::Ready(None)));
        assert!(matches!(stream.as_mut().poll_next(&mut context), Poll::Ready(None)));
    });
}

#[test]
fn taking_a_token_lets_the_engine_go_on() {
    within(|| {
        let rig = Rig::new(1024);
        let expected = generate(&mut rig.engine.session(), &PROMPT, 12).unwrap();
        for buffer in [1, 3] {
            let mut session = rig.engine.session();
            let stream = session.generate(&PROMPT, &Options { buffer, ..options(12) }).unwrap();
            let tokens: Result<Vec<_>, _> = block_on(stream.collect::<Vec<_>>()).into_iter().collect();
            assert_eq!(tokens.unwrap(), expected);
            let mut stream = session.generate(&PROMPT, &Options { buffer, ..options(12) }).unwrap();
            for read in 0..9 {
                // The engine waits, and is let go on by the reader alone.
                until(|| stream.ready() == buffer);
                let calls = rig.device.calls();
                std::thread::sleep(Duration::from_millis(3));
                assert_eq!((stream.ready(), rig.device.calls()), (buffer, calls), "{read} were read");
                stream.next_blocking().unwrap().unwrap();
            }
        }
    });
}

#[test]
fn a_reader_may_go_while_the_engine_waits_for_it() {
    within(|| {
        let rig = Rig::new(1024);
        let before = rig.device.memory();
        let mut session = rig.engine.session();
        let stream = session.generate(&PROMPT, &Options { buffer: 1, ..options(9) }).unwrap();
        until(|| stream.ready() == 1);
        std::thread::sleep(Duration::from_millis(3));
        drop(stream);
        rig.engine.wait_until_idle();
        assert_eq!((session.length(), rig.device.memory()), (Some(0), before));
    });
}

/// At each call of a second generation, and the first one is known afterwards.
#[test]
fn a_reader_may_go_at_every_step() {
    within(|| {
        let rig = Rig::new(1024);
        let expected = {
            let mut session = rig.engine.session();
            generate(&mut session, &PROMPT, 4).unwrap();
            generate(&mut session, &[3], 2).unwrap()
        };
        for step in (0..80).step_by(3) {
            let mut session = rig.engine.session();
            generate(&mut session, &PROMPT, 4).unwrap();
            let held = Arc::new(Mutex::new(None));
            let (dropped, calls) = (Arc::clone(&held), Arc::new(AtomicUsize::new(0)));
            let (after, mut left) = (Arc::clone(&calls), step);
            let mut filling = held.lock().unwrap();
            rig.before(move |_| {
                if left == 0 {
                    drop(dropped.lock().unwrap().take());
                    after.fetch_add(1, Ordering::SeqCst);
                } else {
                    left -= 1;
                }
                Ok(())
            });
            *filling = Some(session.generate(&[5, 6], &options(3)).unwrap());
            drop(filling);
            rig.engine.wait_until_idle();
            assert_eq!(calls.load(Ordering::SeqCst), 1, "calls from step {step} on, where the reader went");
            rig.before(|_| Ok(()));
            assert_eq!(session.length(), Some(11), "step {step}");
            assert_eq!(generate(&mut session, &[3], 2).unwrap(), expected, "step {step}");
        }
    });
}

#[test]
fn sessions_take_turns() {
    within(|| {
        let rig = Rig::new(1024);
        let offsets = Arc::new(Mutex::new(Vec::new()));
        let (noted, (open, gate)) = (Arc::clone(&offsets), mpsc::channel::<()>());
        let mut closed = Some(gate);
        rig.before(move |call| {
            if let Some(gate) = closed.take() {
                _ = gate.recv();
            }
            if let Call::Launch(Op::Rotation { rope, length, .. }) = call {
                noted.lock().unwrap().push((length, rope.offset));
            }
            Ok(())
        });
        let eager = Options { buffer: 3, ..options(3) };
        let (mut first, mut long, mut short) = (rig.engine.session(), rig.engine.session(), rig.engine.session());
        // Begins before the others are there, and is read last.
        let _stream = first.generate(&[1, 2], &options(1)).unwrap();
        let mut streams = [long.generate(&[5; 1000], &eager).unwrap(), short.generate(&PROMPT, &eager).unwrap()];
        drop(open);
        for stream in &mut streams {
            assert_eq!(read(stream).unwrap().len(), 3);
        }
        // A long prompt is read in parts.
        let turns = offsets.lock().unwrap().clone();
        assert_eq!(turns, [(2, 0), (512, 0), (7, 0), (488, 512), (1, 7), (1, 1000), (1, 8), (1, 1001)]);
    });
}

/// Nothing else of a session is in the way of another one's end.
#[test]
fn waiting_for_all_is_waiting_for_each() {
    within(|| {
        let rig = Rig::new(1024);
        let gate = gated(&rig);
        let mut sessions: Vec<_> = (0..3).map(|_| rig.engine.session()).collect();
        let streams: Vec<_> =
            sessions.iter_mut().map(|session| session.generate(&PROMPT, &options(2)).unwrap()).collect();
        assert_eq!(rig.engine.running(), 3);
        drop(gate);
        let readers = streams.into_iter().map(|mut stream| std::thread::spawn(move || read(&mut stream).unwrap()));
        readers.collect::<Vec<_>>().into_iter().for_each(|reader| assert_eq!(reader.join().unwrap().len(), 2));
        rig.engine.wait_until_idle();
        assert_eq!(rig.engine.running(), 0);
    });
}
