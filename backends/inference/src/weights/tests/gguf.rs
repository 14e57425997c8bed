//! What a GGUF file can be and can say.

use crosscheck_backends::RopeLayout;

use super::message;
use super::write::{ARRAY, BOOL, F32, Gguf, GgufTensor, Noise, STRING, U32, array, text, texts};
use crate::config::{Biases, Config};
use crate::weights::{GgufVocabulary, Parameter, Weights};

fn open(file: &Gguf) -> Weights {
    Weights::from_gguf(file.bytes()).unwrap()
}

/// The message without the name of the file.
fn refused(file: &Gguf) -> String {
    refused_bytes(file.bytes())
}

fn refused_bytes(bytes: Vec<u8>) -> String {
    message(Weights::from_gguf(bytes)).strip_prefix("model.gguf: ").unwrap().to_owned()
}

fn with(change: impl FnOnce(&mut Gguf)) -> Gguf {
    let mut file = Gguf::tiny("Q4_0");
    change(&mut file);
    file
}

fn u32(value: u32) -> Vec<u8> {
    value.to_le_bytes().to_vec()
}

const TINY: Config = Config {
    vocabulary: 5,
    hidden_size: 32,
    layers: 1,
    heads: 2,
    kv_heads: 1,
    head_dim: 16,
    intermediate_size: 64,
    max_position_embeddings: 64,
    rope_base: 20000.0,
    rope_layout: RopeLayout::Interleaved,
    rope_factors: Vec::new(),
    biases: Biases::None,
    eps: 1e-5,
    tied: true,
};

#[test]
fn sizes_are_read() {
    for version in [2, 3] {
        let weights = open(&Gguf { version, ..Gguf::tiny("Q4_1") });
        assert_eq!((weights.config(), weights.vocabulary()), (&TINY, None));
        assert_eq!(weights.parameters().count(), 11);
    }
}

#[test]
fn what_is_left_out_has_a_default() {
    let file = with(|file| {
        for key in
            ["llama.vocab_size", "llama.attention.head_count_kv", "llama.rope.dimension_count", "llama.rope.freq_base"]
        {
            file.remove(key);
        }
        file.set("llama.attention.head_count", U32, u32(1));
        for name in ["blk.0.attn_k.weight", "blk.0.attn_v.weight"] {
            let tensor = file.tensor(name);
            (tensor.dims, tensor.data) = (vec![32, 32], Noise(1).data("Q4_0", 32 * 32));
        }
    });
    assert_eq!(*open(&file).config(), Config { heads: 1, kv_heads: 1, head_dim: 32, rope_base: 10000.0, ..TINY });
}

#[test]
fn heads_may_be_wider_than_the_model() {
    let file = with(|file| {
        for key in ["llama.attention.key_length", "llama.attention.value_length", "llama.rope.dimension_count"] {
            file.set(key, U32, u32(32));
        }
        for (name, dims) in [("q", [32, 64]), ("k", [32, 32]), ("v", [32, 32]), ("output", [64, 32])] {
            let tensor = file.tensor(&format!("blk.0.attn_{name}.weight"));
            (tensor.dims, tensor.data) = (dims.to_vec(), Noise(1).data("Q4_0", (dims[0] * dims[1]) as usize));
        }
    });
    assert_eq!(*open(&file).config(), Config { head_dim: 32, ..TINY });
}

#[test]
fn an_output_of_its_own_is_used() {
    let file = with(|file| file.push("output.weight", "F16", &[5, 32], &mut Noise(5)));
    let weights = open(&file);
    assert_eq!(*weights.config(), Config { tied: false, ..TINY });
    assert_ne!(weights.matrix(Parameter::Output).unwrap(), weights.matrix(Parameter::Embedding).unwrap());
}

