namespace Airgap.Tool.Output;

/// <summary>An object of a cluster.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace; left out where it has none.</param>
/// <param name="Name">Its name.</param>
internal sealed record ReportObject(string Kind, string? Namespace, string Name)
{
    /// <summary>What became of it: created, changed, unchanged, applied, left as it is, removed, not tried, refused.</summary>
    public string? Outcome { get; init; }

    /// <summary>How far kapp-controller is with it.</summary>
    public string? State { get; init; }

    /// <summary>The Packages of a PackageRepository.</summary>
    public int? Packages { get; init; }

    /// <summary>The images of these that the mirror has, as it answered in this run.</summary>
    public int? Images { get; init; }
}
