//! What a safetensors file and its configuration can be and can say.

use crosscheck_backends::RopeLayout;
use serde_json::{Value, json};

use super::message;
use super::write::{Noise, Safetensors, with_header};
use crate::config::{Biases, Config};
use crate::weights::{Parameter, Weights};

fn open(file: &Safetensors) -> Weights {
    Weights::from_safetensors(&file.config(), file.bytes()).unwrap()
}

fn with(change: impl FnOnce(&mut Safetensors)) -> Safetensors {
    let mut file = Safetensors::tiny("F16", false);
    change(&mut file);
    file
}

/// The message without the name of the file, which is that of the configuration or of the weights.
fn refused(name: &str, file: &Safetensors) -> String {
    refused_bytes(name, &file.config(), file.bytes())
}

fn refused_bytes(name: &str, config: &[u8], bytes: Vec<u8>) -> String {
    let message = message(Weights::from_safetensors(config, bytes));
    message
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(": "))
        .unwrap_or_else(|| panic!("{message}"))
        .to_owned()
}

fn refused_config(config: &str) -> String {
    refused_bytes("config.json", config.as_bytes(), Safetensors::tiny("F16", false).bytes())
}

fn refused_header(header: &str) -> String {
    let config = Safetensors::tiny("F16", false).config();
    refused_bytes("model.safetensors", &config, with_header(header, &[0; 8]))
}

/// What a field that is set says when it is wrong; `null` takes a field away.
fn field(name: &str, value: Value) -> String {
    refused("config.json", &with(|file| file.config[name] = value))
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
    rope_layout: RopeLayout::Halves,
    rope_factors: Vec::new(),
    biases: Biases::None,
    eps: 1e-5,
    tied: true,
};

#[test]
fn sizes_are_read() {
    let weights = open(&Safetensors::tiny("BF16", false));
    assert_eq!((weights.config(), weights.vocabulary()), (&TINY, None));
    assert_eq!(weights.parameters().count(), 11);
    let untied = open(&Safetensors::tiny("F32", true));
    assert_eq!(*untied.config(), Config { tied: false, ..TINY });
    untied.matrix(Parameter::Output).unwrap();
}

#[test]
fn an_output_of_its_own_is_used_though_the_configuration_ties_it() {
    let file = with(|file| file.push("lm_head.weight", "F16", &[5, 32], &mut Noise(5)));
    let weights = open(&file);
    assert_eq!(*weights.config(), Config { tied: false, ..TINY });
    assert_ne!(weights.matrix(Parameter::Output).unwrap(), weights.matrix(Parameter::Embedding).unwrap());
}

#[test]
fn what_is_left_out_has_a_default() {
    let file = with(|file| {
        for field in ["num_key_value_heads", "rope_theta", "architectures"] {
            file.config[field] = Value::Null;
        }
        file.config["num_attention_heads"] = json!(1);
        for name in ["k", "v"] {
            let name = format!("model.layers.0.self_attn.{name}_proj.weight");
            file.remove(&name);
            file.push(&name, "F16", &[32, 32], &mut Noise(3));
        }
        // The bytes of those that were removed stay; nothing says that the file must be full.
    });
    assert_eq!(*open(&file).config(), Config { heads: 1, kv_heads: 1, head_dim: 32, rope_base: 10000.0, ..TINY });
}

#[test]
fn the_rotation_may_stand_where_newer_versions_put_it() {
    let file = with(|file| {
        file.config["rope_theta"] = Value::Null;
        file.config["rope_parameters"] = json!({ "rope_type": "default", "rope_theta": 500000 });
    });
    assert_eq!(*open(&file).config(), Config { rope_base: 500000.0, ..TINY });
    // Newer versions do not look at the old place.
    let both = with(|file| file.config["rope_parameters"] = json!({ "rope_theta": 500000 }));
    assert_eq!(*open(&both).config(), Config { rope_base: 500000.0, ..TINY });
    open(&with(|file| file.config["rope_scaling"] = json!({ "type": "default" })));
}

