using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Locking;

/// <summary>
/// Pins tags to digests by the project's lock, as NuGet pins versions. An existing lock is used. A run outside locked
/// mode adds missing entries and drops entries that no item declares; a run in locked mode changes nothing, and fails
/// if project, lock and registry differ.
/// </summary>
/// <param name="registry">The source registries.</param>
/// <param name="settings">The project's settings.</param>
/// <param name="known">What an earlier stage of the publish found; null to ask the registries.</param>
internal sealed class LockKeeper(IRegistry registry, PublishSettings settings, KnownDigests? known = null)
{
    /// <summary>The reference of a declaration's lock entry; null if the item itself gives the digest.</summary>
    public static ImageReference? KeyOf(Declaration declaration) =>
        declaration is { Item: { Kind: not PublishItemKind.Lock, IsProduced: false }, Reference: { Digest: null } reference }
            ? reference : null;

    /// <summary>Checks everything that can be checked without a request.</summary>
    /// <param name="declarations">The declarations that could be read.</param>
    /// <param name="complete">True when these are all declarations: only then an unused entry is stale.</param>
    public ImmutableArray<Diagnostic> Check(ImmutableArray<Declaration> declarations, bool complete)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        new LockDifferences(settings).Read(declarations, complete, problems);
        return problems.ToImmutable();
    }

    /// <summary>
    /// Pins the declarations. Asks the registry for digests that the lock lacks and, in locked mode, whether tags have
    /// moved.
    /// </summary>
    public async Task<ResolvedLock> ResolveAsync(ImmutableArray<Declaration> declarations, CancellationToken cancellationToken)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        (ProjectLock Lock, bool IsKept) read = new LockDifferences(settings).Read(declarations, complete: true, problems);
        if (!read.IsKept || problems.Count > 0)
            return new ResolvedLock(known is null ? declarations : Pinned(declarations, known.Tags), problems.ToImmutable(), null, null);

        // Behind the air gap, no registry can resolve a tag: there, the lock only determines what the archive must
        // contain.
        bool canAsk = settings.SourceArchive.Length == 0;
        Declaration[] asked = [.. declarations.Where(
            declaration => canAsk && KeyOf(declaration) is { } key
            && (settings.UpdateLock || settings.LockedMode || !read.Lock.Entries.ContainsKey(key.ToString())))];
        IReadOnlyDictionary<string, Digest> now = known is not null
            ? KnownDigests.Of(known.Tags, asked.Select(declaration => KeyOf(declaration)?.ToString()))
            : await new TagResolver(registry, settings.Concurrency).AskAsync(asked, problems, cancellationToken);
        if (settings.LockedMode)
            problems.AddRange(LockDifferences.Moved(asked, read.Lock, now));

        ProjectLock pinned = read.Lock with
        {
            Entries = ProjectLock.Empty.Entries.AddRange(declarations
                .Select(declaration => KeyOf(declaration)?.ToString())
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Select(key => KeyValuePair.Create(
                    key, now.TryGetValue(key, out Digest digest) && !settings.LockedMode
                    ? new ProjectLockEntry(digest, null) : read.Lock.Entries.GetValueOrDefault(key)))
                .Where(pair => pair.Value is not null)!),
        };
        ImmutableArray<Declaration> declared = [
            .. declarations.Select(declaration =>
                declaration with
                {
                    Pin = KeyOf(declaration) is { } key ? pinned.Entries.GetValueOrDefault(key.ToString())?.Digest : null
                })];
        pinned = pinned with
        {
            Derived = await DerivedAsync(declared, read.Lock, canAsk && problems.Count == 0, problems, cancellationToken)
        };
        (int Added, int Moved, int Removed) tags = Compare(read.Lock.Entries, pinned.Entries);
        (int Added, int Moved, int Removed) choices = Compare(read.Lock.Derived, pinned.Derived);
        LockChange change = new(
            settings.FullLockFile,
            pinned.Entries.Count,
            tags.Added + choices.Added,
            tags.Moved + choices.Moved,
            canAsk && !settings.LockedMode ? tags.Removed + choices.Removed : 0)
        { Choices = pinned.Derived.Count };
        return new ResolvedLock(
            [.. declared.Select(declaration =>
                declaration with
                {
                    DerivedPin = LockedSelections.KeyOf(declaration) is { } key ? pinned.Derived.GetValueOrDefault(key)?.Digest : null
                })],
            problems.ToImmutable(),
            change.IsNone ? null : pinned,
            change);
    }

    /// <summary>The declarations with the digests of their tags, where these are known and not pinned yet.</summary>
    public static ImmutableArray<Declaration> Pinned(IEnumerable<Declaration> declarations, IReadOnlyDictionary<string, Digest> tags) =>
    [
        .. declarations.Select(declaration => declaration.Pin is null && KeyOf(declaration) is { } key
            && tags.TryGetValue(key.ToString(), out Digest digest) ? declaration with { Pin = digest } : declaration)
    ];

    // A locked selection is derived again only to update the lock, or by the relocation itself.
    private async Task<ImmutableSortedDictionary<string, ProjectLockEntry>> DerivedAsync(
        ImmutableArray<Declaration> declarations, ProjectLock found, bool canAsk, ImmutableArray<Diagnostic>.Builder problems,
        CancellationToken cancellationToken)
    {
        IEnumerable<Declaration> asked = !canAsk || settings.LockedMode
            ? []
            : declarations.Where(declaration =>
                LockedSelections.KeyOf(declaration) is { } key && (settings.UpdateLock || !found.Derived.ContainsKey(key)));
        IReadOnlyDictionary<string, Digest> now = known is not null
            ? KnownDigests.Of(known.Derived, asked.Select(LockedSelections.KeyOf))
            : await LockedSelections.DeriveAsync(asked, registry, settings.Concurrency, problems, cancellationToken);
        return ProjectLock.Empty.Derived.AddRange(declarations
            .Select(LockedSelections.KeyOf)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Select(key => KeyValuePair.Create(
                key, now.TryGetValue(key, out Digest digest) ? new ProjectLockEntry(digest, null) : found.Derived.GetValueOrDefault(key)))
            .Where(pair => pair.Value is not null)!);
    }

    private static (int Added, int Moved, int Removed) Compare(
        ImmutableSortedDictionary<string, ProjectLockEntry> before, ImmutableSortedDictionary<string, ProjectLockEntry> now) => (
        now.Keys.Count(key => !before.ContainsKey(key)),
        now.Count(pair => before.TryGetValue(pair.Key, out ProjectLockEntry? old) && old.Digest != pair.Value.Digest),
        before.Keys.Count(key => !now.ContainsKey(key)));

    /// <summary>Writes the lock, if it has changed.</summary>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static Task WriteAsync(ResolvedLock resolved, CancellationToken cancellationToken) =>
        resolved is { Lock: { } changed, Change: { } change }
        ? ArtifactFile.WriteAsync(change.Path, changed.ToJson(), cancellationToken)
        : Task.CompletedTask;
}
