using Airgap.Cluster.Probing;

namespace Airgap.Cluster.Diagnosing;

/// <summary>What the doctor examines.</summary>
internal sealed record DoctorOptions
{
    /// <summary>The namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The PackageRepository or PackageInstall; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>The namespace of kapp-controller; null to find it.</summary>
    public string? ControllerNamespace { get; init; }

    /// <summary>Asks the mirrors of failing objects; null to ask none.</summary>
    public MirrorProbe? Mirror { get; init; }

    /// <summary>True to ask them with the cluster's own Secrets.</summary>
    public bool TriesSecrets { get; init; }

    /// <summary>True to look for every image of every Package at its mirror.</summary>
    public bool FindsLeaks { get; init; }
}
