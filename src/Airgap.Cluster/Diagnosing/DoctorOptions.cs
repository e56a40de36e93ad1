using Airgap.Cluster.Probing;

namespace Airgap.Cluster.Diagnosing;

/// <summary>The scope of an examination.</summary>
internal sealed record DoctorOptions
{
    /// <summary>The namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The PackageRepository or PackageInstall; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>The namespace of kapp-controller; null to find it.</summary>
    public string? ControllerNamespace { get; init; }

    /// <summary>Sends requests to the mirrors of failing objects; null to send none.</summary>
    public MirrorProbe? Mirror { get; init; }

    /// <summary>True to use the cluster's own Secrets for these requests.</summary>
    public bool TriesSecrets { get; init; }

    /// <summary>True to look for every image of every Package at its mirror.</summary>
    public bool FindsLeaks { get; init; }
}
