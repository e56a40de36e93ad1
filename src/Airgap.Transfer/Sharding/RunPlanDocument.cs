using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Airgap.Transfer.Sharding;

/// <summary>The file of a plan that several processes carry out together.</summary>
internal sealed record RunPlanDocument
{
    /// <summary>The written version, and the only readable one.</summary>
    public const int FormatVersion = 1;

    /// <summary>The first field of each such file, or the second after <see cref="SchemaField"/>.</summary>
    public const string VersionField = "airgapPlan";

    /// <summary>The field of the schema's address.</summary>
    public const string SchemaField = "$schema";

    /// <summary>The field that names the release that wrote it.</summary>
    public const string ToolField = "tool";

    /// <summary>The name of the schema, before <c>.schema.json</c>.</summary>
    public const string SchemaName = "airgap.plan";

    /// <summary>The address of its JSON schema, for editors; null if unknown.</summary>
    [JsonPropertyName(SchemaField), JsonPropertyOrder(-2)]
    public string? Schema { get; init; }

    /// <summary>The format's version; a changed or removed field increases it.</summary>
    [JsonPropertyName(VersionField), JsonPropertyOrder(-1)]
    public int Version { get; init; } = FormatVersion;

    /// <summary>The release that wrote it.</summary>
    public required string Tool { get; init; }

    /// <summary>The number of the division rule (<see cref="ShardAssignment.Rule"/>).</summary>
    public int Assignment { get; init; } = ShardAssignment.Rule;

    /// <summary>The number of shards; null if each run gives it.</summary>
    public int? Shards { get; init; }

    /// <summary>The command of the gate that approved the plan; null if there was none.</summary>
    public string? Gate { get; init; }

    /// <summary>The relocations: one for the tool, one for each item of a project.</summary>
    public required ImmutableArray<RunPlanEntry> Relocations { get; init; }
}

/// <summary>One relocation of a plan.</summary>
internal sealed record RunPlanEntry
{
    /// <summary><c>bundle</c>, <c>image</c> or <c>lock</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The source: a reference with a resolved tag, or a lock file.</summary>
    public required string Source { get; init; }

    /// <summary>The destination repository; null for an archive.</summary>
    public string? Repository { get; init; }

    /// <summary>The destination archive; null for a repository.</summary>
    public string? Archive { get; init; }

    /// <summary>The archive's format, <c>imgpkg</c> or <c>oci</c>; null for a repository.</summary>
    public string? Format { get; init; }

    /// <summary>True for tags that name the source repository.</summary>
    public bool RepositoryBasedTags { get; init; }

    /// <summary>True to include non-distributable layers.</summary>
    public bool NonDistributableLayers { get; init; }

    /// <summary>The project's item; null if no project declares it.</summary>
    public RunPlanDeclared? Declared { get; init; }

    /// <summary>Totals, for people.</summary>
    public required RunPlanTotals Totals { get; init; }

    /// <summary>The images, indexes and bundles.</summary>
    public required ImmutableArray<RunPlanItem> Items { get; init; }

    /// <summary>The position of the root in <see cref="Items"/>; null for a list of images.</summary>
    public int? Root { get; init; }

    /// <summary>The manifests, children before parents.</summary>
    public required ImmutableArray<RunPlanManifest> Manifests { get; init; }

    /// <summary>The blobs, in ascending order of digest.</summary>
    public required ImmutableArray<RunPlanBlob> Blobs { get; init; }

    /// <summary>The bundles, the root first.</summary>
    public ImmutableArray<RunPlanBundle> Bundles { get; init; } = [];

    /// <summary>The ImagesLock of the source, as YAML; null for other sources.</summary>
    public string? ImagesLock { get; init; }

    /// <summary>The manifests that a selection made, for the record of an archive; null for none.</summary>
    public ImmutableArray<RunPlanDerived>? Derived { get; init; }

    /// <summary>The warnings of planning.</summary>
    public ImmutableArray<RunPlanWarning> Warnings { get; init; } = [];

    /// <summary>The images whose signatures were verified during planning, with their signers; null if no signature is required.</summary>
    public ImmutableArray<RunPlanSignature>? Signatures { get; init; }
}

/// <summary>A project's item, which later stages compare with their own project.</summary>
/// <param name="Item">The item's name.</param>
/// <param name="Include">Its Include.</param>
/// <param name="Choices">Its other settings.</param>
internal sealed record RunPlanDeclared(string Item, string Include, string Choices)
{
    /// <summary>The digest of its resolved tag; null if the project gives a digest.</summary>
    public string? Pin { get; init; }
}

/// <summary>Totals of a relocation.</summary>
/// <param name="Images">Images, indexes and bundles.</param>
/// <param name="Manifests">Distinct manifests.</param>
/// <param name="Blobs">Distinct blobs.</param>
/// <param name="Bytes">Length of the blobs, in bytes.</param>
internal sealed record RunPlanTotals(int Images, int Manifests, int Blobs, long Bytes);

/// <summary>An image, index or bundle.</summary>
/// <param name="Source">Its source, by digest.</param>
/// <param name="Manifest">The index of its manifest in the list.</param>
internal sealed record RunPlanItem(string Source, int Manifest)
{
    /// <summary>Its reference in a bundle's lock; null for none.</summary>
    public string? Original { get; init; }

    /// <summary>Its tag; null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>True for the requested bundle.</summary>
    public bool RootBundle { get; init; }

    /// <summary>True for a bundle.</summary>
    public bool Bundle { get; init; }
}

/// <summary>A manifest or index.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Origin">The repository that has it.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record RunPlanManifest(string Digest, string MediaType, string Origin, ReadOnlyMemory<byte> Content)
{
    /// <summary>The list indices of an index's included manifests, each lower than its own; null for an image.</summary>
    public ImmutableArray<int>? Children { get; init; }

    /// <summary>The bytes of its config if an archive embeds it; null otherwise.</summary>
    public ReadOnlyMemory<byte>? Config { get; init; }
}

/// <summary>A blob.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its length, in bytes.</param>
/// <param name="Origin">The repository that has it.</param>
internal sealed record RunPlanBlob(string Digest, long Size, string Origin)
{
    /// <summary>Its bytes if no registry has it; null otherwise.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }
}

/// <summary>A bundle: what it pins.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Lock">Its images.yml.</param>
/// <param name="Locations">The locations of its images.</param>
internal sealed record RunPlanBundle(string Digest, string Lock, ImmutableArray<RunPlanLocation> Locations)
{
    /// <summary>True when it has a <c>packages/</c> directory.</summary>
    public bool HasPackages { get; init; }

    /// <summary>The names of its Packages, if they were read.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>References under <c>packages/</c> that are not relocated.</summary>
    public ImmutableArray<RunPlanWarning> PackageWarnings { get; init; } = [];
}

/// <summary>An image of a bundle.</summary>
/// <param name="Image">The reference in the bundle.</param>
/// <param name="IsBundle">True for a bundle.</param>
internal sealed record RunPlanLocation(string Image, bool IsBundle)
{
    /// <summary>The digests that its index lists and that are omitted by choice; null for none.</summary>
    public ImmutableArray<string>? LeftOut { get; init; }
}

/// <summary>A warning.</summary>
/// <param name="Code">The number of its code.</param>
/// <param name="Message">The message.</param>
/// <param name="Advice">What to do.</param>
internal sealed record RunPlanWarning(int Code, string Message, string Advice)
{
    /// <summary>The image or repository concerned; null for none.</summary>
    public string? Reference { get; init; }
}