#[test]
fn fields_that_are_missing_are_named() {
    for name in [
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "max_position_embeddings",
    ] {
        assert_eq!(field(name, Value::Null), format!("`{name}` is missing: it must be a whole number"));
    }
    assert_eq!(field("rms_norm_eps", Value::Null), "`rms_norm_eps` is missing: it must be a number");
    assert_eq!(field("model_type", Value::Null), "`model_type` is missing: it must be a string");
    let untied = with(|file| file.config["tie_word_embeddings"] = Value::Null);
    assert_eq!(refused("model.safetensors", &untied), "tensor `lm_head.weight` of shape [5, 32] is missing");
}

#[test]
fn fields_that_make_no_sense_are_named() {
    let cases = [
        ("hidden_size", json!("32"), "`hidden_size` must be a whole number, not \"32\""),
        ("hidden_size", json!(-32), "`hidden_size` must be a whole number, not -32"),
        ("hidden_size", json!(32.5), "`hidden_size` must be a whole number, not 32.5"),
        ("hidden_size", json!([32]), "`hidden_size` must be a whole number, not [32]"),
        ("tie_word_embeddings", json!(1), "`tie_word_embeddings` must be true or false, not 1"),
        ("rms_norm_eps", json!("1e-5"), "`rms_norm_eps` must be a number, not \"1e-5\""),
        ("rms_norm_eps", json!(0), "`rms_norm_eps` is 0: it must be a 32-bit float above 0"),
        ("rope_theta", json!(1e300), "`rope_theta` is inf: it must be a 32-bit float, 1 or more"),
        ("vocab_size", json!(0), "`vocab_size` is 0: it must be from 1 to 2147483647"),
        ("vocab_size", json!(u64::MAX), "`vocab_size` is 18446744073709551615: it must be from 1 to 2147483647"),
        (
            "vocab_size",
            json!(1 << 27),
            "`vocab_size`, `hidden_size` make a matrix of 134217728 × 32: at most 2147483647 elements are supported",
        ),
        (
            "num_key_value_heads",
            json!(3),
            "`num_key_value_heads` is 3: it must be a divisor of `num_attention_heads`, which is 2",
        ),
        (
            "num_attention_heads",
            json!(5),
            "`num_attention_heads` is 5: it must be a divisor of `hidden_size`, which is 32, unless there is `head_dim`",
        ),
        (
            "num_attention_heads",
            json!(0),
            "`num_attention_heads` is 0: it must be a divisor of `hidden_size`, which is 32, unless there is `head_dim`",
        ),
        ("head_dim", json!(7), "`head_dim` is 7: it must be even, for the rotary position embedding rotates pairs"),
        (
            "model_type",
            json!("mistral"),
            "`model_type` is \"mistral\", which is not supported: `llama` and `qwen2` are",
        ),
        (
            "architectures",
            json!(["LlamaForSequenceClassification"]),
            "`architectures` is [\"LlamaForSequenceClassification\"], which is not supported: `LlamaForCausalLM` is",
        ),
        ("hidden_act", json!("gelu"), "`hidden_act` is \"gelu\", which is not supported: `silu` is"),
        ("attention_bias", json!(1), "`attention_bias` must be true or false, not 1"),
        ("mlp_bias", json!(true), "`mlp_bias` is true, which is not supported: feed-forward blocks without biases are"),
        (
            "use_sliding_window",
            json!(true),
            "`use_sliding_window` is true, which is not supported: attention to all positions is",
        ),
        (
            "quantization_config",
            json!({ "quant_method": "gptq" }),
            "`quantization_config` is {\"quant_method\":\"gptq\"}, which is not supported: F32, F16 and BF16 are, and GGUF \
             files",
        ),
        (
            "rope_scaling",
            json!({ "rope_type": "llama3", "factor": 8.0 }),
            "`rope_scaling.low_freq_factor` is missing: it must be a number",
        ),
        (
            "rope_scaling",
            json!({
                "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 64
            }),
            "`rope_scaling.low_freq_factor` is 4: it must be less than `rope_scaling.high_freq_factor`, which is 4",
        ),
        ("rope_scaling", json!({ "type": "linear" }), "`rope_scaling.factor` is missing: it must be a number"),
        (
            "rope_scaling",
            json!({ "type": "linear", "factor": -2.0 }),
            "`rope_scaling.factor` is -2: it must be a 32-bit float above 0",
        ),
        (
            "rope_scaling",
            json!({ "type": "linear", "factor": "2" }),
            "`rope_scaling.factor` must be a number, not \"2\"",
        ),
        (
            "rope_parameters",
            json!({ "rope_type": "yarn" }),
            "`rope_parameters.rope_type` is \"yarn\", which is not supported: `default`, `linear` and `llama3` are",
        ),
        ("rope_scaling", json!(2.0), "`rope_scaling` must be an object, not 2.0"),
        (
            "partial_rotary_factor",
            json!(0.5),
            "`partial_rotary_factor` is 0.5, which is not supported: heads that are rotated as a whole (1.0) are",
        ),
        (
            "rope_parameters",
            json!({ "partial_rotary_factor": 0.25 }),
            "`rope_parameters.partial_rotary_factor` is 0.25, which is not supported: heads that are rotated as a whole \
             (1.0) are",
        ),
    ];
    for (name, value, expected) in cases {
        assert_eq!(field(name, value), expected);
    }
    for field in ["rope_scaling", "rope_parameters"] {
        for kind in ["type", "rope_type"] {
            let scaled = open(&with(|file| file.config[field] = json!({ kind: "linear", "factor": 2.0 })));
            assert_eq!(*scaled.config(), Config { rope_factors: vec![2.0; 8], ..TINY });
        }
    }
    for name in ["attention_bias", "mlp_bias"] {
        open(&with(|file| file.config[name] = json!(false)));
    }
    open(&with(|file| file.config["hidden_act"] = json!("silu")));
}

