namespace Airgap.TestKit.Registries;

/// <summary>The purpose of a request to a registry.</summary>
public enum RequestKind
{
    Other,
    Ping,
    Token,
    Catalog,
    TagsList,
    ManifestGet,
    ManifestHead,
    ManifestPut,
    ManifestDelete,
    BlobGet,
    BlobHead,
    BlobDelete,
    UploadPost,
    UploadPatch,
    UploadPut,
    UploadGet,
    UploadDelete,
    ReferrersGet,
}
