"""The rules of rules_rust, of tests that Cargo has built."""

def _rust_test(ctx):
    if ctx.attr.use_libtest_harness:
        fail("a suite has its own `main`")
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = out,
        target_file = ctx.file._built,
        is_executable = True,
    )
    return [DefaultInfo(executable = out)]

rust_test = rule(
    _rust_test,
    attrs = {
        "deps": attr.label_list(),
        "srcs": attr.label_list(allow_files = True),
        "use_libtest_harness": attr.bool(default = True),
        "_built": attr.label(
            allow_single_file = True,
            default = "@//:built",
        ),
    },
    test = True,
)

def rust_library(name, srcs, deps):
    native.filegroup(
        name = name,
        srcs = srcs + deps,
    )