#[test]
fn an_alignment_of_the_files_own_is_kept() {
    let mut file = Gguf { alignment: 256, ..Gguf::tiny("Q8_0") };
    file.set("general.alignment", U32, u32(256));
    let norm = open(&file).vector(Parameter::Norm).unwrap();
    assert_eq!(norm, open(&Gguf::tiny("Q8_0")).vector(Parameter::Norm).unwrap());
}

#[test]
fn keys_that_are_not_used_may_hold_anything() {
    let file = with(|file| {
        let inner = array(ARRAY, &[texts(&["a"]), texts(&[])]);
        file.set("nested", ARRAY, array(ARRAY, &[inner.clone(), inner]));
        file.set("truths", ARRAY, array(BOOL, &[vec![0], vec![1]]));
        for (kind, size) in [(0, 1), (1, 1), (2, 2), (3, 2), (4, 4), (5, 4), (6, 4), (7, 1), (10, 8), (11, 8), (12, 8)]
        {
            file.set(&format!("type {kind}"), kind, vec![1; size]);
        }
    });
    open(&file);
}

#[test]
fn tokens_are_read() {
    let mut file = Gguf::tiny("Q4_0").with_tokens();
    let tokens = ["<s>", "a", "b", "ab", "é"].map(str::to_owned).to_vec();
    let expected = GgufVocabulary { model: "gpt2".to_owned(), tokens, ..GgufVocabulary::default() };
    assert_eq!(open(&file).vocabulary(), Some(&expected));
    file.set("tokenizer.ggml.pre", STRING, text("smollm"));
    file.set("tokenizer.ggml.token_type", ARRAY, array(5, &[3_i32, 1, 1, 1, -1].map(|x| x.to_le_bytes().to_vec())));
    file.set("tokenizer.ggml.merges", ARRAY, texts(&["a b"]));
    file.set("tokenizer.ggml.bos_token_id", U32, u32(0));
    file.set("tokenizer.ggml.eos_token_id", U32, u32(4));
    file.set("tokenizer.ggml.eot_token_id", U32, u32(3));
    file.set("tokenizer.ggml.add_bos_token", BOOL, [1]);
    file.set("tokenizer.chat_template", STRING, text("{{ messages }}"));
    let expected = GgufVocabulary {
        pre: Some("smollm".to_owned()),
        kinds: vec![3, 1, 1, 1, -1],
        merges: vec!["a b".to_owned()],
        bos: Some(0),
        eos: Some(4),
        eot: Some(3),
        add_bos: true,
        chat_template: Some("{{ messages }}".to_owned()),
        ..expected
    };
    assert_eq!(open(&file).vocabulary(), Some(&expected));
}

#[test]
fn whether_a_text_begins_with_a_token_depends_on_the_tokenizer() {
    let add_bos = |model: &str, pre: &str, said: Option<u8>| {
        let mut file = Gguf::tiny("Q4_0").with_tokens();
        file.set("tokenizer.ggml.model", STRING, text(model));
        file.set("tokenizer.ggml.pre", STRING, text(pre));
        if let Some(said) = said {
            file.set("tokenizer.ggml.add_bos_token", BOOL, [said]);
        }
        open(&file).vocabulary().unwrap().add_bos
    };
    assert!(add_bos("llama", "default", None));
    assert!(add_bos("gpt2", "llama-bpe", None));
    assert!(!add_bos("gpt2", "smollm", None));
    assert!(!add_bos("llama", "default", Some(0)));
    assert!(add_bos("gpt2", "smollm", Some(1)));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let version = |version| refused(&Gguf { version, ..Gguf::tiny("F16") });
    assert_eq!(refused_bytes(b"GGML\x03\0\0\0".to_vec()), "this is not a GGUF file: it does not begin with `GGUF`");
    for found in [0, 1, 4] {
        let expected = format!("this is version {found} of GGUF: 2 and 3 are supported; convert the model again");
        assert_eq!(version(found), expected);
    }
    for found in [1_u32, 2, 3] {
        assert_eq!(
            version(found.swap_bytes()),
            "this GGUF file is big-endian, which is not supported: convert the model again, for a little-endian machine"
        );
    }
}

