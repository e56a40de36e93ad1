using System.Globalization;
using System.Text;
using Airgap.Oci;

namespace Airgap.Transfer.Files;

/// <summary>The holder of something that one process at a time may have, for the message to those who wait.</summary>
internal static class HolderText
{
    private const int MostBytes = 300;

    /// <summary>
    /// This process: its number, machine, command and the time now, on one line. The command's arguments may hold secrets and are left out.
    /// </summary>
    public static byte[] OfThisProcess() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z " +
        $"({Command(Environment.GetCommandLineArgs())})\n"));

    /// <summary>What another process wrote; null for nothing of use.</summary>
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
