//! `cargo xtask opinfo`: PyTorch's own samples of its operators on every backend. It takes minutes, and none of it is in the
//! repository, so that it runs at night and by hand.

use std::ffi::OsStr;

use clap::Args;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::mlx;
use crate::python::{self, Environment};
use crate::record::{fresh, ran_on, read};
use crate::steps::Steps;
use crate::workspace::root;

const PYTORCH: Environment =
    Environment { requirements: "fixtures/py_ref/opinfo/requirements.txt", folder: "target/py_ref_opinfo" };
const SCRIPT: &str = "fixtures/py_ref/opinfo/opinfo.py";
const FOLDER: &str = "target/opinfo";

/// Which samples to run.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Only those of this operator, by PyTorch's name for it, such as `nn.functional.gelu` (may be given several times)
    #[arg(long = "operator", value_name = "NAME")]
    operators: Vec<String>,
}

/// Has PyTorch draw its samples, writes those that the contract can say, and runs them on the reference, MLX and candle.
pub fn opinfo(options: &Options) -> Result<(), TaskError> {
    Steps::run(|steps| {
        steps.step("set MLX up", || Ok(mlx::provision(&mlx::Options::default())?))?;
        let python = steps.step("install PyTorch", || python::provide(PYTORCH))?;
        steps.step("write the programs", || {
            let paths = [root().join(SCRIPT), root().join(FOLDER)];
            let operators = options.operators.iter().map(OsStr::new);
            python::run(&python, &paths.iter().map(|path| path.as_os_str()).chain(operators).collect::<Vec<_>>())
        })?;
        let record = fresh("opinfo")?;
        steps.step("run the programs", || {
            // The suite of the kernels, which rows of the matrix name, is linked too.
            let suite = ["-p", "crosscheck-opinfo-suite", "--features", "crosscheck-backends/mlx", "--test", "opinfo"];
            let run = cargo(&[&["test", "--quiet"][..], &suite, &["--", "sample::", "--format", "terse"]].concat());
            run.env("CROSSCHECK_REQUIRE", "mlx_cpu").env("CROSSCHECK_RECORD", &record).run()
        })?;
        ran_on(&read(&record)?, &["reference", "mlx_cpu", "candle"])
    })
}
