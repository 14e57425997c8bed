//! A check for each function that `object_store` publishes for a `dyn ObjectStore`.

use crosscheck::conformance;
use object_store::{Error, integration};

use crate::Store;

#[conformance(asserts(integration::put_get_delete_list, reason = "it is published as a check"))]
pub async fn put_get_delete_list(store: &Store) {
    integration::put_get_delete_list(&**store).await;
}

#[conformance(uses("attributes"), asserts(integration::put_get_attributes, reason = "it is published as a check"))]
pub async fn put_get_attributes(store: &Store) {
    integration::put_get_attributes(&**store).await;
}

#[conformance(uses("e_tags"), asserts(integration::get_opts, reason = "it is published as a check"))]
pub async fn get_opts(store: &Store) {
    integration::get_opts(&**store).await;
}

#[conformance(uses("multipart"), asserts(integration::stream_get, reason = "it is published as a check"))]
pub async fn stream_get(store: &Store) {
    integration::stream_get(&**store).await;
}

#[conformance(
    uses("multipart"),
    timeout = "15s",
    asserts(integration::multipart_out_of_order, reason = "it is published as a check")
)]
pub async fn multipart_out_of_order(store: &Store) {
    integration::multipart_out_of_order(&**store).await;
}

#[conformance(
    uses("folders"),
    asserts(integration::list_uses_directories_correctly, reason = "it is published as a check")
)]
pub async fn list_uses_directories_correctly(store: &Store) {
    integration::list_uses_directories_correctly(&**store).await;
}

#[conformance(uses("folders"), asserts(integration::list_with_delimiter, reason = "it is published as a check"))]
pub async fn list_with_delimiter(store: &Store) {
    integration::list_with_delimiter(&**store).await;
}

#[conformance(asserts(integration::list_with_offset_exclusivity, reason = "it is published as a check"))]
pub async fn list_with_offset_exclusivity(store: &Store) {
    integration::list_with_offset_exclusivity(&**store).await;
}

#[conformance(uses("copies"), asserts(integration::rename_and_copy, reason = "it is published as a check"))]
pub async fn rename_and_copy(store: &Store) {
    integration::rename_and_copy(&**store).await;
}

#[conformance(
    uses("copies", "copies_if_not_exists"),
    asserts(integration::copy_if_not_exists, reason = "it is published as a check")
)]
pub async fn copy_if_not_exists(store: &Store) {
    integration::copy_if_not_exists(&**store).await;
}

#[conformance(
    uses("copies", "copies_if_not_exists"),
    asserts(integration::copy_rename_nonexistent_object, reason = "it is published as a check")
)]
pub async fn copy_rename_nonexistent_object(store: &Store) {
    integration::copy_rename_nonexistent_object(&**store).await;
}

/// Both uploads write in turn; the one that is completed last is what remains.
#[conformance(uses("multipart"), asserts(integration::multipart_race_condition, reason = "it is published as a check"))]
pub async fn multipart_race_condition(store: &Store) {
    integration::multipart_race_condition(&**store, true).await;
}

/// A store supports updates, or refuses them as `NotImplemented`.
#[conformance(
    supports_update(false, true uses("updates")),
    asserts(integration::put_opts, reason = "it is published as a check")
)]
pub async fn put_opts(store: &Store, supports_update: bool) {
    integration::put_opts(&**store, supports_update).await;
}

#[conformance]
pub async fn get_nonexistent_object(store: &Store) {
    let error = integration::get_nonexistent_object(&**store, None).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
}
