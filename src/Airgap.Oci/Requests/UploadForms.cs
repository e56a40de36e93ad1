namespace Airgap.Oci.Requests;

/// <summary>
/// The ways to send a blob's bytes. Every registry accepts at least one of them, hardly any accepts all.
/// </summary>
[Flags]
internal enum UploadForms
{
    None = 0,

    /// <summary>One PUT with all bytes: the fewest requests.</summary>
    Whole = 1,

    /// <summary>
    /// One PATCH with all bytes and no Content-Range, and an empty PUT: docker and imgpkg send this, and some
    /// registries know no other form.
    /// </summary>
    Stream = 2,

    /// <summary>PATCHes with a chunk each, and an empty PUT: a broken connection loses only one chunk.</summary>
    Chunks = 4,

    All = Whole | Stream | Chunks,
}
