using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>
/// Checks whether the Packages of successful PackageRepositories are listed, and where they are pulled from: a success alone does not
/// show that.
/// </summary>
/// <param name="client">The cluster.</param>
internal sealed class ListedPackages(ClusterClient client)
{
    /// <summary>The verdicts, completed from the lists of Packages.</summary>
    public async Task<IReadOnlyList<WaitResult>> CheckAsync(WaitResult[] verdicts, CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, WaitResult> group in verdicts
            .Where(verdict => verdict is { Failure: null, Target.IsInstall: false })
            .GroupBy(verdict => verdict.Target.Namespace).ToArray())
        {
            // kapp-controller serves this list itself, and may be the one that is down.
            ClusterResponse response = await client.GetAsync(ResourceKind.Package.ListPath(group.Key), cancellationToken);
            JsonElement[]? packages = response.IsSuccess ? [.. response.Object.Items("items")] : null;
            foreach (WaitResult verdict in group)
                verdicts[Array.IndexOf(verdicts, verdict)] = Listed(verdict, packages, response);
        }

        return verdicts;
    }

    private static WaitResult Listed(WaitResult verdict, JsonElement[]? packages, ClusterResponse response)
    {
        string name = verdict.Target.FullName;
        if (packages is null)
        {
            AirgapException refusal = ClusterRefusal.Of(response, $"Packages of {verdict.Target.Namespace}", "listed");
            return verdict with
            {
                Warnings = [new Diagnostic(
                    ErrorCode.NotExamined, $"Could not check whether the Packages of {name} exist: {refusal.Message}", refusal.Advice)]
            };
        }

        int count = packages.Count(package => PackageImages.Origin(package) == name);
        string[] outside = PackageImages.Outside(verdict.State!, packages);
        List<Diagnostic> warnings = [];
        if (count == 0)
            warnings.Add(new Diagnostic(
                ErrorCode.NoPackagesListed, $"PackageRepository {name} succeeded, and the cluster lists no Package of it.",
                $"See what its bundle has under packages/: dotnet airgap describe -b {verdict.State!.Image}"));
        Diagnostic? failure = outside.Length == 0 ? null : new Diagnostic(
            ErrorCode.ImagesOutside,
            $"PackageRepository {name} succeeded, but its Packages name " +
            $"{(outside.Length == 1 ? "an image" : $"{outside.Length} images")} outside the mirror: {string.Join(", ", outside.Take(5))}.",
            "Relocate the bundle with all its images into one repository: dotnet airgap copy -b BUNDLE --to-repo REPOSITORY")
        { Reference = verdict.State!.Image };
        return verdict with { Packages = count, Failure = failure, Warnings = warnings };
    }
}
