using Airgap.Transfer.Deriving;

namespace Airgap.Tool.Commands;

/// <summary>The values of <c>copy</c>'s own flags, as typed; null for what was not given.</summary>
internal sealed record CopyArguments
{
    /// <summary><c>-b</c>.</summary>
    public IReadOnlyList<string> Bundles { get; init; } = [];

    /// <summary><c>-i</c>.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary><c>--lock</c>.</summary>
    public string? Lock { get; init; }

    /// <summary><c>--tar</c>.</summary>
    public IReadOnlyList<string> Tars { get; init; } = [];

    /// <summary><c>--oci</c>.</summary>
    public string? Oci { get; init; }

    /// <summary><c>--oci-tar</c>.</summary>
    public string? OciTar { get; init; }

    /// <summary><c>--to-oci</c>.</summary>
    public string? ToOci { get; init; }

    /// <summary><c>--to-oci-tar</c>.</summary>
    public string? ToOciTar { get; init; }

    /// <summary><c>--to-repo</c>.</summary>
    public string? ToRepository { get; init; }

    /// <summary><c>--repo-template</c>.</summary>
    public string? Template { get; init; }

    /// <summary><c>--to-tar</c>.</summary>
    public string? ToTar { get; init; }

    /// <summary>The first of <see cref="Tars"/>; null for none.</summary>
    public string? Tar => Tars.Count > 0 ? Tars[0] : null;

    /// <summary>The number of bundles and images named.</summary>
    public int References => Bundles.Count + Images.Count;

    /// <summary>True for an OCI layout as the destination.</summary>
    public bool ToLayout => ToOci is not null || ToOciTar is not null;

    /// <summary><c>--volume-size</c>, in bytes.</summary>
    public long? VolumeSize { get; init; }

    /// <summary><c>--map</c> and <c>--map-file</c>.</summary>
    public IReadOnlyList<ArchiveMapEntry> Map { get; init; } = [];

    /// <summary><c>--lock-output</c>.</summary>
    public string? LockOutput { get; init; }

    /// <summary><c>--resume</c>.</summary>
    public bool Resume { get; init; }

    /// <summary><c>--ask-in-bulk</c>.</summary>
    public bool AskInBulk { get; init; }

    /// <summary><c>--earlier-plan</c>; null for none.</summary>
    public string? EarlierPlan { get; init; }

    /// <summary><c>--repair</c>.</summary>
    public bool Repair { get; init; }

    /// <summary><c>--ignore-bundle-check</c>.</summary>
    public bool IgnoreBundleCheck { get; init; }

    /// <summary><c>--artifacts</c>.</summary>
    public string? Artifacts { get; init; }

    /// <summary><c>--cosign-signatures</c>.</summary>
    public bool CosignSignatures { get; init; }

    /// <summary>The packages and platforms to copy.</summary>
    public BundleSelection Selection { get; init; } = new();
}