/// A header that ends with these bytes where its first entry would be.
fn entry(bytes: &[&[u8]]) -> Vec<u8> {
    let head = [&b"GGUF\x03\0\0\0"[..], &0_u64.to_le_bytes(), &1_u64.to_le_bytes()];
    [&head.concat()[..], &bytes.concat()].concat()
}

#[test]
fn lengths_and_counts_beyond_the_file_are_refused_before_anything_is_allocated() {
    const HUGE: u64 = 1 << 63;
    let counts = |tensors, entries| refused(&Gguf { counts: Some((tensors, entries)), ..Gguf::tiny("Q4_0") });
    for huge in [HUGE, u64::MAX, 1_000_000_000] {
        let tensors = counts(huge, 0);
        assert!(tensors.starts_with(&format!("the number of tensors cannot be {huge}: ")), "{tensors}");
        let ending = " bytes are left, and each takes at least 24; the file may have been cut off";
        assert!(tensors.ends_with(ending), "{tensors}");
        let entries = counts(0, huge);
        assert!(entries.starts_with(&format!("the number of metadata entries cannot be {huge}: ")), "{entries}");
        assert!(entries.contains("each takes at least 13"), "{entries}");
    }
    let huge = &HUGE.to_le_bytes()[..];
    assert_eq!(
        refused_bytes(entry(&[huge, b"abcdefgh"])),
        "the key of metadata entry 0 at byte 32 takes 9223372036854775808 bytes, and 8 are left: the file may have been \
         cut off"
    );
    assert_eq!(
        refused_bytes(entry(&[&text("key"), &u32(STRING), huge, b"abc"])),
        "the value of `key` at byte 47 takes 9223372036854775808 bytes, and 3 are left: the file may have been cut off"
    );
    for (kind, each) in [(0, 1), (U32, 4), (STRING, 8), (ARRAY, 12), (12, 8)] {
        assert_eq!(
            refused_bytes(entry(&[&text("key"), &u32(ARRAY), &u32(kind), huge, &[0; 16]])),
            format!(
                "the number of elements of the value of `key` cannot be 9223372036854775808: 16 bytes are left, and each \
                 takes at least {each}; the file may have been cut off"
            )
        );
    }
    // Three strings of 8 bytes do not fit into 16.
    let strings = refused_bytes(entry(&[&text("key"), &u32(ARRAY), &u32(STRING), &3_u64.to_le_bytes(), &[0; 16]]));
    assert!(
        strings.starts_with("the number of elements of the value of `key` cannot be 3: 16 bytes are left"),
        "{strings}"
    );
    assert_eq!(
        refused_bytes(entry(&[&text("key"), &u32(ARRAY), &u32(STRING), &1_u64.to_le_bytes(), huge])),
        "element 0 of the value of `key` at byte 59 takes 9223372036854775808 bytes, and 0 are left: the file may have \
         been cut off"
    );
}

#[test]
fn arrays_of_arrays_end() {
    let deep = [&u32(ARRAY)[..], &1_u64.to_le_bytes()].concat().repeat(100_000);
    let error = refused_bytes(entry(&[&text("key"), &u32(ARRAY), &deep]));
    let expected = "element 0 of element 0 of element 0 of element 0 of the value of `key` is an array of arrays, 4 levels \
                    of them and more: fewer are supported";
    assert_eq!(error, expected);
}