#[test]
fn a_configuration_that_is_no_object_is_refused() {
    assert_eq!(refused_config(""), "it must be a JSON object: EOF while parsing a value at line 1 column 0");
    assert_eq!(
        refused_config("{\"a\": 1,\n \"a\": 2}"),
        "it must be a JSON object: `a` appears twice at line 2 column 8"
    );
    let deep = refused_config(&format!("{{\"a\": {}", "[".repeat(100_000)));
    assert_eq!(deep, "it must be a JSON object: recursion limit exceeded at line 1 column 133");
}

#[test]
fn a_header_that_is_none_is_refused() {
    let config = Safetensors::tiny("F16", false).config();
    let bytes = |bytes: &[u8]| refused_bytes("model.safetensors", &config, bytes.to_vec());
    assert_eq!(
        bytes(&[0; 7]),
        "the header ends at byte 8, and the file has 7 bytes: it may have been cut off, or it is not a safetensors file"
    );
    for (length, end) in [(3_u64, 11), (1 << 63, (1 << 63) + 8), (u64::MAX, u64::MAX)] {
        assert_eq!(
            bytes(&[&length.to_le_bytes()[..], b"{}"].concat()),
            format!(
                "the header ends at byte {end}, and the file has 10 bytes: it may have been cut off, or it is not a \
                 safetensors file"
            )
        );
    }
    let about = |message: &str| {
        format!("the header must be JSON with a `dtype`, a `shape` and `data_offsets` for each tensor: {message}")
    };
    assert_eq!(refused_header(""), about("EOF while parsing a value at line 1 column 0"));
    assert_eq!(
        refused_header("[1]"),
        about("invalid type: sequence, expected an object with the tensors at line 1 column 0")
    );
    assert_eq!(
        bytes(&[&4_u64.to_le_bytes()[..], b"{\"\xFF\""].concat()),
        about("invalid unicode code point at line 1 column 3")
    );
    assert_eq!(
        refused_header(r#"{"x": {"dtype": "F32", "shape": [1]}}"#),
        about("tensor `x`: missing field `data_offsets` at line 1 column 36")
    );
    let odd = refused_header(r#"{"x": {"dtype": "F7", "shape": [1], "data_offsets": [0, 4]}}"#);
    assert!(odd.starts_with(&about("tensor `x`: unknown variant `F7`, expected one of ")), "{odd}");
    let negative = refused_header(r#"{"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}"#);
    assert!(negative.contains("tensor `x`: invalid value: integer `-1`, expected usize"), "{negative}");
    let twice = r#"{"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
        "x": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}"#;
    assert!(refused_header(twice).starts_with(&about("tensor `x` appears twice at line 2")));
    let deep = refused_header(&format!("{{\"__metadata__\": {}", "[".repeat(100_000)));
    assert!(deep.starts_with(&about("EOF while parsing a list")), "{deep}");
}

#[test]
fn what_is_quoted_out_of_a_file_is_short_and_harmless() {
    let long = "\\u001b[2J".repeat(10_000);
    let messages = [
        refused_header(&format!("\"{long}\"")),
        refused_header(&format!(r#"{{"x": {{"dtype": "{long}", "shape": [1], "data_offsets": [0, 4]}}}}"#)),
        refused_config(&format!("\"{long}\"")),
        field("hidden_act", Value::from(&*long)),
    ];
    for message in messages {
        assert!(message.len() < 2000 && !message.contains(char::is_control), "{message}");
    }
}

#[test]
fn tensors_that_are_not_what_the_model_needs_are_named() {
    const QUERY: &str = "model.layers.0.self_attn.q_proj.weight";
    let refused = |change: &dyn Fn(&mut Safetensors)| refused("model.safetensors", &with(change));
    let more = |name: &str| refused(&|file| file.push(name, "F16", &[32], &mut Noise(1)));
    assert_eq!(
        refused(&|file| file
            .header
            .iter_mut()
            .filter(|(name, _)| name == QUERY)
            .for_each(|(name, _)| *name = name.replace("q_proj", "q_prj"))),
        "tensor `model.layers.0.self_attn.q_proj.weight` of shape [32, 32] is missing; \
         the file has `model.layers.0.self_attn.q_prj.weight`, which is similar"
    );
    assert_eq!(
        refused(&|file| file.remove(QUERY)),
        "tensor `model.layers.0.self_attn.q_proj.weight` of shape [32, 32] is missing"
    );
    assert_eq!(
        more("model.layers.0.self_attn.q_proj.bias"),
        "tensor `model.layers.0.self_attn.q_proj.bias` is not a parameter of this model: it has no bias there"
    );
    assert_eq!(
        more("model.layers.1.input_layernorm.weight"),
        "tensor `model.layers.1.input_layernorm.weight` is not a parameter of this model: a Llama with the layers 0..1 has no tensor of this name"
    );
    open(&with(|file| file.push("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", &[8], &mut Noise(1))));
    let info = |info: Value| refused(&|file| *file.tensor(QUERY) = info.clone());
    assert_eq!(
        info(json!({ "dtype": "F16", "shape": [16, 64], "data_offsets": [384, 2432] })),
        "tensor `model.layers.0.self_attn.q_proj.weight` has the shape [16, 64]: by the configuration it must be [32, 32]"
    );
    assert_eq!(
        info(json!({ "dtype": "F8_E4M3", "shape": [32, 32], "data_offsets": [320, 1344] })),
        "tensor `model.layers.0.self_attn.q_proj.weight` is of type F8_E4M3, which is not supported here: F32, F16 and \
         BF16 are"
    );
    assert_eq!(
        info(json!({ "dtype": "F16", "shape": [32, 32], "data_offsets": [320, 1344] })),
        "tensor `model.layers.0.self_attn.q_proj.weight` of shape [32, 32] and type F16 takes 2048 bytes, but its \
         `data_offsets` [320, 1344] are 1024 apart"
    );
    let longer = info(json!({ "dtype": "F16", "shape": [32, 32], "data_offsets": [384, 2434] }));
    assert!(longer.ends_with("takes 2048 bytes, but its `data_offsets` [384, 2434] are 2050 apart"), "{longer}");
    assert_eq!(
        info(json!({ "dtype": "F16", "shape": [32, 32], "data_offsets": [2368, 320] })),
        "tensor `model.layers.0.self_attn.q_proj.weight` has the `data_offsets` [2368, 320]: the second one is smaller"
    );
    assert_eq!(
        info(json!({ "dtype": "F16", "shape": [1_u64 << 32, 1_u64 << 32], "data_offsets": [0, 0] })),
        "tensor `model.layers.0.self_attn.q_proj.weight` has the shape [4294967296, 4294967296]: it must hold from 1 to \
         2147483647 elements"
    );
    assert_eq!(
        info(json!({ "dtype": "F16", "shape": [32, 0], "data_offsets": [0, 0] })),
        "tensor `model.layers.0.self_attn.q_proj.weight` has the shape [32, 0]: it must hold from 1 to 2147483647 elements"
    );
    let end = u64::MAX;
    let outside = info(json!({ "dtype": "F16", "shape": [32, 32], "data_offsets": [end - 2048, end] }));
    let begin = "tensor `model.layers.0.self_attn.q_proj.weight` has its data at \
                 18446744073709549567..18446744073709551615 behind the header, where the file has ";
    assert!(outside.starts_with(begin), "{outside}");
    assert_eq!(
        info(json!({ "dtype": "F16", "shape": [32, 32], "data_offsets": [0, 2048] })),
        "tensor `model.layers.0.self_attn.q_proj.weight` shares bytes of the file with tensor `model.embed_tokens.weight`"
    );
}

/// Bytes in front of the first tensor, between each two, and behind the last one.
#[test]
fn bytes_of_no_tensor_are_refused_wherever_they_are() {
    let whole = Safetensors::tiny("F16", true);
    let starts: Vec<usize> = whole
        .header
        .iter()
        .filter_map(|(_, info)| info["data_offsets"][0].as_u64())
        .map(|start| start as usize)
        .chain([whole.data.len()])
        .collect();
    assert_eq!(starts.len(), 13);
    for start in starts {
        for more in [1, 2, 64] {
            let mut file = whole.clone();
            file.data.splice(start..start, vec![0; more]);
            for offsets in file.header.iter_mut().filter_map(|(_, info)| info["data_offsets"].as_array_mut()) {
                if offsets[0].as_u64().unwrap() as usize >= start {
                    offsets.iter_mut().for_each(|offset| *offset = (offset.as_u64().unwrap() + more as u64).into());
                }
            }
            assert_eq!(
                refused("model.safetensors", &file),
                format!(
                    "the bytes {start}..{} behind the header are no tensor's: the format leaves none out, so the file \
                     may be damaged",
                    start + more
                )
            );
        }
    }
    // The tensors may be in any order.
    let mut file = whole.clone();
    file.header.reverse();
    open(&file);
}

#[test]
fn two_tensors_at_one_range_are_refused() {
    let (key, value) = ("model.layers.0.self_attn.k_proj.weight", "model.layers.0.self_attn.v_proj.weight");
    let mut file = Safetensors::tiny("F16", false);
    let ([start, end], [first, last]) = (file.range(key), file.range(value));
    assert_eq!(last - first, end - start);
    // The bytes that are nobody's then are given to none, so that all the others are in place.
    file.data.drain(first..last);
    for offset in file.header.iter_mut().filter_map(|(_, info)| info["data_offsets"].as_array_mut()).flatten() {
        let at = offset.as_u64().unwrap() as usize;
        *offset = if at >= last { at - (last - first) } else { at }.into();
    }
    file.tensor(value)["data_offsets"] = json!([start, end]);
    assert_eq!(
        refused("model.safetensors", &file),
        format!("tensor `{value}` shares bytes of the file with tensor `{key}`")
    );
}
