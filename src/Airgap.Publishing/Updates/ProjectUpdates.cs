using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Updates;

/// <summary>
/// The input of an update check: the items of a project, a bundle's lock, or a project's lock by itself.
/// </summary>
/// <param name="Declarations">The declarations.</param>
/// <param name="Lock">The digests of its tags; null for no lock.</param>
/// <param name="Problems">The problems.</param>
internal sealed record ProjectUpdates(ImmutableArray<Declaration> Declarations, ProjectLock? Lock, ImmutableArray<Diagnostic> Problems)
{
    /// <summary>Reads the items of a project. Their destinations do not matter.</summary>
    public static ProjectUpdates Read(ImmutableArray<PublishItem> items, PublishSettings settings, ImmutableArray<Diagnostic> problems)
    {
        ImmutableArray<Diagnostic>.Builder all = problems.ToBuilder();
        DeclarationReader reader =
            new(settings with { Registry = FirstOf(settings.Registry), Archive = "", SourceArchive = "" }, needsDestination: false);
        ImmutableArray<Declaration> declarations = reader.Read(items);
        all.AddRange(reader.Problems);
        ProjectLock? pinned = settings.UseLockFile == false ? null : ProjectLockReader.Read(settings.FullLockFile, all);
        return new ProjectUpdates(declarations, pinned, all.ToImmutable());
    }

    /// <summary>Reads a BundleLock or an ImagesLock.</summary>
    /// <exception cref="AirgapException">What is wrong with the file.</exception>
    public static ProjectUpdates ReadLock(string path)
    {
        LockSummary summary = LockSummary.Read(path);
        PublishItem item = new(PublishItemKind.Lock, path, ImmutableDictionary<string, string>.Empty, new SourceLocation(path));
        return new ProjectUpdates(
            [new Declaration { Item = item, Source = new RelocationSource.Lock(path), Reference = summary.Bundle, Tag = summary.Tag,
                Name = summary.Name }], null, []);
    }

    /// <summary>Reads the lock of a project, without the project.</summary>
    public static ProjectUpdates ReadProjectLock(string path)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        ProjectLock pinned = ProjectLockReader.Read(path, problems) ?? ProjectLock.Empty;
        ImmutableArray<Declaration> declarations =
            [.. pinned.Entries.Select(entry => Of(ImageReference.Parse(entry.Key), entry.Value.Location))];
        return new ProjectUpdates(declarations, pinned, problems.ToImmutable());
    }

    private static Declaration Of(ImageReference reference, SourceLocation? location)
    {
        PublishItem item = new(PublishItemKind.Image, reference.ToString(), ImmutableDictionary<string, string>.Empty, location);
        return new Declaration
        {
            Item = item,
            Source = new RelocationSource.Image(reference),
            Reference = reference,
            Tag = reference.Tag,
            Name = reference.Repository.LastSegment
        };
    }

    // One destination for all, so that two registries do not duplicate each item.
    private static string FirstOf(string registries) =>
        registries.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
}