#[test]
fn values_that_are_none_are_refused() {
    assert_eq!(
        refused_bytes(entry(&[&text("key"), &u32(13), &[0; 8]])),
        "the value of `key` is of type 13, which GGUF does not have: 0 to 12 are its types"
    );
    assert_eq!(
        refused_bytes(entry(&[&text("key"), &u32(ARRAY), &u32(99), &[0; 8]])),
        "an element of the value of `key` is of type 99, which GGUF does not have: 0 to 12 are its types"
    );
    assert_eq!(
        refused_bytes(entry(&[&text("key"), &u32(BOOL), &[2]])),
        "the value of `key` at byte 39 is 2: a truth value must be 0 or 1"
    );
    assert_eq!(
        refused_bytes(entry(&[&text(b"k\xFF"), &u32(BOOL), &[1]])),
        "the key of metadata entry 0 at byte 32 is not UTF-8: the file may be damaged"
    );
    assert_eq!(
        refused_bytes(entry(&[&text("a\nkey"), &u32(STRING), &text([0xFF])])),
        "the value of `a\\nkey` at byte 49 is not UTF-8: the file may be damaged"
    );
    let twice = with(|file| file.meta.push(file.meta[1].clone()));
    assert_eq!(refused(&twice), "the key `llama.vocab_size` appears twice");
}

#[test]
fn an_alignment_that_is_none_is_refused() {
    let alignment = |kind, value: Vec<u8>| refused(&with(|file| file.set("general.alignment", kind, value)));
    for bad in [0, 3, 48] {
        assert_eq!(alignment(U32, u32(bad)), format!("`general.alignment` is {bad}: it must be a power of two"));
    }
    assert_eq!(alignment(STRING, text("32")), "`general.alignment` must be a whole number, not the string \"32\"");
    assert_eq!(
        alignment(10, (1_u64 << 63).to_le_bytes().to_vec()),
        "tensor `token_embd.weight` has its data at 0..90 behind the header, where the file has 0 bytes: it may have been \
         cut off"
    );
}

#[test]
fn sizes_that_are_missing_are_named() {
    let missing = |key| refused(&with(|file| file.remove(key)));
    for (key, expected) in [
        ("general.architecture", "a string"),
        ("llama.block_count", "a whole number"),
        ("llama.context_length", "a whole number"),
        ("llama.embedding_length", "a whole number"),
        ("llama.feed_forward_length", "a whole number"),
        ("llama.attention.head_count", "a whole number"),
        ("llama.attention.layer_norm_rms_epsilon", "a float"),
    ] {
        assert_eq!(missing(key), format!("`{key}` is missing: it must be {expected}"));
    }
    let nothing_counts = with(|file| {
        file.remove("llama.vocab_size");
        file.tensor("token_embd.weight").name = "embd".to_owned();
    });
    assert_eq!(refused(&nothing_counts), "`llama.vocab_size` is missing: it must be a whole number");
}

