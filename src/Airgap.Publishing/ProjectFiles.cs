using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>The files that a publish reads and writes, each with the property or metadata that names it.</summary>
internal static class ProjectFiles
{
    /// <summary>
    /// The inputs, including the project and other files that declare items, but not the project's lock, which the publish itself updates.
    /// </summary>
    public static IEnumerable<NamedFile> Inputs(PublishSettings settings, IEnumerable<Declaration> declarations)
    {
        IEnumerable<NamedFile> sources = declarations.Select(declaration => declaration.Source).Distinct().SelectMany(SourceFiles);
        IEnumerable<NamedFile> trust = settings.Trust.SelectMany(item =>
            new[] { TrustItem.Key, TrustItem.TrustedRoot, TrustItem.Store }.SelectMany(name => Values(item, name)));
        return
        [
            .. declarations.Select(declaration => declaration.Item.Location?.File).OfType<string>().Distinct()
                .Select(file => new NamedFile(file)),
            .. sources,
            .. Named(PropertyNames.SigningKey, settings.SigningKey),
            .. Named(PropertyNames.SigningKeyPasswordFile, settings.SigningKeyPasswordFile),
            .. Named(PropertyNames.Policy, settings.Policy),
            .. Named(PropertyNames.CaCertificates, [.. settings.Access.CaCertificates]),
            .. Named(PropertyNames.RegistriesConf,
                settings.Access.RegistriesConf is { } file and not RegistriesConfFiles.System ? file : ""),
            .. Named(PropertyNames.RepositorySettings, settings.Access.RepositorySettings),

            // The stage that writes the plan replaces nothing but a plan.
            .. Named(PropertyNames.Plan, settings.Plan),
            .. Named(PropertyNames.EarlierPlan, [.. settings.EarlierPlan]),
            .. Named(PropertyNames.VerifyArchive, [.. settings.VerifyArchive]),
            .. Named(PropertyNames.VerifyBase, [.. settings.VerifyBase]),
            .. trust,
        ];

        IEnumerable<NamedFile> Named(string name, params IEnumerable<string> paths) =>
            paths.Where(path => path.Length > 0).Select(path => new NamedFile(settings.FullPath(path), name));

        IEnumerable<NamedFile> Values(TrustItem item, string name) => item.Metadata.GetValueOrDefault(name) is { } value
            ? Named($"the {name} of ImgpkgTrust", value.Split(';', StringSplitOptions.TrimEntries)) : [];
    }

    /// <summary>The outputs. Items that share an archive write it once.</summary>
    public static IEnumerable<NamedFile> Outputs(PublishSettings settings, IReadOnlyCollection<Declaration> declarations)
    {
        string folder = settings.FullOutputPath;
        foreach (string archive in declarations.Select(declaration => declaration.Archive).OfType<string>().Distinct())
            yield return new NamedFile(archive, PropertyNames.Archive);
        if (settings.Receipt.Length > 0)
            yield return new NamedFile(settings.FullPath(settings.Receipt), PropertyNames.Receipt);
        if (settings.Timeline.Length > 0)
            yield return new NamedFile(settings.FullPath(settings.Timeline), PropertyNames.Timeline);
        if (settings.Summary.Length > 0 && !SummaryTarget.IsOff(settings.Summary))
            yield return new NamedFile(settings.FullPath(settings.Summary), PropertyNames.Summary);
        if (settings.AuditLog.Length > 0)
            yield return new NamedFile(settings.FullPath(settings.AuditLog), PropertyNames.AuditLog);
        if (settings.UseLockFile != false)
            yield return new NamedFile(settings.FullLockFile, PropertyNames.LockFile);
        foreach (string name in declarations.SelectMany(ItemArtifacts.ArtifactsOf).Distinct())
            yield return new NamedFile(Path.Combine(folder, name));
        foreach (string name in (string[])[RelocationReportWriter.FileName, RelocationPage.FileName])
            yield return new NamedFile(Path.Combine(folder, name));
    }

    private static IEnumerable<NamedFile> SourceFiles(RelocationSource source) => source switch
    {
        RelocationSource.Archive archive => archive.Paths.Select(path => new NamedFile(path, PropertyNames.SourceArchive)),
        RelocationSource.Lock list => [new NamedFile(list.Path, "ImgpkgLock")],
        _ => [],
    };
}
