namespace Airgap.Oci.Wire;

/// <summary>The work of a client so far: requests on the wire (replays and redirects each count) and bytes of bodies.</summary>
internal sealed record RegistryStatistics
{
    /// <summary>GETs of manifests.</summary>
    public long ManifestGets { get; init; }

    /// <summary>HEADs of manifests.</summary>
    public long ManifestHeads { get; init; }

    /// <summary>PUTs of manifests.</summary>
    public long ManifestPuts { get; init; }

    /// <summary>DELETEs of manifests and tags.</summary>
    internal long ManifestDeletes { get; init; }

    /// <summary>GETs of blobs, resumed ones included.</summary>
    public long BlobGets { get; init; }

    /// <summary>HEADs of blobs. The upload's POST asks whether a blob exists, so this stays 0 unless that changes.</summary>
    public long BlobHeads { get; init; }

    /// <summary>POSTs that start an upload, mount a blob or find it present.</summary>
    public long UploadPosts { get; init; }

    /// <summary>GETs of the status of a broken upload.</summary>
    public long UploadGets { get; init; }

    /// <summary>PATCHes of an upload.</summary>
    public long UploadPatches { get; init; }

    /// <summary>PUTs that carry or finish an upload.</summary>
    public long UploadPuts { get; init; }

    /// <summary>DELETEs of abandoned uploads.</summary>
    public long UploadDeletes { get; init; }

    /// <summary>GETs of tag lists, one per page.</summary>
    public long TagLists { get; init; }

    /// <summary>GETs of lists of referrers, one per page.</summary>
    public long ReferrerLists { get; init; }

    /// <summary>Requests to a registry's own API, which is separate from the one for images.</summary>
    internal long ManagementRequests { get; init; }

    /// <summary>Requests to token servers.</summary>
    public long TokenRequests { get; init; }

    /// <summary>GETs of <c>/v2/</c>.</summary>
    public long Pings { get; init; }

    /// <summary>Bytes of manifests, blobs and lists received.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes of manifests and blobs sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>The number of retries after transient failures.</summary>
    public long Retries { get; init; }

    /// <summary>All requests.</summary>
    public long Requests =>
        ManifestGets + ManifestHeads + ManifestPuts + ManifestDeletes + BlobGets + BlobHeads + UploadPosts + UploadGets + UploadPatches
            + UploadPuts + UploadDeletes + TagLists + ReferrerLists + ManagementRequests + TokenRequests + Pings;
}