#[test]
fn sizes_that_make_no_sense_are_named() {
    let tokens = "tokenizer.ggml.tokens";
    let cases: Vec<(&str, u32, Vec<u8>, &str)> = vec![
        (
            "llama.block_count",
            F32,
            1_f32.to_le_bytes().to_vec(),
            "`llama.block_count` must be a whole number, not the float 1.0",
        ),
        ("llama.block_count", 5, (-1_i32).to_le_bytes().to_vec(), "`llama.block_count` must be a whole number, not -1"),
        ("llama.block_count", BOOL, vec![1], "`llama.block_count` must be a whole number, not true"),
        (
            "llama.attention.head_count_kv",
            ARRAY,
            array(U32, &[u32(1), u32(1)]),
            "`llama.attention.head_count_kv` must be a whole number, not an array of 2 values of type U32",
        ),
        (
            "llama.block_count",
            10,
            u64::MAX.to_le_bytes().to_vec(),
            "`llama.block_count` is 18446744073709551615: it must be from 1 to 2147483647",
        ),
        ("llama.context_length", U32, u32(0), "`llama.context_length` is 0: it must be from 1 to 2147483647"),
        (
            "llama.attention.head_count_kv",
            U32,
            u32(3),
            "`llama.attention.head_count_kv` is 3: it must be a divisor of `llama.attention.head_count`, which is 2",
        ),
        (
            "llama.attention.head_count",
            U32,
            u32(3),
            "`llama.attention.head_count` is 3: it must be a divisor of `llama.embedding_length`, which is 32, unless \
             there is `llama.attention.key_length`",
        ),
        (
            "llama.attention.head_count",
            U32,
            u32(0),
            "`llama.attention.head_count` is 0: it must be a divisor of `llama.embedding_length`, which is 32, unless \
             there is `llama.attention.key_length`",
        ),
        (
            "llama.rope.dimension_count",
            U32,
            u32(8),
            "`llama.rope.dimension_count` is 8: it must be 16, which is what a head of the keys has \
             (`llama.attention.key_length`)",
        ),
        (
            "llama.attention.value_length",
            U32,
            u32(8),
            "`llama.attention.value_length` is 8: it must be 16, which is what a head of the keys has \
             (`llama.attention.key_length`)",
        ),
        (
            "llama.rope.freq_base",
            F32,
            f32::NAN.to_le_bytes().to_vec(),
            "`llama.rope.freq_base` is NaN: it must be a 32-bit float, 1 or more",
        ),
        (
            "llama.attention.layer_norm_rms_epsilon",
            12,
            1e-60_f64.to_le_bytes().to_vec(),
            "`llama.attention.layer_norm_rms_epsilon` is 0: it must be a 32-bit float above 0",
        ),
        (
            "general.architecture",
            STRING,
            text("gemma"),
            "`general.architecture` is `gemma`, which is not supported: `llama` and `qwen2` are",
        ),
        ("split.count", 2, vec![2, 0], "`split.count` is `2`, which is not supported: a model in one file is"),
        (
            "llama.expert_count",
            U32,
            u32(8),
            "`llama.expert_count` is `8`, which is not supported: a model without experts is",
        ),
        (
            "llama.rope.scaling.type",
            STRING,
            text("yarn"),
            "`llama.rope.scaling.type` is `yarn`, which is not supported: `none` and `linear` are",
        ),
        (
            "llama.rope.scaling.factor",
            F32,
            (-8_f32).to_le_bytes().to_vec(),
            "`llama.rope.scaling.factor` is -8: it must be a 32-bit float above 0",
        ),
        (
            "llama.rope.scale_linear",
            F32,
            f32::NAN.to_le_bytes().to_vec(),
            "`llama.rope.scale_linear` is NaN: it must be a 32-bit float above 0",
        ),
        (tokens, ARRAY, texts(&["a"]), "`llama.vocab_size` is 5: it must be 1, the number of `tokenizer.ggml.tokens`"),
        (
            tokens,
            ARRAY,
            array(U32, &[u32(1)]),
            "`tokenizer.ggml.tokens` must be an array of strings, not an array of 1 values of type U32",
        ),
        (
            "tokenizer.ggml.model",
            STRING,
            text("gpt2"),
            "`tokenizer.ggml.tokens` is missing: it must be an array of strings",
        ),
    ];
    for (key, kind, value, expected) in cases {
        assert_eq!(refused(&with(|file| file.set(key, kind, value))), expected);
    }
    for (key, none) in [("split.count", u32(1)), ("llama.expert_count", u32(0))] {
        open(&with(|file| file.set(key, U32, none)));
    }
    open(&with(|file| {
        file.set("llama.rope.scaling.type", STRING, text("none"));
        file.set("llama.rope.scaling.factor", F32, 8_f32.to_le_bytes());
    }));
    for key in ["llama.rope.scaling.factor", "llama.rope.scale_linear"] {
        for (factor, expected) in [(1_f32, vec![]), (0.0, vec![]), (4.0, vec![4.0; 8])] {
            let weights = open(&with(|file| file.set(key, F32, factor.to_le_bytes())));
            assert_eq!(weights.config().rope_factors, expected);
        }
    }
}

