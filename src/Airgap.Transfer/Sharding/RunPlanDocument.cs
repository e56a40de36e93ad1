using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Airgap.Transfer.Sharding;

/// <summary>A plan that several processes carry out together, as a file.</summary>
internal sealed record RunPlanDocument
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>The field that each such file begins with, if not with <see cref="SchemaField"/>.</summary>
    public const string VersionField = "airgapPlan";

    /// <summary>The field of the schema's address.</summary>
    public const string SchemaField = "$schema";

    /// <summary>The name of the schema, before <c>.schema.json</c>.</summary>
    public const string SchemaName = "airgap.plan";

    /// <summary>The address of its JSON schema, for editors; null where it is not known.</summary>
    [JsonPropertyName(SchemaField), JsonPropertyOrder(-2)]
    public string? Schema { get; init; }

    /// <summary>Rises when a field changes its meaning or goes.</summary>
    [JsonPropertyName(VersionField), JsonPropertyOrder(-1)]
    public int Version { get; init; } = FormatVersion;

    /// <summary>The release that wrote it.</summary>
    public required string Tool { get; init; }

    /// <summary>The number of the rule that divides it (<see cref="ShardAssignment.Rule"/>).</summary>
    public int Assignment { get; init; } = ShardAssignment.Rule;

    /// <summary>How many shards carry it out; null if each run says it.</summary>
    public int? Shards { get; init; }

    /// <summary>The relocations: one for the tool, one for each item of a project.</summary>
    public required ImmutableArray<RunPlanEntry> Relocations { get; init; }
}

/// <summary>One relocation of a plan.</summary>
internal sealed record RunPlanEntry
{
    /// <summary><c>bundle</c>, <c>image</c> or <c>lock</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The source: a reference, with its resolved tag, or the lock file.</summary>
    public required string Source { get; init; }

    /// <summary>The repository that takes everything; null for an archive.</summary>
    public string? Repository { get; init; }

    /// <summary>The archive that is written; null for a repository.</summary>
    public string? Archive { get; init; }

    /// <summary>The archive's format, if there is one: <c>imgpkg</c> or <c>oci</c>.</summary>
    public string? Format { get; init; }

    /// <summary>True for tags that name the source repository.</summary>
    public bool RepositoryBasedTags { get; init; }

    /// <summary>True if layers that may not be redistributed go along.</summary>
    public bool NonDistributableLayers { get; init; }

    /// <summary>The item of the project that it is of; null where no project declares it.</summary>
    public RunPlanDeclared? Declared { get; init; }

    /// <summary>Sums, for people.</summary>
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

    /// <summary>The ImagesLock that was given, as YAML; null for other sources.</summary>
    public string? ImagesLock { get; init; }

    /// <summary>The warnings of the planning.</summary>
    public ImmutableArray<RunPlanWarning> Warnings { get; init; } = [];

    /// <summary>The images whose signatures were verified during planning, with their signers; null if no signature is required.</summary>
    public ImmutableArray<RunPlanSignature>? Signatures { get; init; }
}

/// <summary>What a project says of a relocation, by which its stages know that they are of one project.</summary>
/// <param name="Item">The item's name.</param>
/// <param name="Include">Its Include.</param>
/// <param name="Choices">What else the project chose for it.</param>
internal sealed record RunPlanDeclared(string Item, string Include, string Choices)
{
    /// <summary>The digest that its tag stood for; null where the project says a digest itself.</summary>
    public string? Pin { get; init; }
}

/// <summary>Sums of a relocation.</summary>
/// <param name="Images">Images, indexes and bundles.</param>
/// <param name="Manifests">Distinct manifests.</param>
/// <param name="Blobs">Distinct blobs.</param>
/// <param name="Bytes">Length of the blobs, in bytes.</param>
internal sealed record RunPlanTotals(int Images, int Manifests, int Blobs, long Bytes);

/// <summary>An image, index or bundle.</summary>
/// <param name="Source">Where it was read, by digest.</param>
/// <param name="Manifest">The place of its manifest in the list.</param>
internal sealed record RunPlanItem(string Source, int Manifest)
{
    /// <summary>Its reference in a bundle's lock; null for none.</summary>
    public string? Original { get; init; }

    /// <summary>The tag that it keeps; null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>True for the bundle that was asked for.</summary>
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
    /// <summary>The places of the manifests of an index that go along, each lower than its own; null for an image.</summary>
    public ImmutableArray<int>? Children { get; init; }

    /// <summary>The bytes of its config, where an archive embeds it; null otherwise.</summary>
    public ReadOnlyMemory<byte>? Config { get; init; }
}

/// <summary>A blob.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its length, in bytes.</param>
/// <param name="Origin">The repository that gives it.</param>
internal sealed record RunPlanBlob(string Digest, long Size, string Origin)
{
    /// <summary>Its bytes, if no registry has it; otherwise null.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }
}

/// <summary>A bundle: what it pins.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Lock">Its images.yml.</param>
/// <param name="Locations">What is written about its images.</param>
internal sealed record RunPlanBundle(string Digest, string Lock, ImmutableArray<RunPlanLocation> Locations)
{
    /// <summary>True when it has a <c>packages/</c> directory.</summary>
    public bool HasPackages { get; init; }

    /// <summary>The names of its Packages, where they were looked for.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>References under <c>packages/</c> that are not relocated.</summary>
    public ImmutableArray<RunPlanWarning> PackageWarnings { get; init; } = [];
}

/// <summary>An image of a bundle.</summary>
/// <param name="Image">The reference as the bundle has it.</param>
/// <param name="IsBundle">True for a bundle.</param>
internal sealed record RunPlanLocation(string Image, bool IsBundle)
{
    /// <summary>The digests of what its index lists and what stays behind by choice; null for an image that goes whole.</summary>
    public ImmutableArray<string>? LeftOut { get; init; }
}

/// <summary>A warning.</summary>
/// <param name="Code">The number of its code.</param>
/// <param name="Message">The sentence.</param>
/// <param name="Advice">What to do.</param>
internal sealed record RunPlanWarning(int Code, string Message, string Advice)
{
    /// <summary>The image or repository concerned; null for none.</summary>
    public string? Reference { get; init; }
}
