using System.Globalization;
using System.Text;
using Airgap.Oci;

namespace Airgap.Transfer.Files;

/// <summary>The description of a lock's holder, for messages to waiting processes.</summary>
internal static class HolderText
{
    private const int MostBytes = 300;

    /// <summary>
    /// This process: its id, machine, command and the current time, on one line. The command's arguments may contain
    /// secrets and are left out.
    /// </summary>
    public static byte[] OfThisProcess() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z " +
        $"({Command(Environment.GetCommandLineArgs())})\n"));

    /// <summary>The text of another process; null if unusable.</summary>
    public static string? Read(Stream stream)
    {
        byte[] buffer = new byte[MostBytes];
        int read = stream.ReadAtLeast(buffer, MostBytes, throwOnEndOfStream: false);
        string text = Encoding.UTF8.GetString(buffer, 0, read).Trim();
        return text.StartsWith("process ", StringComparison.Ordinal) ? Printable.Of(text) : null;
    }

    /// <summary>A program and its command, if it has one: <c>dotnet publish</c>.</summary>
    internal static string Command(string[] arguments)
    {
        string program = arguments is [var first, ..] ? Path.GetFileNameWithoutExtension(first) : "";
        string verb = arguments is [_, var second, ..] && second.All(char.IsAsciiLetterLower) ? " " + second : "";
        return (program.Length == 0 ? "unknown" : program) + verb;
    }
}
