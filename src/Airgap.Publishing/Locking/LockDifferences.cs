using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Locking;

/// <summary>Reads the lock as the properties require, and finds the differences between lock and project.</summary>
internal sealed class LockDifferences(PublishSettings settings)
{
    /// <summary>Reads the lock.</summary>
    /// <param name="declarations">The declarations that could be read.</param>
    /// <param name="complete">True when these are all: only then an entry that none of them uses is stale.</param>
    /// <param name="problems">Receives the problems: of the lock, properties that contradict each other, and, in locked mode, each
    /// difference.</param>
    /// <returns>The lock, empty for none, and whether the project keeps one.</returns>
    public (ProjectLock Lock, bool IsKept) Read(
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
            if (LockKeeper.KeyOf(declaration)?.ToString() is { } key && declared.Add(key) && found?.Entries.ContainsKey(key) != true)
            {
                yield return declaration.Item.Problem(
                    ErrorCode.NotLocked,
                    $"The item {declaration.Item.ItemName} '{declaration.Item.Include}' is not locked: {settings.FullLockFile} " +
                    $"{(found is null ? "does not exist" : $"has no {key}")}.",
                    $"Publish once without {PropertyNames.LockedMode} and with {PropertyNames.UpdateLock}=true, and commit the lock.");
            }

            if (LockedSelections.KeyOf(declaration) is { } choice && declared.Add(choice)
                && (found is not null || LockKeeper.KeyOf(declaration) is null) && found?.Derived.ContainsKey(choice) != true)
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

    /// <summary>The tags that point to another digest than the lock pins.</summary>
    public static IEnumerable<Diagnostic> Moved(
        IEnumerable<Declaration> declarations, ProjectLock pinned, IReadOnlyDictionary<string, Digest> now)
    {
        foreach (Declaration declaration in declarations)
        {
            string key = LockKeeper.KeyOf(declaration)!.ToString();
            if (!now.TryGetValue(key, out Digest digest) || pinned.Entries[key].Digest == digest)
                continue;
            yield return declaration.Item.Problem(
                ErrorCode.TagMoved,
                $"The tag {key} has moved: it points to {digest}, but {pinned.Entries[key].Location} pins {pinned.Entries[key].Digest}.",
                "Have the new digest reviewed in a lock written with " +
                $"{PropertyNames.UpdateLock}=true; a publish without {PropertyNames.LockedMode} relocates the locked one.");
        }
    }

    private static Diagnostic Incompatible(string message, string advice) => new(ErrorCode.IncompatibleOptions, message, advice);
}
