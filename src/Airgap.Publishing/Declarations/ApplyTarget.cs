using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Yaml;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// The cluster has to be named twice, in two places: by the project or the command line, and by the kubeconfig that the environment names.
/// A build that has only one of them, such as that of a pull request, touches no cluster; it fails, since what was asked for would not be
/// done.
/// </summary>
internal static class ApplyTarget
{
    private const string Kubeconfig = "KUBECONFIG";

    /// <summary>What is wrong; empty where the manifests can be brought to the cluster that is meant, or nobody asks for that.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="place">The project.</param>
    public static ImmutableArray<Diagnostic> FindProblems(
        PublishSettings settings, Func<string, string?> environment, SourceLocation? place)
    {
        if (settings.Apply is not { } apply)
            return [];
        if (settings.Archive.Length > 0)
        {
            return [new Diagnostic(
                ErrorCode.IncompatibleOptions,
                $"{PropertyNames.Apply}=true, and {PropertyNames.Archive} has everything written to an archive: no cluster can pull from " +
                "where the manifests say.",
                $"Apply where the archive is read ({PropertyNames.SourceArchive}).")
            { Location = place }];
        }

        if (Sides.Of(settings).Settings is { Length: > 1 } sides)
        {
            return [new Diagnostic(
                ErrorCode.IncompatibleOptions,
                $"{PropertyNames.Apply}=true, and {PropertyNames.Registry} names {sides.Length} registries: one cluster cannot take the " +
                "manifests of all of them.",
                "Name the registry of the cluster alone, or apply the folder of that registry with 'dotnet airgap apply'.")
            { Location = place }];
        }

        return Refusal(settings, apply, environment) is { } refusal
            ? [new Diagnostic(ErrorCode.ApplyRefused, refusal.Message, refusal.Advice) { Location = place }] : [];
    }

    /// <summary>The warning of a publish that wrote nothing to apply.</summary>
    public static Diagnostic Nothing { get; } =
        new(ErrorCode.NothingToApply, $"{PropertyNames.Apply}=true, and the publish wrote no manifest: nothing was applied.",
            $"Give an item a PackageRepository, or leave {PropertyNames.Apply} out.");

    /// <summary>
    /// Full paths of the files of <c>KUBECONFIG</c> that are there; relative ones start from the project, as its publish does.
    /// </summary>
    public static string[] Files(PublishSettings settings, Func<string, string?> environment) =>
        [.. (environment(Kubeconfig) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(settings.FullPath)
            .Where(File.Exists)];

    private static (string Message, string Advice)? Refusal(
        PublishSettings settings, ApplySettings apply, Func<string, string?> environment)
    {
        if (apply.Context.Length == 0)
            return ($"{PropertyNames.Apply}=true, and {PropertyNames.ApplyContext} does not say which cluster is meant.",
                $"Set {PropertyNames.ApplyContext} to the current context of the kubeconfig that KUBECONFIG names.");
        if (string.IsNullOrEmpty(environment(Kubeconfig)))
            return ($"{PropertyNames.Apply}=true, and the environment variable KUBECONFIG is not set: the kubeconfig of the home folder " +
                "and the account of a pod are not taken.",
                $"Set KUBECONFIG where the manifests are to be applied, and {PropertyNames.Apply}=true there alone, on the command line.");
        string[] files = Files(settings, environment);
        if (files.Length == 0)
            return ($"{PropertyNames.Apply}=true, and KUBECONFIG names no file that exists: {environment(Kubeconfig)}.",
                "Set KUBECONFIG to a kubeconfig.");
        // The first that names one counts, as for kubectl.
        string? current = files.Select(CurrentContext).FirstOrDefault(context => context is not null);
        return current == apply.Context
            ? null
            : ($"{PropertyNames.ApplyContext} is '{apply.Context}', and the current context of the kubeconfig is " +
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
