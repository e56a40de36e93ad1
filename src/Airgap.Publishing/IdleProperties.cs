using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Finds properties of the command line, which are meant for this publish, that have no effect in it. Those of a project file may be meant
/// for another publish, such as the one behind the air gap.
/// </summary>
internal static class IdleProperties
{
    private const string NoArchiveWritten = "no archive is written";
    private const string NothingPushed = "no destination is a registry";
    private const string NoContent = "the project makes no bundle of its own";
    private const string NoManifest = "no manifests are written, as the registry is unknown";
    private const string NotApplied = "nothing is applied to a cluster";

    // Each with the reason why it has no effect; null if it has one.
    private static readonly ImmutableArray<(string Name, Func<Publish, string?> WhyIdle)> s_rows =
    [
        (PropertyNames.ArchiveFormat, publish => publish.WritesArchive ? null : NoArchiveWritten),
        (PropertyNames.ArchiveVolumeSize, publish => publish.WritesArchive ? null : NoArchiveWritten),
        (PropertyNames.ArchiveBase, publish => publish.WritesArchive ? null : NoArchiveWritten),
        (PropertyNames.PartsIn, publish => publish.ReadsArchive ? null : "no archive is read"),
        (PropertyNames.MountFrom, publish => publish.Pushes ? null : NothingPushed),
        (PropertyNames.CreateRepositories, publish => publish.Pushes || publish.PushesBundle ? null : NothingPushed),
        (PropertyNames.SecretManifests, publish => publish.KnowsRegistry ? null : NoManifest),
        (PropertyNames.MirrorConfiguration, publish => publish.KnowsRegistry ? null : NothingPushed),
        (PropertyNames.ApplyContext, publish => publish.Settings.Apply is null ? NotApplied : null),
        (PropertyNames.ApplyWait, publish => publish.Settings.Apply is null ? NotApplied : null),
        (PropertyNames.Artifacts, publish => publish.ReadsOnlyArchives && publish.Settings.Artifacts != ArtifactChoice.All
            ? "what the archive contains is relocated" : null),
        (PropertyNames.LockFile, publish => publish.Settings.UseLockFile == false ? $"{PropertyNames.UseLockFile} is false" : null),
        (PropertyNames.BundleRepository, publish => publish.MakesBundle || publish.IsOneOfSeveral ? null : NoContent),
        (PropertyNames.BundleTag, publish => publish.MakesBundle || publish.IsOneOfSeveral ? null : NoContent),
    ];

    /// <summary>The properties that it knows.</summary>
    internal static IEnumerable<string> Names => s_rows.Select(row => row.Name);

    /// <summary>A warning for each (<see cref="ErrorCode.PropertyIdle"/>).</summary>
    /// <param name="declarations">The items of the publish.</param>
    /// <param name="settings">Its settings.</param>
    public static IEnumerable<Diagnostic> Find(IReadOnlyCollection<Declaration> declarations, PublishSettings settings)
    {
        if (declarations.Count == 0)
            yield break;
        Publish publish = new(declarations, settings);
        foreach ((string name, Func<Publish, string?> whyIdle) in s_rows)
        {
            if (settings.Given.TryGetValue(name, out string? value) && IsAsked(value) && whyIdle(publish) is { } why)
                yield return new Diagnostic(
                    ErrorCode.PropertyIdle, $"{name} has no effect in this publish: {why}.", "Omit it here, or correct its name.");
        }
    }

    // With false, nothing is asked for.
    private static bool IsAsked(string value) =>
        !string.IsNullOrWhiteSpace(value) && !value.Trim().Equals("false", StringComparison.OrdinalIgnoreCase);

    private sealed record Publish(IReadOnlyCollection<Declaration> Declarations, PublishSettings Settings)
    {
        public bool WritesArchive => Declarations.Any(declaration => declaration.Archive is not null);

        public bool ReadsArchive => Declarations.Any(declaration => declaration.Source is RelocationSource.Archive);

        public bool ReadsOnlyArchives => Declarations.All(declaration => declaration.Source is RelocationSource.Archive);

        public bool Pushes => Declarations.Any(declaration => declaration.Archive is null);

        public bool KnowsRegistry => Declarations.Any(declaration => declaration.Repository is not null);

        public bool MakesBundle => Declarations.Any(declaration => declaration.Item.IsProduced);

        public bool PushesBundle => MakesBundle && Settings.BundleRepository.Length > 0;

        // A solution's command line is for all of its projects, of which perhaps one makes a bundle.
        public bool IsOneOfSeveral => Settings.Given.ContainsKey(PropertyNames.OfSolution);
    }
}
