using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;
using Airgap.Transfer.Sessions;

namespace Airgap.Publishing;

/// <summary>
/// Finds an output that a publish of another project wrote, and this one replaced: in a solution, a full path on the command line is the
/// same file for all projects, and the last one would win silently. The user's cache keeps, for each output, the folder and name of the
/// project that wrote it and the file's time and length. This only makes a warning, so any failure means that the owner is not known.
/// </summary>
internal sealed class OutputOwner
{
    private readonly string? _record;
    private readonly string _path;
    private readonly bool _isArchive;
    private readonly (string Folder, string Name) _project;
    private readonly (string Folder, string Name, string State)? _earlier;
    private readonly string? _before;

    private OutputOwner(string? record, string path, PublishSettings settings)
    {
        (_record, _path) = (record, path);
        _project = (Path.TrimEndingDirectorySeparator(settings.ProjectDirectory), settings.ProjectName);
        _isArchive = settings.Archive.Length > 0 && settings.FullPath(settings.Archive) is var archive
            && (path == archive || path.StartsWith(
                Path.TrimEndingDirectorySeparator(archive) + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        (_earlier, _before) = (Read(), StateOf(path));
    }

    /// <summary>Looks at an output, before this publish may write it.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="settings">The project's settings.</param>
    /// <param name="folder">The folder of the records; null for the user's own.</param>
    public static OutputOwner Look(string path, PublishSettings settings, string? folder = null)
    {
        folder ??= UserCache.Find("outputs");
        try
        {
            if (folder is not null)
            {
                PrivateFolder.Make(folder);
                return new OutputOwner(Path.Combine(folder, CacheName.OfFile(path)), path, settings);
            }
        }
        catch (Exception e) when (IsFailure(e))
        {
            // Not known.
        }

        return new OutputOwner(null, path, settings);
    }

    /// <summary>Writes an output, and warns if it was another project's.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="settings">The project's settings.</param>
    /// <param name="warnings">Receives the warning.</param>
    /// <param name="write">Writes it, or leaves it as it is.</param>
    public static Task WatchAsync(string path, PublishSettings settings, PublishWarnings warnings, Func<Task> write) => WatchAsync(
        path, settings, replaced => warnings.Add(replaced, null), async () =>
        {
            await write();
            return true;
        });

    /// <summary>Writes an output, and warns if it was another project's; also after a failure, if the output was written.</summary>
    /// <param name="path">Its full path; null for none.</param>
    /// <param name="settings">The project's settings.</param>
    /// <param name="warn">Receives the warning.</param>
    /// <param name="write">Writes it, or leaves it as it is.</param>
    public static async Task<T> WatchAsync<T>(string? path, PublishSettings settings, Action<Diagnostic> warn, Func<Task<T>> write)
    {
        OutputOwner? owner = path is null ? null : Look(path, settings);
        try
        {
            return await write();
        }
        finally
        {
            if (owner is not null && await owner.TellAsync() is { } replaced)
                warn(replaced);
        }
    }

    /// <summary>Notes this project as the owner, if the file has been written since <see cref="Look"/>.</summary>
    /// <returns>The warning (<see cref="ErrorCode.OutputReplaced"/>) if it was another project's; null otherwise.</returns>
    public async Task<Diagnostic?> TellAsync()
    {
        if (_record is null || StateOf(_path) is not { } state || state == _before)
            return null;
        (string Folder, string Name, string State)? now = Read();
        bool isReplaced = IsOther(_earlier) && _earlier?.State == _before;
        // Another project may have written it since, in a parallel build.
        bool isShared = IsOther(now) && now != _earlier;
        (string Folder, string Name, string State)? owner = isReplaced ? _earlier : isShared ? now : null;
        try
        {
            await AtomicFile.WriteAsync(
                _record, Encoding.UTF8.GetBytes($"{_project.Folder}\n{state}\n{_project.Name}\n"), OwnFile.Private, CancellationToken.None);
        }
        catch (Exception e) when (IsFailure(e))
        {
            // The next publish does not know that this one wrote it.
        }

        return owner is not var (folder, name, _) ? null : new Diagnostic(
            ErrorCode.OutputReplaced,
            $"'{_path}' was written by the publish of another project, {(name.Length > 0 ? $"'{name}' " : "")}in '{folder}', and this publish " +
            "has replaced it: its content is that of this project alone.",
            "Give each project a file of its own." +
            (_isArchive ? $" For an archive of several projects, {AdviceTerms.WriteLayout}." : ""));
    }

    // A project that is gone, such as a checkout of an earlier build, misses nothing.
    private bool IsOther((string Folder, string Name, string State)? owner) =>
        owner is var (folder, name, _) && (folder, name) != _project && Directory.Exists(folder);

    private (string Folder, string Name, string State)? Read()
    {
        try
        {
            return _record is not null && File.Exists(_record)
                && File.ReadAllLines(_record) is [var folder, var state, var name, ..] ? (folder, name, state) : null;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return null;
        }
    }

    private static string? StateOf(string path)
    {
        try
        {
            // An archive in parts has its list.
            FileInfo? file = new[] { path, path + ".parts.json" }.Select(each => new FileInfo(each)).FirstOrDefault(each => each.Exists);
            return file is null
                ? null : string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks} {file.Length}");
        }
        catch (Exception e) when (IsFailure(e))
        {
            return null;
        }
    }

    private static bool IsFailure(Exception e) => IoFailures.IsIoFailure(e) || e is AirgapException or ArgumentException;
}
