//! What each store does otherwise, as observed with object_store 0.14.2, object_store_opendal 0.60.5 and opendal 0.59.5.

use crosscheck::{Action, Debt::*, Failure, RUN, exclusions, xfail};

use crate::{Feature, checks};

// Where a text could come from several assertions, the row names the line.

#[exclusions("in_memory", test = checks::put_opts, case(supports_update = false))]
const SUPPORTS_UPDATES: Action =
    xfail("supports updates, as the other case checks").because(WontFix).by(Failure::Panic).saying("on an `Ok` value");

#[exclusions("local")]
const fn local(feature: Feature) -> Action {
    match feature {
        Feature::Updates => xfail("`put_opts` with `PutMode::Update` is `NotImplemented`")
            .because(NotYet)
            .by(Failure::Panic)
            .saying("NotImplemented { operation: \"`put_opts` with mode `PutMode::Update`\""),
        Feature::Attributes
        | Feature::Copies
        | Feature::CopiesIfNotExists
        | Feature::ETags
        | Feature::Folders
        | Feature::Multipart => RUN,
    }
}

/// What `OpendalStore` does on top of both services.
const fn opendal(feature: Feature) -> Action {
    match feature {
        Feature::Attributes => xfail("`put_opts` with a content type succeeds, and `get` has no attributes")
            .because(Upstream)
            .by(Failure::Panic)
            .saying("left: Attributes({})"),
        Feature::ETags => xfail("`head` has no `e_tag`: the service has none")
            .because(Upstream)
            .by(Failure::Panic)
            .saying("integration.rs:543:26: called `Option::unwrap()` on a `None` value"),
        Feature::Updates => xfail("`put_opts` gives no `e_tag`, which `PutMode::Update` asks for")
            .because(Upstream)
            .by(Failure::Panic)
            .saying("etag is required for conditional put"),
        Feature::Copies | Feature::CopiesIfNotExists | Feature::Folders | Feature::Multipart => RUN,
    }
}

#[exclusions("opendal_memory")]
const fn opendal_memory(feature: Feature) -> Action {
    opendal(feature)
}

#[exclusions("opendal_fs")]
const fn opendal_fs(feature: Feature) -> Action {
    opendal(feature)
}

const REFUSES_UPDATES_AS_NOT_SUPPORTED: Action =
    xfail("`put_opts` with `PutMode::Update` is `NotSupported` where `NotImplemented` is asked for")
        .because(Upstream)
        .by(Failure::Panic)
        .saying("Operation not supported: Unsupported (permanent) at  => etag is required for conditional put");

#[exclusions("opendal_memory", test = checks::put_opts, case(supports_update = false))]
const IN_MEMORY_REFUSES_UPDATES_AS_NOT_SUPPORTED: Action = REFUSES_UPDATES_AS_NOT_SUPPORTED;

#[exclusions("opendal_fs", test = checks::put_opts, case(supports_update = false))]
const IN_FS_REFUSES_UPDATES_AS_NOT_SUPPORTED: Action = REFUSES_UPDATES_AS_NOT_SUPPORTED;

const PARTS_WAIT_FOR_EACH_OTHER: Action =
    xfail("a part waits until the one before it is written: `second.await` never ends before `first` is awaited")
        .because(Upstream)
        .by(Failure::Timeout);

#[exclusions("opendal_memory", test = checks::multipart_out_of_order)]
const IN_MEMORY_PARTS_WAIT_FOR_EACH_OTHER: Action = PARTS_WAIT_FOR_EACH_OTHER;

#[exclusions("opendal_fs", test = checks::multipart_out_of_order)]
const IN_FS_PARTS_WAIT_FOR_EACH_OTHER: Action = PARTS_WAIT_FOR_EACH_OTHER;

#[exclusions("opendal_memory", test = checks::put_get_delete_list)]
const READS_NOTHING_BEYOND_THE_END: Action = xfail("`get_range(200..300)` of 14 bytes is `Ok(b\"\")`, and no error")
    .because(Upstream)
    .by(Failure::Panic)
    .saying("called `Result::unwrap_err()` on an `Ok` value: b\"\"");

