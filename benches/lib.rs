//! Benches of crosscheck itself: `cargo bench -p crosscheck-benches`. They stand in `benches/`; there is nothing else here.
