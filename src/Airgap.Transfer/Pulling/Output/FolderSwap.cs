using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Pulling.Output;

/// <summary>Replaces one folder by another.</summary>
internal static class FolderSwap
{
    /// <summary>Moves a folder to its target. On failure, the target is unchanged.</summary>
    /// <param name="from">The new folder, which no longer exists afterwards.</param>
    /// <param name="to">Its place.</param>
    /// <param name="old">The path for the old content, which must not exist.</param>
    /// <param name="move">Moves a file or folder; null for the file system's own.</param>
    /// <exception cref="IOException">It failed, or another of the file system's exceptions.</exception>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileFailure"/>: it failed, and so did the way back; old content is at
    /// <paramref name="old"/>.</exception>
    public static void Run(string from, string to, string old, Action<string, string>? move = null)
    {
        move ??= Directory.Move;
        if (!Directory.Exists(to))
        {
            move(from, to);
            return;
        }

        string inside = Path.GetDirectoryName(from)!;
        if (Path.GetDirectoryName(inside) == to || !TryMove(to, old, move))
        {
            MoveChildren(from, to, old, except: inside, move);
            return;
        }

        try
        {
            move(from, to);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            if (!TryMove(old, to, move))
                throw Stuck(to, old, e);
            throw;
        }
    }

    /// <summary>The content of a folder, except one path.</summary>
    public static string[] ChildrenOf(string folder, string except) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Where(child => child != except)];

    // A mounted folder cannot be moved, but its content can.
    private static void MoveChildren(string from, string to, string old, string except, Action<string, string> move)
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
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            bool isBack = true;
            while (moved.TryPop(out (string From, string To) step))
                isBack &= TryMove(step.To, step.From, move);
            if (!isBack)
                throw Stuck(to, old, e);
            throw;
        }

        void Move(string source, string destination)
        {
            move(source, destination);
            moved.Push((source, destination));
        }
    }

    private static bool TryMove(string from, string to, Action<string, string> move)
    {
        try
        {
            move(from, to);
            return true;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return false;
        }
    }

    private static AirgapException Stuck(string to, string old, Exception cause) => new(
        ErrorCode.FileFailure,
        $"The folder '{to}' could be neither replaced nor put back: {cause.Message.TrimEnd('.')}.",
        $"Its earlier content is kept in '{old}': move it back.",
        cause)
    { Location = new SourceLocation(to) };
}
