namespace Airgap.Oci.Requests;

/// <summary>The ways to send a blob's bytes. Every registry takes one of them, hardly any takes all.</summary>
[Flags]
internal enum UploadForms
{
    None = 0,

    /// <summary>One PUT with all bytes: the fewest requests.</summary>
    Whole = 1,

    /// <summary>
    /// One PATCH with all bytes and no Content-Range, and an empty PUT: what docker and imgpkg send, and some registries know nothing else.
    /// </summary>
    Stream = 2,

    /// <summary>PATCHes of some bytes each, and an empty PUT: what a cut loses is one of them.</summary>
    Chunks = 4,

    All = Whole | Stream | Chunks,
}
