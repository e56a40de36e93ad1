using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Yaml;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// The cluster must be named in two places: by the project or the command line, and by the kubeconfig in the
/// environment. A build with only one of them, such as that of a pull request, touches no cluster; it fails, because
/// the request cannot be fulfilled.
/// </summary>
internal static class ApplyTarget
{
    private const string Kubeconfig = "KUBECONFIG";

    /// <summary>
    /// The problems; empty if the manifests can be applied to the intended cluster, or applying is not requested.
    /// </summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="place">The location of the project.</param>
    public static ImmutableArray<Diagnostic> FindProblems(
        PublishSettings settings, Func<string, string?> environment, SourceLocation? place)
    {
        if (settings.Apply is not { } apply)
            return [];
        if (settings.Archive.Length > 0)
        {
            return [new Diagnostic(
                ErrorCode.IncompatibleOptions,
                $"{PropertyNames.Apply}=true, but {PropertyNames.Archive} writes everything to an archive: no cluster can pull from the " +
                "locations " +
                "in the manifests.",
                $"Apply when the archive is imported ({PropertyNames.SourceArchive}).")
            { Location = place }];
        }

        if (RegistryList.Of(settings).Settings is { Length: > 1 } perRegistry)
        {
            return [new Diagnostic(
                ErrorCode.IncompatibleOptions,
                $"{PropertyNames.Apply}=true, but {PropertyNames.Registry} names {perRegistry.Length} registries: one cluster cannot " +
                "use the " +
                "manifests of all of them.",
                "Name only the registry of the cluster, or apply the folder of that registry with 'dotnet airgap apply'.")
            { Location = place }];
        }

        return Refusal(settings, apply, environment) is { } refusal
            ? [new Diagnostic(ErrorCode.ApplyRefused, refusal.Message, refusal.Advice) { Location = place }] : [];
    }

    /// <summary>The warning of a publish without manifests to apply.</summary>
    public static Diagnostic Nothing { get; } =
        new(ErrorCode.NothingToApply, $"{PropertyNames.Apply}=true, but the publish wrote no manifest, so nothing was applied.",
            $"Give an item a PackageRepository, or omit {PropertyNames.Apply}.");

    /// <summary>
    /// Full paths of the existing files of <c>KUBECONFIG</c>; relative paths start from the project's folder, as in its
    /// publish.
    /// </summary>
    public static string[] Files(PublishSettings settings, Func<string, string?> environment) =>
        [.. (environment(Kubeconfig) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(settings.FullPath)
            .Where(File.Exists)];

    private static (string Message, string Advice)? Refusal(
        PublishSettings settings, ApplySettings apply, Func<string, string?> environment)
    {
        if (apply.Context.Length == 0)
            return ($"{PropertyNames.Apply}=true, but {PropertyNames.ApplyContext} does not name the cluster.",
                $"Set {PropertyNames.ApplyContext} to the current context of the kubeconfig that KUBECONFIG names.");
        if (string.IsNullOrEmpty(environment(Kubeconfig)))
            return ($"{PropertyNames.Apply}=true, but the environment variable KUBECONFIG is not set: the kubeconfig of the home folder " +
                "and the account of a pod are not used.",
                $"Set KUBECONFIG where the manifests are to be applied, and {PropertyNames.Apply}=true only there, on the command line.");
        string[] files = Files(settings, environment);
        if (files.Length == 0)
            return ($"{PropertyNames.Apply}=true, but KUBECONFIG names no existing file: {environment(Kubeconfig)}.",
                "Set KUBECONFIG to a kubeconfig.");
        // As in kubectl, the first file that names a context counts.
        string? current = files.Select(CurrentContext).FirstOrDefault(context => context is not null);
        return current == apply.Context
            ? null
            : ($"{PropertyNames.ApplyContext} is '{apply.Context}', but the current context of the kubeconfig is " +
                $"{(current is null ? "not set" : $"'{current}'")}: nothing is applied unless both name the same cluster.",
                $"Make it the current one (kubectl config use-context {apply.Context}), or correct {PropertyNames.ApplyContext}.");
    }

    private static string? CurrentContext(string file)
    {
        try
        {
            return YamlReader.ReadBeginning(Encoding.UTF8.GetString(File.ReadAllBytes(file)))
                .Select(document => YamlLookup.Text(document, "current-context")).FirstOrDefault(context => context is not null);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return null;
        }
    }
}
