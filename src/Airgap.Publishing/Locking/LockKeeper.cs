using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Locking;

/// <summary>
/// Pins tags to digests by the project's lock, as NuGet pins versions. An existing lock is used. A run outside locked
/// mode adds missing entries and drops entries that no item declares; a run in locked mode changes nothing, and fails
/// if project, lock and registry differ.
/// </summary>
internal sealed class LockKeeper(IRegistry registry, PublishSettings settings)
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
        Read(declarations, complete, problems);
        return problems.ToImmutable();
    }

    /// <summary>
    /// Pins the declarations. Asks the registry for digests that the lock lacks and, in locked mode, whether tags have
    /// moved.
    /// </summary>
    public async Task<ResolvedLock> ResolveAsync(ImmutableArray<Declaration> declarations, CancellationToken cancellationToken)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        (ProjectLock Lock, bool IsKept) read = Read(declarations, complete: true, problems);
        if (!read.IsKept || problems.Count > 0)
            return new ResolvedLock(declarations, problems.ToImmutable(), null, null);

        // Behind the air gap, no registry can resolve a tag: there, the lock only determines what the archive must
        // contain.
        bool canAsk = settings.SourceArchive.Length == 0;
        Declaration[] asked = [.. declarations.Where(
            declaration => canAsk && KeyOf(declaration) is { } key
            && (settings.UpdateLock || settings.LockedMode || !read.Lock.Entries.ContainsKey(key.ToString())))];
        IReadOnlyDictionary<string, Digest> now = await AskAsync(asked, problems, cancellationToken);
        if (settings.LockedMode)
            problems.AddRange(Moved(asked, read.Lock, now));

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

    // A locked selection is derived again only to update the lock, or by the relocation itself.
    private async Task<ImmutableSortedDictionary<string, ProjectLockEntry>> DerivedAsync(
        ImmutableArray<Declaration> declarations, ProjectLock found, bool canAsk, ImmutableArray<Diagnostic>.Builder problems,
        CancellationToken cancellationToken)
    {
        IEnumerable<Declaration> asked = !canAsk || settings.LockedMode
            ? []
            : declarations.Where(declaration =>
                LockedSelections.KeyOf(declaration) is { } key && (settings.UpdateLock || !found.Derived.ContainsKey(key)));
        IReadOnlyDictionary<string, Digest> now =
            await LockedSelections.DeriveAsync(asked, registry, settings.Concurrency, problems, cancellationToken);
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

    private (ProjectLock Lock, bool IsKept) Read(
        ImmutableArray<Declaration> declarations, bool complete, ImmutableArray<Diagnostic>.Builder problems)
    {
        string path = settings.FullLockFile;
        if (settings is { LockedMode: true, UpdateLock: true })
            problems.Add(Incompatible(
                $"Both {PropertyNames.LockedMode} and {PropertyNames.UpdateLock} are set.",
                $"Update the lock where the project is changed, and set {PropertyNames.LockedMode} where it is only built."));
        if (settings is { UpdateLock: true, SourceArchive.Length: > 0 })
            problems.Add(Incompatible(
                $"Both {PropertyNames.UpdateLock} and {PropertyNames.SourceArchive} are set.",
                "Update the lock where the source registry can be reached."));
        if (settings.UseLockFile == false)
        {
            if (settings.LockedMode || settings.UpdateLock || File.Exists(path))
                problems.Add(Incompatible(
                    $"{PropertyNames.UseLockFile} is false, and " +
                    $"{(settings.LockedMode ? $"{PropertyNames.LockedMode} is set" : settings.UpdateLock ? $"{PropertyNames.UpdateLock} is set" : $"the lock {path} exists")}.", "Remove one of the two."));
            return (ProjectLock.Empty, IsKept: false);
        }

        int before = problems.Count;
        ProjectLock? found = ProjectLockReader.Read(path, problems);
        if (settings.LockedMode && problems.Count == before)
            problems.AddRange(Differences(declarations, found, complete));
        return (found ?? ProjectLock.Empty,
            found is not null || settings.LockedMode || settings.UpdateLock || settings.UseLockFile == true);
    }

    private IEnumerable<Diagnostic> Differences(ImmutableArray<Declaration> declarations, ProjectLock? found, bool complete)
    {
        HashSet<string> declared = new(StringComparer.Ordinal);
        foreach (Declaration declaration in declarations)
        {
            if (KeyOf(declaration)?.ToString() is { } key && declared.Add(key) && found?.Entries.ContainsKey(key) != true)
            {
                yield return declaration.Item.Problem(
                    ErrorCode.NotLocked,
                    $"The item {declaration.Item.ItemName} '{declaration.Item.Include}' is not locked: {settings.FullLockFile} " +
                    $"{(found is null ? "does not exist" : $"has no {key}")}.",
                    $"Publish once without {PropertyNames.LockedMode} and with {PropertyNames.UpdateLock}=true, and commit the lock.");
            }

            if (LockedSelections.KeyOf(declaration) is { } choice && declared.Add(choice)
                && (found is not null || KeyOf(declaration) is null) && found?.Derived.ContainsKey(choice) != true)
            {
                yield return declaration.Item.Problem(
                    ErrorCode.NotLocked,
                    $"The selection of the item {declaration.Item.ItemName} '{declaration.Item.Include}' is not locked: " +
                    $"{settings.FullLockFile} {(found is null ? "does not exist" : $"has no {choice}")}.",
                    $"Publish once without {PropertyNames.LockedMode} and with {PropertyNames.UpdateLock}=true, and commit the lock.");
            }
        }

        if (!complete || found is null)
            yield break;
        foreach ((string key, ProjectLockEntry entry) in found.Entries.Concat(found.Derived).Where(entry => !declared.Contains(entry.Key)))
        {
            yield return new Diagnostic(
                ErrorCode.StaleLock,
                $"{entry.Location}: the lock pins {key}, which no item declares.",
                $"Publish once without {PropertyNames.LockedMode}, which drops it, and commit the lock.")
            { Location = entry.Location, Reference = key };
        }
    }

    private static IEnumerable<Diagnostic> Moved(
        IEnumerable<Declaration> declarations, ProjectLock pinned, IReadOnlyDictionary<string, Digest> now)
    {
        foreach (Declaration declaration in declarations)
        {
            string key = KeyOf(declaration)!.ToString();
            if (!now.TryGetValue(key, out Digest digest) || pinned.Entries[key].Digest == digest)
                continue;
            yield return declaration.Item.Problem(
                ErrorCode.TagMoved,
                $"The tag {key} has moved: it points to {digest}, but {pinned.Entries[key].Location} pins {pinned.Entries[key].Digest}.",
                "Have the new digest reviewed in a lock written with " +
                $"{PropertyNames.UpdateLock}=true; a publish without {PropertyNames.LockedMode} relocates the locked one.");
        }
    }

    private async Task<IReadOnlyDictionary<string, Digest>> AskAsync(
        IEnumerable<Declaration> declarations, ImmutableArray<Diagnostic>.Builder problems, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<string, Digest> answers = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, Diagnostic> failures = new(StringComparer.Ordinal);
        Declaration[] distinct = [.. declarations.DistinctBy(declaration => KeyOf(declaration)!.ToString())];
        await Parallel.ForEachAsync(
            distinct,
            new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency, CancellationToken = cancellationToken },
            async (declaration, token) =>
            {
                ImageReference reference = KeyOf(declaration)!;
                try
                {
                    IImageRepository repository = registry.GetRepository(reference.Repository);
                    // If the registry lacks the tag, ask again to get the registry's own message.
                    Descriptor? found = await repository.ResolveAsync(reference.Tag!, token);
                    answers[reference.ToString()] = found?.Digest ?? (await repository.GetManifestAsync(reference.Tag!, token)).Digest;
                }
                catch (AirgapException e)
                {
                    Diagnostic failure = e.ToDiagnostic();
                    failures[reference.ToString()] = failure with { Location = failure.Location ?? declaration.Item.Location };
                }
            });
        problems.AddRange(distinct.Select(declaration => failures.GetValueOrDefault(KeyOf(declaration)!.ToString())).OfType<Diagnostic>());
        return answers;
    }

    private static Diagnostic Incompatible(string message, string advice) => new(ErrorCode.IncompatibleOptions, message, advice);
}
