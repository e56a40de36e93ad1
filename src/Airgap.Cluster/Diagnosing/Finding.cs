using Airgap.Cluster.Causes;
using Airgap.Oci;

namespace Airgap.Cluster.Diagnosing;

/// <summary>Something that is wrong in a cluster, or could not be looked at.</summary>
/// <param name="About">The object: kind and full name.</param>
/// <param name="Diagnostic">What is wrong, and the cure.</param>
internal sealed record Finding(string About, Diagnostic Diagnostic)
{
    /// <summary>The known cause; null where there is none.</summary>
    public Cause? Cause { get; init; }

    /// <summary>True for what is not a fault.</summary>
    public bool IsWarning { get; init; }

    /// <summary>What was seen that shows it, a line each; never a credential.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];
}

/// <summary>An object that was looked at.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">How far it is, in words.</param>
internal sealed record Examined(string Kind, string Namespace, string Name, string State)
{
    /// <summary>The Packages of a PackageRepository; null where they are not known.</summary>
    public int? Packages { get; init; }

    /// <summary>The images of these that the mirror has, as it answered in this run; null where it was not asked.</summary>
    public int? Images { get; init; }
}

/// <summary>What a doctor found.</summary>
/// <param name="Objects">What was looked at.</param>
/// <param name="Findings">What is wrong, in the order in which to fix it.</param>
internal sealed record DoctorReport(IReadOnlyList<Examined> Objects, IReadOnlyList<Finding> Findings);