#[test]
fn frequencies_and_biases_are_read_where_a_file_has_them() {
    let factors: Vec<f32> = (1_u8..9).map(f32::from).collect();
    let mut file = Gguf::tiny("Q4_0");
    file.push("rope_freqs.weight", "F32", &[8], &mut Noise(1));
    file.tensor("rope_freqs.weight").data = factors.iter().flat_map(|factor| factor.to_le_bytes()).collect();
    assert_eq!(*open(&file).config(), Config { rope_factors: factors, ..TINY });
    file.tensor("rope_freqs.weight").data[4..8].copy_from_slice(&0_f32.to_le_bytes());
    assert_eq!(refused(&file), "tensor `rope_freqs.weight` has 0 as element 1: it must be a float above 0");

    let mut file = Gguf::tiny("Q4_0");
    for (name, length) in [("q", 32), ("k", 16), ("v", 16)] {
        file.push(&format!("blk.0.attn_{name}.bias"), "F32", &[length], &mut Noise(1));
    }
    let weights = open(&file);
    assert_eq!((weights.config().biases, weights.parameters().count()), (Biases::Inputs, 14));
    file.push("blk.0.attn_output.bias", "F32", &[32], &mut Noise(1));
    let weights = open(&file);
    assert_eq!((weights.config().biases, weights.parameters().count()), (Biases::All, 15));
}

/// Each key that may be left out, and what counts then: the defaults are Llama's own, not zero and not one.
#[test]
fn each_key_that_is_absent_has_its_default() {
    let without = |key: &str| open(&with(|file| file.remove(key))).config().clone();
    assert_eq!(without("llama.rope.freq_base"), Config { rope_base: 10000.0, ..TINY });
    assert_eq!(without("llama.rope.dimension_count"), TINY);
    assert_eq!(without("llama.vocab_size"), TINY);
    let mut file = Gguf::tiny("Q4_0");
    file.remove("llama.attention.head_count_kv");
    for name in ["blk.0.attn_k.weight", "blk.0.attn_v.weight"] {
        file.tensors.retain(|tensor| tensor.name != name);
        file.push(name, "Q4_0", &[32, 32], &mut Noise(5));
    }
    assert_eq!(*open(&file).config(), Config { kv_heads: 2, ..TINY });
    let vocabulary = |file: &Gguf| open(file).vocabulary().unwrap().clone();
    let plain = vocabulary(&Gguf::tiny("Q4_0").with_tokens());
    let nothing = (None, None, None, None, false, None);
    assert_eq!((plain.pre, plain.bos, plain.eos, plain.eot, plain.add_bos, plain.chat_template), nothing);
    assert!(plain.kinds.is_empty() && plain.merges.is_empty());
}

#[test]
fn tokens_that_make_no_sense_are_named() {
    let refused = |key: &str, kind, value: Vec<u8>| {
        let mut file = Gguf::tiny("Q4_0").with_tokens();
        file.set(key, kind, value);
        refused(&file)
    };
    assert_eq!(
        refused("tokenizer.ggml.token_type", ARRAY, array(5, &[u32(1)])),
        "`tokenizer.ggml.token_type` is an array of 1: it must be an array of 5, as many as `tokenizer.ggml.tokens`"
    );
    assert_eq!(
        refused("tokenizer.ggml.token_type", ARRAY, texts(&["1"])),
        "`tokenizer.ggml.token_type` must be an array of whole numbers, not an array of 1 values of type String"
    );
    assert_eq!(
        refused("tokenizer.ggml.eos_token_id", U32, u32(5)),
        "`tokenizer.ggml.eos_token_id` is 5: it must be less than 5, the number of `tokenizer.ggml.tokens`"
    );
    assert_eq!(
        refused("tokenizer.ggml.add_bos_token", U32, u32(1)),
        "`tokenizer.ggml.add_bos_token` must be a truth value, not 1"
    );
    assert_eq!(refused("tokenizer.chat_template", U32, u32(1)), "`tokenizer.chat_template` must be a string, not 1");
}

