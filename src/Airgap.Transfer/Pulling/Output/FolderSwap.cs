using Airgap.Transfer.Files;

namespace Airgap.Transfer.Pulling.Output;

/// <summary>Replaces one folder by another.</summary>
internal static class FolderSwap
{
    /// <summary>Moves a folder to its target. On failure, the target is unchanged.</summary>
    /// <param name="from">The new folder, which no longer exists afterwards.</param>
    /// <param name="to">Its place.</param>
    /// <param name="old">The path for the old content, which must not exist.</param>
    /// <exception cref="IOException">It failed, or another of the file system's exceptions.</exception>
    public static void Run(string from, string to, string old)
    {
        if (!Directory.Exists(to))
        {
            Directory.Move(from, to);
            return;
        }

        string inside = Path.GetDirectoryName(from)!;
        if (Path.GetDirectoryName(inside) == to || !TryMove(to, old))
        {
            MoveChildren(from, to, old, except: inside);
            return;
        }

        try
        {
            Directory.Move(from, to);
        }
        catch
        {
            Directory.Move(old, to);
            throw;
        }
    }

    /// <summary>The content of a folder, except one path.</summary>
    public static string[] ChildrenOf(string folder, string except) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Where(child => child != except)];

    // A mounted folder cannot be moved, but its content can.
    private static void MoveChildren(string from, string to, string old, string except)
    {
        Directory.CreateDirectory(old);
        Stack<(string From, string To)> moved = new();
        try
        {
            foreach (string child in ChildrenOf(to, except))
                Move(child, Path.Combine(old, Path.GetFileName(child)));
            foreach (string child in ChildrenOf(from, except))
                Move(child, Path.Combine(to, Path.GetFileName(child)));
        }
        catch
        {
            while (moved.TryPop(out (string From, string To) step))
                Directory.Move(step.To, step.From);
            throw;
        }

        void Move(string source, string destination)
        {
            Directory.Move(source, destination);
            moved.Push((source, destination));
        }
    }

    private static bool TryMove(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
            return true;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return false;
        }
    }
}
