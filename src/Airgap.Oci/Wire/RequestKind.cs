namespace Airgap.Oci.Wire;

/// <summary>What a request is for, as it is counted.</summary>
internal enum RequestKind
{
    Ping,
    Token,
    ManifestGet,
    ManifestHead,
    ManifestPut,
    BlobGet,
    BlobHead,
    UploadPost,
    UploadGet,
    UploadPatch,
    UploadPut,
    UploadDelete,
    Tags,
    Referrers,
}