#[test]
fn tensors_that_are_not_what_the_model_needs_are_named() {
    let tensor = |name: &str, change: fn(&mut GgufTensor)| refused(&with(|file| change(file.tensor(name))));
    let more = |name: &str| refused(&with(|file| file.push(name, "F32", &[32], &mut Noise(1))));
    assert_eq!(
        tensor("blk.0.attn_q.weight", |tensor| tensor.name = "blk.0.attnq.weight".to_owned()),
        "tensor `blk.0.attn_q.weight` of shape [32, 32] is missing; the file has `blk.0.attnq.weight`, which is similar"
    );
    assert_eq!(
        // `blk.0.attn_k.weight` is similar, and is another parameter.
        refused(&with(|file| file.tensors.retain(|tensor| tensor.name != "blk.0.attn_q.weight"))),
        "tensor `blk.0.attn_q.weight` of shape [32, 32] is missing"
    );
    assert_eq!(
        refused(&with(|file| file.set("llama.block_count", U32, u32(2_000_000_000)))),
        "tensor `blk.1.attn_norm.weight` of shape [32] is missing"
    );
    assert_eq!(more("blk.0.attn_q.bias"), "tensor `blk.0.attn_k.bias` of shape [16] is missing");
    assert_eq!(
        more("blk.0.ffn_up.bias"),
        "tensor `blk.0.ffn_up.bias` is not a parameter of this model: it has no bias there"
    );
    assert_eq!(
        more("rope_freqs.weight"),
        "tensor `rope_freqs.weight` has the shape [32]: by the configuration it must be [8]"
    );
    assert_eq!(
        more("blk.1.attn_norm.weight"),
        "tensor `blk.1.attn_norm.weight` is not a parameter of this model: a Llama with the layers 0..1 has no tensor of this name"
    );
    assert_eq!(more("output_norm.weight"), "tensor `output_norm.weight` appears twice");
    assert_eq!(
        tensor("blk.0.attn_k.weight", |tensor| tensor.dims = vec![32, 15]),
        "tensor `blk.0.attn_k.weight` has the shape [15, 32]: by the configuration it must be [16, 32]"
    );
    assert_eq!(
        tensor("blk.0.attn_k.weight", |tensor| tensor.dims = vec![48, 2]),
        "tensor `blk.0.attn_k.weight` has rows of 48 elements: Q4_0 needs a multiple of 32"
    );
    assert_eq!(
        tensor("output_norm.weight", |tensor| tensor.kind = 8),
        "tensor `output_norm.weight` is of type Q8_0, which is not supported here: F32, F16 and BF16 are"
    );
    assert_eq!(
        tensor("blk.0.ffn_up.weight", |tensor| tensor.kind = 10),
        "tensor `blk.0.ffn_up.weight` is of type 10 (Q2_K), which is not supported here: F32, F16, BF16, Q4_0, Q4_1, Q8_0, \
         Q4_K, Q5_K, Q6_K, Q8_K and IQ4_NL are"
    );
    assert_eq!(
        tensor("blk.0.ffn_up.weight", |tensor| tensor.kind = 1000),
        "tensor `blk.0.ffn_up.weight` is of type 1000, which is not supported here: F32, F16, BF16, Q4_0, Q4_1, Q8_0, \
         Q4_K, Q5_K, Q6_K, Q8_K and IQ4_NL are"
    );
    assert_eq!(
        tensor("blk.0.ffn_up.weight", |tensor| tensor.kind = 14),
        "tensor `blk.0.ffn_up.weight` has rows of 32 elements: Q6_K needs a multiple of 256"
    );
    assert_eq!(
        tensor("blk.0.ffn_up.weight", |tensor| tensor.dims = vec![32; 5]),
        "tensor `blk.0.ffn_up.weight` has 5 dimensions: at most 4 are supported"
    );
    assert_eq!(
        tensor("blk.0.ffn_up.weight", |tensor| tensor.dims = vec![1 << 33, 1 << 33]),
        "tensor `blk.0.ffn_up.weight` has the shape [8589934592, 8589934592]: it must hold from 1 to 2147483647 elements"
    );
    assert_eq!(
        tensor("blk.0.ffn_up.weight", |tensor| tensor.dims = vec![32, 0]),
        "tensor `blk.0.ffn_up.weight` has the shape [0, 32]: it must hold from 1 to 2147483647 elements"
    );
}

