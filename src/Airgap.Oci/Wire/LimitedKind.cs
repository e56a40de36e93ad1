namespace Airgap.Oci.Wire;

/// <summary>The kinds of requests that services such as ECR and Docker Hub limit separately.</summary>
internal enum LimitedKind
{
    Tokens,
    ManifestReads,
    ManifestWrites,
    BlobReads,
    BlobWrites,
    Lists,
    Management,
}

/// <summary>The properties of the kinds of requests.</summary>
internal static class LimitedKinds
{
    /// <summary>The kind of a request; null for a ping, which identifies a server and is not limited.</summary>
    public static LimitedKind? Of(RequestKind kind) => kind switch
    {
        RequestKind.Token => LimitedKind.Tokens,
        RequestKind.ManifestGet or RequestKind.ManifestHead => LimitedKind.ManifestReads,
        RequestKind.ManifestPut or RequestKind.ManifestDelete => LimitedKind.ManifestWrites,
        RequestKind.BlobGet or RequestKind.BlobHead => LimitedKind.BlobReads,
        RequestKind.UploadPost or RequestKind.UploadGet or RequestKind.UploadPatch or RequestKind.UploadPut or RequestKind.UploadDelete =>
            LimitedKind.BlobWrites,
        RequestKind.Tags or RequestKind.Referrers => LimitedKind.Lists,
        RequestKind.Management => LimitedKind.Management,
        _ => null,
    };

    /// <summary>True for requests whose bodies may take minutes, so that one at a time would be too few.</summary>
    public static bool IsBulky(LimitedKind kind) => kind is LimitedKind.BlobReads or LimitedKind.BlobWrites;

    /// <summary>What waits, as the subject of a sentence.</summary>
    public static string Describe(LimitedKind kind) => kind switch
    {
        LimitedKind.Tokens => "getting tokens",
        LimitedKind.ManifestReads => "reading manifests",
        LimitedKind.ManifestWrites => "writing manifests",
        LimitedKind.BlobReads => "reading blobs",
        LimitedKind.BlobWrites => "writing blobs",
        LimitedKind.Lists => "listing",
        _ => "setting up repositories",
    };
}
