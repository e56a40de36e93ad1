using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>
/// The outputs that a run finds when it begins. After a failure, those that it did not write would be taken for its result, so they are
/// told.
/// </summary>
internal sealed class EarlierOutputs
{
    private const int MostNamed = 4;

    private readonly List<(string Path, State Before)> _found = [];
    private readonly HashSet<string> _noted = new(StringComparer.Ordinal);

    /// <summary>Notes the outputs that exist: regular files, and folders that are replaced as a whole and are not empty.</summary>
    /// <param name="paths">The outputs, each as the user knows it.</param>
    public void Note(IEnumerable<string> paths)
    {
        foreach (string path in paths.SelectMany(path => new[] { path, path + ".parts.json", path + ".sigstore.json" }))
        {
            if (_noted.Add(path) && StateOf(path) is { } state)
                _found.Add((path, state));
        }
    }

    /// <summary>Forgets them: the run has its result.</summary>
    public void Clear()
    {
        _found.Clear();
        _noted.Clear();
    }

    /// <summary>Finds those that the run has left as they were.</summary>
    /// <param name="written">What it wrote, even if the content stayed the same.</param>
    /// <param name="failures">Why it failed. An output that is an input, or can be no output, is no result of anything; the failure names
    /// it.</param>
    /// <returns>The warning (<see cref="ErrorCode.EarlierOutput"/>); null if there are none.</returns>
    public Diagnostic? Find(IEnumerable<string> written, IEnumerable<Diagnostic> failures)
    {
        if (failures.Any(failure => failure.Code == ErrorCode.BaseIsOutput))
            return null;
        HashSet<string> own = new(written, StringComparer.Ordinal);
        string[] left = [.. _found.Where(found => !own.Contains(found.Path) && StateOf(found.Path) == found.Before)
            .Select(found => found.Path).Where(path => !failures.Any(failure => IsRefusalOf(failure, path)))];
        if (left.Length == 0)
            return null;
        bool isOne = left.Length == 1;
        string names = string.Join(", ", left.Take(MostNamed).Select(path => $"'{path}'"));
        string more = left.Length > MostNamed ? $" and {left.Length - MostNamed} more" : "";
        return new Diagnostic(
            ErrorCode.EarlierOutput,
            $"{names}{more} {(isOne ? "is" : "are")} from before this run, which failed and did not write {(isOne ? "it" : "them")}.",
            $"Do not take {(isOne ? "it" : "them")} for a result of this run.")
        { Location = new SourceLocation(left[0]) };
    }

    // What can be no output is nobody's result.
    private static bool IsRefusalOf(Diagnostic failure, string path) =>
        failure is { Code: ErrorCode.InvalidArgument or ErrorCode.OutputUnsuited, Location.File: { Length: > 0 } refused }
        && !refused.Contains('\0', StringComparison.Ordinal) && Path.GetFullPath(refused) == Path.GetFullPath(path);

    // A file that is replaced gets another number; on Windows, where files have none here, its time and length tell.
    private static State? StateOf(string path)
    {
        try
        {
            FileFacts facts = FileFacts.Of(path, followsLinks: true);
            if (facts.Kind == FileKind.Folder)
            {
                // What is tried in a folder changes its time, and a folder that is replaced has another number.
                return Directory.EnumerateFileSystemEntries(path).Any()
                    ? new State(facts with { Changed = 0, Links = 0 }, default, 0) : null;
            }

            if (facts.Kind != FileKind.Regular)
                return null;
            FileInfo file = new(path);
            return new State(facts, file.LastWriteTimeUtc, file.Length);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is ArgumentException)
        {
            // The command itself tells what is wrong with the path.
            return null;
        }
    }

    private sealed record State(FileFacts Facts, DateTime Written, long Length);
}
