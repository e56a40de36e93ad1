using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Pulling.Output;

/// <summary>
/// The output folder of a pull. Everything is first unpacked next to it, and replaces it when complete, so that a
/// failed pull leaves it unchanged. A folder is replaced if it is empty, if an earlier pull wrote all its content
/// (<see cref="PullRecord"/>), or if all its content is also in the new content, byte for byte; any other folder only
/// if the user forces it.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private readonly string _target;
    private readonly string _stage;
    private readonly bool _force;
    private readonly string? _stateFolder;
    private readonly FolderFlush _volume;
    private bool _isReplaced;

    private OutputFolder(string target, string stage, bool force, string? stateFolder)
    {
        _target = target;
        _stage = stage;
        _force = force;
        _stateFolder = stateFolder;
        _volume = new FolderFlush(stage);
    }

    /// <summary>The folder, as a full path, links resolved.</summary>
    public string Target => _target;

    /// <summary>The path to unpack to, which does not exist yet, in a folder that only this user can enter.</summary>
    public string Staged => Path.Combine(_stage, "new");

    private string Old => Path.Combine(_stage, "old");

    /// <summary>Checks the folder's name and creates a folder to unpack to.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>: a folder that must not be replaced; 3xxx: no place, no
    /// access.</exception>
    public static OutputFolder Open(string output, bool force, string? stateFolder)
    {
        string target = Resolve(output);
        try
        {
            return new OutputFolder(target, MakeStage(target), force, stateFolder);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, target);
        }
    }

    /// <summary>Replaces the folder by the unpacked content.</summary>
    /// <param name="cancellationToken">Cancels it, before anything is replaced.</param>
    /// <returns>The folder's new content.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputNotEmpty"/>, or 3xxx: the folder is
    /// unchanged.</exception>
    public async Task<PullRecord> CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            PullRecord record = PullRecord.Of(Staged);
            if (!_force)
                CheckReplaceable();
            _volume.Flush(Staged);
            cancellationToken.ThrowIfCancellationRequested();
            FolderSwap.Run(Staged, _target, Old);
            _isReplaced = true;
            DiskSync.Current.FlushFolder(Path.GetDirectoryName(_target)!);
            if (_stateFolder is not null)
                await RememberAsync(record);
            return record;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, _target);
        }
    }

    public void Dispose()
    {
        _volume.Dispose();
        try
        {
            // What could not be put back after a failure is not deleted.
            bool holdsOld = !_isReplaced && Directory.Exists(Old) && Directory.EnumerateFileSystemEntries(Old).Any();
            string scrap = holdsOld ? Staged : _stage;
            if (Directory.Exists(scrap))
                Directory.Delete(scrap, recursive: true);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // A leftover folder is recognisable by its name; the pull itself has succeeded, or reports its own failure.
        }
    }

    /// <summary>The folder's full path, if imgpkg also allows the name.</summary>
    private static string Resolve(string output)
    {
        string trimmed = output.Trim();
        if (trimmed.Length == 0)
            throw new AirgapException(ErrorCode.InvalidArgument, "Expected --output to be none empty.", "Name the folder to fill.");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));
        string target = Path.TrimEndingDirectorySeparator(OutputCheck.OfFolder(full).Path);
        string current = Path.TrimEndingDirectorySeparator(Environment.CurrentDirectory);
        if (Path.GetPathRoot(target) == target || target == current
            || current.StartsWith(target + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new AirgapException(
                ErrorCode.InvalidArgument,
                $"Disallowed output directory (trying to avoid accidental deletion): '{output}'.",
                "Name a separate folder; the root, the current folder and its parents are not replaced.")
            { Location = new SourceLocation(output) };
        }

        return target;
    }

    // Next to the folder, a whole folder can be moved in one step. If nothing can be created there, or if the folder is
    // a mount point, the folder itself is used.
    private static string MakeStage(string target)
    {
        string name = Path.GetFileName(CompanionName.Random(target, ".pull"));
        string parent = Path.GetDirectoryName(target)!;
        bool exists = Directory.Exists(target);
        try
        {
            DiskSync.Current.MakeFolder(parent);
            string beside = MakePrivate(Path.Combine(parent, name));
            if (!exists || CanMove(beside, Path.Combine(target, name)))
                return beside;
            Directory.Delete(beside);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) && exists)
        {
            // Try the second location.
        }

        return MakePrivate(Path.Combine(target, name));
    }

    private static bool CanMove(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return false;
        }

        Directory.Move(to, from);
        return true;
    }

    private static string MakePrivate(string path)
    {
        PrivateFolder.MakeNew(path);
        return path;
    }

    private void CheckReplaceable()
    {
        if (!Directory.Exists(_target) || FolderSwap.ChildrenOf(_target, _stage).Length == 0)
            return;
        string? foreign = PullRecord.Find(_stateFolder, _target) is { } record ? record.FindForeign(_target, _stage) : "";
        if (foreign is null || FolderContent.FindDifference(_target, Staged, _stage) is not { } different)
            return;
        string example = foreign.Length > 0 ? foreign : different;
        throw new AirgapException(
            ErrorCode.OutputNotEmpty,
            $"The output folder '{_target}' has content that no earlier pull wrote, such as '{example}'.",
            $"Name an empty or new folder, or {AdviceTerms.DeleteOutput}.")
        { Location = new SourceLocation(Path.Combine(_target, example)) };
    }

    // The pull is complete; it does not fail because the next one may need --force.
    private async Task RememberAsync(PullRecord record)
    {
        try
        {
            await record.SaveAsync(_stateFolder!, _target, CancellationToken.None);
        }
        catch (AirgapException)
        {
        }
    }
}
