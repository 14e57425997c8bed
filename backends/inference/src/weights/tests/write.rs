//! Files for the tests.

use half::{bf16, f16};
use serde_json::{Value, json};

pub(super) const U32: u32 = 4;
pub(super) const F32: u32 = 6;
pub(super) const BOOL: u32 = 7;
pub(super) const STRING: u32 = 8;
pub(super) const ARRAY: u32 = 9;

/// What GGUF calls the parameters of a layer, what Hugging Face does, and the shape, rows first.
const LAYER: [(&str, &str, &[usize]); 9] = [
    ("attn_norm", "input_layernorm", &[32]),
    ("attn_q", "self_attn.q_proj", &[32, 32]),
    ("attn_k", "self_attn.k_proj", &[16, 32]),
    ("attn_v", "self_attn.v_proj", &[16, 32]),
    ("attn_output", "self_attn.o_proj", &[32, 32]),
    ("ffn_norm", "post_attention_layernorm", &[32]),
    ("ffn_gate", "mlp.gate_proj", &[64, 32]),
    ("ffn_up", "mlp.up_proj", &[64, 32]),
    ("ffn_down", "mlp.down_proj", &[32, 64]),
];

/// Numbers that look like chance and are always the same.
pub(super) struct Noise(pub u32);

impl Noise {
    fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 24) as u8
    }

    fn float(&mut self) -> f32 {
        f32::from(i16::from_le_bytes([self.byte(), self.byte()])) / 4096.0
    }

    /// The bytes of this many elements.
    pub fn data(&mut self, dtype: &str, elements: usize) -> Vec<u8> {
        let (block, halves, bytes) = match dtype {
            "F32" => return (0..elements).flat_map(|_| self.float().to_le_bytes()).collect(),
            "F16" => return (0..elements).flat_map(|_| f16::from_f32(self.float()).to_le_bytes()).collect(),
            "BF16" => return (0..elements).flat_map(|_| bf16::from_f32(self.float()).to_le_bytes()).collect(),
            "Q4_0" => (32, 1, 16),
            "Q4_1" => (32, 2, 16),
            "Q8_0" => (32, 1, 32),
            other => panic!("no {other}"),
        };
        let mut data = Vec::new();
        for _ in 0..elements / block {
            data.extend((0..halves).flat_map(|_| f16::from_f32(self.float()).to_le_bytes()));
            data.extend((0..bytes).map(|_| self.byte()));
        }
        data
    }
}

/// A GGUF file that may say anything.
#[derive(Clone, Debug)]
pub(super) struct Gguf {
    pub version: u32,
    pub meta: Vec<(Vec<u8>, u32, Vec<u8>)>,
    pub tensors: Vec<GgufTensor>,
    pub alignment: usize,
    /// Instead of the numbers of tensors and entries.
    pub counts: Option<(u64, u64)>,
}

#[derive(Clone, Debug)]
pub(super) struct GgufTensor {
    pub name: String,
    /// The fastest first.
    pub dims: Vec<u64>,
    pub kind: u32,
    pub data: Vec<u8>,
    /// Instead of behind the one before.
    pub offset: Option<u64>,
}

pub(super) fn text(text: impl AsRef<[u8]>) -> Vec<u8> {
    let text = text.as_ref();
    [&(text.len() as u64).to_le_bytes(), text].concat()
}

pub(super) fn array(kind: u32, elements: &[Vec<u8>]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(elements.len() as u64).to_le_bytes(), &elements.concat()].concat()
}

pub(super) fn texts(elements: &[&str]) -> Vec<u8> {
    array(STRING, &elements.iter().map(text).collect::<Vec<_>>())
}

pub(super) fn kind_of(dtype: &str) -> u32 {
    match dtype {
        "F32" => 0,
        "F16" => 1,
        "BF16" => 30,
        "Q4_0" => 2,
        "Q4_1" => 3,
        "Q8_0" => 8,
        other => panic!("no {other}"),
    }
}

impl Gguf {
    /// A tied model of one layer without tokens, with matrices of this type.
    pub fn tiny(dtype: &str) -> Self {
        let mut file = Self { version: 3, meta: Vec::new(), tensors: Vec::new(), alignment: 32, counts: None };
        let mut noise = Noise(7);
        file.set("general.architecture", STRING, text("llama"));
        for (key, size) in [
            ("llama.vocab_size", 5_u32),
            ("llama.block_count", 1),
            ("llama.context_length", 64),
            ("llama.embedding_length", 32),
            ("llama.feed_forward_length", 64),
            ("llama.attention.head_count", 2),
            ("llama.attention.head_count_kv", 1),
            ("llama.rope.dimension_count", 16),
        ] {
            file.set(key, U32, size.to_le_bytes());
        }
        file.set("llama.rope.freq_base", F32, 20000_f32.to_le_bytes());
        file.set("llama.attention.layer_norm_rms_epsilon", F32, 1e-5_f32.to_le_bytes());
        file.push("token_embd.weight", dtype, &[5, 32], &mut noise);
        for (part, _, shape) in LAYER {
            let dtype = if shape.len() == 1 { "F32" } else { dtype };
            file.push(&format!("blk.0.{part}.weight"), dtype, shape, &mut noise);
        }
        file.push("output_norm.weight", "F32", &[32], &mut noise);
        file
    }

    /// The same with tokens.
    pub fn with_tokens(mut self) -> Self {
        self.remove("llama.vocab_size");
        self.set("tokenizer.ggml.model", STRING, text("gpt2"));
        self.set("tokenizer.ggml.tokens", ARRAY, texts(&["<s>", "a", "b", "ab", "é"]));
        self
    }

