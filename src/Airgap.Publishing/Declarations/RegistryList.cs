using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// Several registries in <c>AirgapRegistry</c>, separated by semicolons: a project is relocated to each as if it were
/// the only one, with its artifacts in a separate folder below <c>AirgapOutputPath</c>, and its receipt in such a folder beside
/// <c>AirgapReceipt</c>.
/// </summary>
internal static class RegistryList
{
    /// <summary>The settings for each registry; the settings themselves if there is one or none.</summary>
    public static (ImmutableArray<PublishSettings> Settings, ImmutableArray<Diagnostic> Problems) Of(PublishSettings settings)
    {
        if (!settings.Registry.Contains(';', StringComparison.Ordinal))
            return ([settings], []);
        string[] registries = [.. settings.Registry.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(registry => registry.TrimEnd('/'))];
        if (registries.Length < 2)
            return ([settings with { Registry = registries.FirstOrDefault() ?? "" }], []);
        List<Diagnostic> problems = [];
        foreach (IGrouping<string, string> same in registries.GroupBy(FolderOf, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1))
        {
            problems.Add(new Diagnostic(
                ErrorCode.ConflictingRegistries,
                $"The property {PropertyNames.Registry} names " +
                $"{string.Join(" and ", same.Select(registry => $"'{Oci.Naming.UserInfo.Hide(registry)}'"))}, whose artifacts would be " +
                $"in the same folder, {same.Key}.",
                "Name each registry once."));
        }

        if (settings.Archive.Length > 0)
        {
            problems.Add(new Diagnostic(
                ErrorCode.ConflictingRegistries,
                $"{PropertyNames.Archive} is set, but {PropertyNames.Registry} names {registries.Length} registries: an archive is " +
                "written once, and its artifacts name one far side.",
                $"Write the archive without {PropertyNames.Registry}, and name the registries when it is imported."));
        }

        return ([.. registries.Select(
            registry => settings with
            {
                Registry = registry,
                OutputPath = Path.Combine(settings.OutputPath, FolderOf(registry)),
                Receipt = settings.Receipt.Length == 0 ? "" : ReceiptOf(settings.FullPath(settings.Receipt), registry),
            })], [.. problems]);
    }

    private static string ReceiptOf(string path, string registry) =>
        Path.Combine(Path.GetDirectoryName(path)!, FolderOf(registry), Path.GetFileName(path));

    /// <summary>The folder of a registry's artifacts: <c>registry.corp.com_5000_apps</c> for <c>registry.corp.com:5000/apps</c>.</summary>
    public static string FolderOf(string registry)
    {
        string name = string.Concat(registry.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        return name.Trim('.') is { Length: > 0 } safe ? safe : "_";
    }
}