#[test]
fn data_that_is_not_where_it_can_be_is_refused() {
    let offset = |offset| refused(&with(|file| file.tensor("blk.0.attn_q.weight").offset = Some(offset)));
    assert_eq!(
        offset(7),
        "tensor `blk.0.attn_q.weight` begins at 7 behind the header, which is not a multiple of the alignment, 32"
    );
    let outside = offset(1 << 63);
    let begin = "tensor `blk.0.attn_q.weight` has its data at 9223372036854775808..9223372036854776384 behind the header, \
                 where the file has ";
    assert!(outside.starts_with(begin) && outside.ends_with(" bytes: it may have been cut off"), "{outside}");
    let outside = offset(u64::MAX - 31);
    assert!(outside.contains("has its data at 18446744073709551584..18446744073709551615 behind"), "{outside}");
    assert_eq!(offset(32), "tensor `blk.0.attn_q.weight` shares bytes of the file with tensor `token_embd.weight`");
    assert_eq!(offset(0), "tensor `blk.0.attn_q.weight` shares bytes of the file with tensor `token_embd.weight`");
}

#[test]
fn whole_numbers_may_have_every_width() {
    let expected = vec![3, 1, 1, 4, 5];
    type Width = (u32, fn(u8) -> Vec<u8>);
    let widths: [Width; 8] = [
        (0, |x| x.to_le_bytes().into()),
        (1, |x| (x as i8).to_le_bytes().into()),
        (2, |x| u16::from(x).to_le_bytes().into()),
        (3, |x| i16::from(x).to_le_bytes().into()),
        (4, |x| u32::from(x).to_le_bytes().into()),
        (5, |x| i32::from(x).to_le_bytes().into()),
        (10, |x| u64::from(x).to_le_bytes().into()),
        (11, |x| i64::from(x).to_le_bytes().into()),
    ];
    for (kind, bytes) in widths {
        let mut file = Gguf::tiny("Q4_0").with_tokens();
        let elements: Vec<_> = expected.iter().map(|&x| bytes(x as u8)).collect();
        file.set("tokenizer.ggml.token_type", ARRAY, array(kind, &elements));
        assert_eq!(open(&file).vocabulary().unwrap().kinds, expected, "type {kind}");
        // Each size may have it too.
        file.set("llama.context_length", kind, bytes(64));
        file.set("tokenizer.ggml.eos_token_id", kind, bytes(4));
        let weights = open(&file);
        assert_eq!((weights.config().max_position_embeddings, weights.vocabulary().unwrap().eos), (64, Some(4)));
    }
    for (kind, bytes) in [(F32, 4), (BOOL, 1), (12, 8)] {
        let mut file = Gguf::tiny("Q4_0").with_tokens();
        file.set("tokenizer.ggml.token_type", ARRAY, array(kind, &vec![vec![0; bytes]; 5]));
        let message = refused(&file);
        assert!(message.contains("must be an array of whole numbers, not an array of 5 values of type "), "{message}");
    }
}

#[test]
fn two_tensors_at_one_range_are_refused() {
    let mut file = Gguf::tiny("F16");
    let offset = 320 + 128 + 2048;
    file.tensor("blk.0.attn_v.weight").offset = Some(offset);
    assert_eq!(
        refused(&file),
        "tensor `blk.0.attn_v.weight` shares bytes of the file with tensor `blk.0.attn_k.weight`"
    );
}
