using System.Globalization;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers;

/// <summary>Who writes an archive, in a small file beside the partial one: the lock itself cannot be read by those it keeps out.</summary>
internal static class ArchiveHolder
{
    /// <summary>Where it stands.</summary>
    public static string PathOf(string partialPath) => partialPath + ".holder";

    /// <summary>Says that this process writes the archive. A courtesy: without it the next one is told less.</summary>
    public static void Write(string partialPath)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z\n");
        Attempt(() => File.WriteAllText(PathOf(partialPath), text));
    }

    /// <summary>Says no more.</summary>
    public static void Clear(string partialPath) => Attempt(() => File.Delete(PathOf(partialPath)));

    /// <summary>The failure of a run that came second.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="partialPath">The file that is locked.</param>
    /// <param name="cause">What the system said.</param>
    public static AirgapException InUse(string path, string partialPath, Exception cause)
    {
        string holder = "another process";
        Attempt(() =>
        {
            if (File.ReadAllText(PathOf(partialPath)).Trim() is { Length: > 0 and < 300 } text)
                holder = text;
        });
        return new AirgapException(
            ErrorCode.ArchiveInUse,
            $"'{partialPath}' is being written by {holder}.",
            "Wait for that run to end, or give this one another archive.",
            cause)
        { Location = new SourceLocation(path) };
    }

    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // Nothing depends on it.
        }
    }
}
