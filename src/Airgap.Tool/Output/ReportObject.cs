namespace Airgap.Tool.Output;

/// <summary>An object of a cluster.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace; absent if it has none.</param>
/// <param name="Name">Its name.</param>
internal sealed record ReportObject(string Kind, string? Namespace, string Name)
{
    /// <summary>
    /// The outcome: created, changed, unchanged, applied, left as it is, removed, being removed, not tried, refused.
    /// </summary>
    public string? Outcome { get; init; }

    /// <summary>Its state in kapp-controller.</summary>
    public string? State { get; init; }

    /// <summary>The Packages of a PackageRepository.</summary>
    public int? Packages { get; init; }

    /// <summary>The version that a PackageInstall has installed.</summary>
    public string? Version { get; init; }

    /// <summary>The number of their images that the mirror reported as present in this run.</summary>
    public int? Images { get; init; }
}
