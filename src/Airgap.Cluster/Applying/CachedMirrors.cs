using System.Text.Json;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>
/// kapp-controller keeps bundles by digest and does not ask a new mirror for a digest that it has: the PackageRepository succeeds, and its
/// Packages keep the former mirror.
/// </summary>
internal static class CachedMirrors
{
    /// <summary>The warning for a change that kapp-controller will read from its cache; null otherwise.</summary>
    public static Diagnostic? Expected(JsonElement before, JsonElement after)
    {
        string? old = ReconcileState.Of(before).Image;
        string? image = ReconcileState.Of(after).Image;
        if (old is null || image is null || PackageImages.DigestOf(old) is not { } digest || digest != PackageImages.DigestOf(image)
            || PackageImages.RepositoryOf(old) == PackageImages.RepositoryOf(image))
            return null;
        return new Diagnostic(
            ErrorCode.CachedMirror,
            $"PackageRepository {after.FullName()} names the digest that it had at {PackageImages.RepositoryOf(old)}: kapp-controller " +
            $"takes it from its cache, does not contact {PackageImages.RepositoryOf(image)}, and its Packages still name the former " +
            "mirror.",
            Mend(after))
        { Reference = image };
    }

    /// <summary>True when a cluster with the live object would read the manifest's image from its cache, or has done so.</summary>
    public static bool IsTakenFromCache(JsonElement live, JsonElement manifest)
    {
        ReconcileState state = ReconcileState.Of(live);
        string? image = ReconcileState.Of(manifest).Image;
        return Expected(live, manifest) is not null
            || (image is not null && state.Image == image && PackageImages.DigestOf(image) is not null
                && PackageImages.OnAFormerMirror(state).Length > 0);
    }

    /// <summary>The failure for a success that came from the cache; null for any other.</summary>
    public static Diagnostic? Shown(ReconcileState state) => PackageImages.OnAFormerMirror(state) is [{ } first, ..] all
        ? new Diagnostic(
            ErrorCode.CachedMirror,
            $"PackageRepository {state.FullName} succeeded from kapp-controller's cache: {PackageImages.RepositoryOf(state.Image!)} did " +
            $"not receive a request, and {Count(all.Length)} the former mirror ({first}).",
            Mend(state.Object))
        { Reference = state.Image }
        : null;

    private static string Count(int images) => images == 1 ? "1 image of its Packages names" : $"{images} images of its Packages name";

    private static string Mend(JsonElement repository) =>
        "Make kapp-controller fetch it: dotnet airgap apply FOLDER --refetch, or kubectl -n " +
        $"{repository.Text("metadata", "namespace")} delete packagerepository {repository.Text("metadata", "name")}, then apply it " +
        "again. Installed packages stay; until then they are not updated.";
}
