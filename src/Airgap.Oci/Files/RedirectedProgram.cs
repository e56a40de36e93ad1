using System.Diagnostics;
using System.Text;

namespace Airgap.Oci.Files;

/// <summary>The start of a program whose three standard streams are redirected to this process.</summary>
internal static class RedirectedProgram
{
    /// <summary>Makes the start information, without a shell or a window.</summary>
    /// <param name="program">The program; empty if the caller sets it.</param>
    /// <param name="folder">Its working folder.</param>
    public static ProcessStartInfo Start(string program, string? folder) => new(program)
    {
        UseShellExecute = false,
        CreateNoWindow = true,
        RedirectStandardInput = true,
        StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = folder,
    };
}
