namespace Airgap.TestKit.Registries;

/// <summary>What a request to a registry is for.</summary>
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