    pub fn set(&mut self, key: &str, kind: u32, value: impl Into<Vec<u8>>) {
        match self.meta.iter_mut().find(|(old, ..)| old == key.as_bytes()) {
            Some(entry) => (entry.1, entry.2) = (kind, value.into()),
            None => self.meta.push((key.into(), kind, value.into())),
        }
    }

    pub fn remove(&mut self, key: &str) {
        self.meta.retain(|(old, ..)| old != key.as_bytes());
    }

    pub fn push(&mut self, name: &str, dtype: &str, shape: &[usize], noise: &mut Noise) {
        self.tensors.push(GgufTensor {
            name: name.to_owned(),
            dims: shape.iter().rev().map(|dim| *dim as u64).collect(),
            kind: kind_of(dtype),
            data: noise.data(dtype, shape.iter().product()),
            offset: None,
        });
    }

    pub fn tensor(&mut self, name: &str) -> &mut GgufTensor {
        self.tensors.iter_mut().find(|tensor| tensor.name == name).unwrap()
    }

    /// The file, which ends with the last tensor.
    pub fn bytes(&self) -> Vec<u8> {
        let (tensors, entries) = self.counts.unwrap_or((self.tensors.len() as u64, self.meta.len() as u64));
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(tensors.to_le_bytes());
        bytes.extend(entries.to_le_bytes());
        for (key, kind, value) in &self.meta {
            bytes.extend(text(key));
            bytes.extend(kind.to_le_bytes());
            bytes.extend(value);
        }
        let mut end = 0;
        for tensor in &self.tensors {
            let offset = self.aligned(end);
            bytes.extend(text(&tensor.name));
            bytes.extend((tensor.dims.len() as u32).to_le_bytes());
            bytes.extend(tensor.dims.iter().flat_map(|dim| dim.to_le_bytes()));
            bytes.extend(tensor.kind.to_le_bytes());
            bytes.extend(tensor.offset.unwrap_or(offset as u64).to_le_bytes());
            end = offset + tensor.data.len();
        }
        for tensor in &self.tensors {
            bytes.resize(self.aligned(bytes.len()), 0);
            bytes.extend(&tensor.data);
        }
        bytes
    }

    fn aligned(&self, length: usize) -> usize {
        length.next_multiple_of(self.alignment)
    }
}

/// A safetensors file that may say anything, and its configuration.
#[derive(Clone, Debug)]
pub(super) struct Safetensors {
    pub config: Value,
    /// In this order, names twice if they are.
    pub header: Vec<(String, Value)>,
    pub data: Vec<u8>,
}

impl Safetensors {
    /// A model of one layer of this type; tied unless there is an output.
    pub fn tiny(dtype: &str, output: bool) -> Self {
        let mut file = Self {
            config: json!({
                "architectures": ["LlamaForCausalLM"],
                "model_type": "llama",
                "vocab_size": 5,
                "hidden_size": 32,
                "num_hidden_layers": 1,
                "num_attention_heads": 2,
                "num_key_value_heads": 1,
                "intermediate_size": 64,
                "max_position_embeddings": 64,
                "rope_theta": 20000.0,
                "rms_norm_eps": 1e-5,
                "tie_word_embeddings": !output,
            }),
            header: vec![("__metadata__".to_owned(), json!({ "format": "pt" }))],
            data: Vec::new(),
        };
        let mut noise = Noise(7);
        file.push("model.embed_tokens.weight", dtype, &[5, 32], &mut noise);
        for (_, part, shape) in LAYER {
            file.push(&format!("model.layers.0.{part}.weight"), dtype, shape, &mut noise);
        }
        file.push("model.norm.weight", dtype, &[32], &mut noise);
        if output {
            file.push("lm_head.weight", dtype, &[5, 32], &mut noise);
        }
        file
    }

    pub fn push(&mut self, name: &str, dtype: &str, shape: &[usize], noise: &mut Noise) {
        let data = noise.data(dtype, shape.iter().product());
        let (start, end) = (self.data.len(), self.data.len() + data.len());
        let info = json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, end] });
        self.header.push((name.to_owned(), info));
        self.data.extend(data);
    }

    pub fn tensor(&mut self, name: &str) -> &mut Value {
        &mut self.header.iter_mut().find(|(old, _)| old == name).unwrap().1
    }

    /// Takes a tensor out, and its bytes.
    pub fn remove(&mut self, name: &str) {
        let [start, end] = self.range(name);
        self.header.retain(|(old, _)| old != name);
        self.data.drain(start..end);
        for offset in self.header.iter_mut().filter_map(|(_, info)| info["data_offsets"].as_array_mut()).flatten() {
            let at = offset.as_u64().unwrap() as usize;
            *offset = if at >= end { at - (end - start) } else { at }.into();
        }
    }

    /// Where the bytes of a tensor are.
    pub fn range(&mut self, name: &str) -> [usize; 2] {
        let offsets = &self.tensor(name)["data_offsets"];
        [0, 1].map(|at| offsets[at].as_u64().unwrap() as usize)
    }

    pub fn config(&self) -> Vec<u8> {
        self.config.to_string().into_bytes()
    }

    pub fn bytes(&self) -> Vec<u8> {
        let entries: Vec<_> = self.header.iter().map(|(name, info)| format!("{}:{info}", json!(name))).collect();
        with_header(&format!("{{{}}}", entries.join(",")), &self.data)
    }
}

pub(super) fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}
