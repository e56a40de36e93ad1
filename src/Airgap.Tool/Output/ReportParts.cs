using Airgap.Transfer.Describing;

namespace Airgap.Tool.Output;

/// <summary>A tag.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Digest">Its digest; absent when not requested.</param>
internal sealed record ReportTag(string Name, string? Digest);

/// <summary>The outcome for a manifest of a prune plan.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Tags">Its tags in the plan.</param>
/// <param name="Outcome"><c>removed</c>, <c>gone</c> (already), or left because it is <c>needed</c> or was
/// <c>renewed</c>.</param>
internal sealed record ReportPruned(string Digest, string Kind, IReadOnlyList<string> Tags, string Outcome);

/// <summary>A version of a package.</summary>
/// <param name="Name">The package.</param>
/// <param name="Version">The version.</param>
/// <param name="ReleasedAt">Its release date as given by the package; absent if not given.</param>
/// <param name="Images">The images and bundles that it needs.</param>
/// <param name="Bytes">Size of everything it needs, each blob counted once.</param>
/// <param name="SharedBytes">Size of the part that other versions or packages of the bundle also need.</param>
internal sealed record ReportPackage(string Name, string Version, string? ReleasedAt, int Images, long Bytes, long SharedBytes)
{
    /// <summary>A version as the report has it.</summary>
    public static ReportPackage Of(ListedPackage package) =>
        new(package.Name, package.Version, package.ReleasedAt, package.Images, package.Size, package.Shared);
}

/// <summary>A file that was written.</summary>
internal sealed record ReportFile(string Path, string Kind);