#[exclusions("opendal_memory", test = checks::rename_and_copy)]
const COPIES_NOTHING: Action = xfail("`copy` is `NotSupported`")
    .because(Upstream)
    .tracking("https://github.com/apache/opendal/issues/7826")
    .by(Failure::Panic)
    .saying("Unsupported (permanent) at copy => operation is not supported");

#[exclusions("opendal_memory", test = checks::copy_rename_nonexistent_object)]
const COPIES_NOTHING_FROM_NOWHERE: Action =
    xfail("`copy` of an object that is not there is `NotSupported`, and no `NotFound`")
        .because(Upstream)
        .by(Failure::Panic)
        .saying(
            "integration.rs:1000:5: assertion failed: matches!(result.unwrap_err(), crate::Error::NotFound { .. })",
        );

const COPIES_ONLY_TO_OVERWRITE: Action = xfail("`copy_if_not_exists` is `NotSupported`, and no `AlreadyExists`")
    .because(Upstream)
    .tracking("https://github.com/apache/opendal/issues/7826")
    .by(Failure::Panic)
    .saying(
        "integration.rs:969:5: assertion failed: matches!(result.unwrap_err(), crate::Error::AlreadyExists { .. })",
    );

#[exclusions("opendal_memory", test = checks::copy_if_not_exists)]
const IN_MEMORY_COPIES_ONLY_TO_OVERWRITE: Action = COPIES_ONLY_TO_OVERWRITE;

#[exclusions("opendal_fs", test = checks::copy_if_not_exists)]
const IN_FS_COPIES_ONLY_TO_OVERWRITE: Action = COPIES_ONLY_TO_OVERWRITE;

#[exclusions("opendal_fs", test = checks::copy_rename_nonexistent_object)]
const COPIES_ONLY_TO_OVERWRITE_FROM_NOWHERE: Action =
    xfail("`copy_if_not_exists` of an object that is not there is `NotSupported`, and no `NotFound`")
        .because(Upstream)
        .by(Failure::Panic)
        .saying(
            "integration.rs:1010:5: assertion failed: matches!(result.unwrap_err(), crate::Error::NotFound { .. })",
        );

// Folders come in the order in which the file system has them.

#[exclusions("opendal_fs", test = checks::put_get_delete_list)]
const FOLDERS_ARE_OBJECTS: Action =
    xfail("with the one object `test_dir/test_file.json`, `list` has `test_dir` and `` too")
        .because(Upstream)
        .by(Failure::Panic)
        .saying("Path { raw: \"test_dir\" }");

#[exclusions("opendal_fs", test = checks::list_uses_directories_correctly)]
const A_PREFIX_IS_AN_OBJECT: Action = xfail("with the one object `foo/x.json`, `list` of `foo` has `foo` too")
    .because(Upstream)
    .by(Failure::Panic)
    .saying("Path { raw: \"foo\" }");

#[exclusions("opendal_fs", test = checks::list_with_delimiter)]
const A_FOLDER_IS_IN_ITSELF: Action = xfail("`mydb/wb` is among the common prefixes in `mydb/wb`")
    .because(Upstream)
    .by(Failure::Panic)
    .saying("Path { raw: \"mydb/wb\" }");

#[exclusions("opendal_fs", test = checks::stream_get)]
const PARTS_ARE_SEEN: Action = xfail("`head` finds an object of 0 bytes before its upload is completed")
    .because(Upstream)
    .by(Failure::Panic)
    .saying("assertion failed: meta_res.is_err()");

#[exclusions("opendal_fs", test = checks::multipart_race_condition)]
const UPLOADS_SHARE_A_FILE: Action =
    xfail("two uploads of `11` and `22` to the same path write into one file, which has `12` then")
        .because(Upstream)
        .by(Failure::Panic)
        .saying("assertion failed: result_bytes.starts_with(&expected_writer_contents)");
