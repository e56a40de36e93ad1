namespace Airgap.Oci.Wire;

/// <summary>The kind of a request, for the counters.</summary>
internal enum RequestKind
{
    Ping,
    Token,
    ManifestGet,
    ManifestHead,
    ManifestPut,
    ManifestDelete,
    BlobGet,
    BlobHead,
    UploadPost,
    UploadGet,
    UploadPatch,
    UploadPut,
    UploadDelete,
    Tags,
    Referrers,
    Management,
}
