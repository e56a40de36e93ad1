using Airgap.Cluster.Causes;
using Airgap.Oci;

namespace Airgap.Cluster.Diagnosing;

/// <summary>A problem in a cluster, or something that could not be checked.</summary>
/// <param name="About">The object: kind and full name.</param>
/// <param name="Diagnostic">The problem and the cure.</param>
internal sealed record Finding(string About, Diagnostic Diagnostic)
{
    /// <summary>The known cause; null if there is none.</summary>
    public Cause? Cause { get; init; }

    /// <summary>True for a note, which is not a fault.</summary>
    public bool IsWarning { get; init; }

    /// <summary>The evidence, one line each; never a credential.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];
}

/// <summary>An examined object.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Its progress, in words.</param>
internal sealed record Examined(string Kind, string Namespace, string Name, string State)
{
    /// <summary>The number of Packages of a PackageRepository; null if unknown.</summary>
    public int? Packages { get; init; }

    /// <summary>The number of images that the mirror reported as present in this run; null if not requested.</summary>
    public int? Images { get; init; }
}

/// <summary>The doctor's findings.</summary>
/// <param name="Objects">The examined objects.</param>
/// <param name="Findings">The problems, in the order in which to fix them.</param>
internal sealed record DoctorReport(IReadOnlyList<Examined> Objects, IReadOnlyList<Finding> Findings);
