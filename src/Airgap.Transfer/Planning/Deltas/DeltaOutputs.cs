using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Planning.Deltas;

/// <summary>Keeps an archive from taking the place of what it is made of.</summary>
internal static class DeltaOutputs
{
    /// <summary>Compares the archive to write with those that are read.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BaseIsOutput"/>.</exception>
    public static void Check(string output, IEnumerable<string> read)
    {
        string place = RealPath(output);
        foreach (string path in read)
        {
            if (RealPath(path) == place)
            {
                throw new AirgapException(
                    ErrorCode.BaseIsOutput, $"'{output}' would replace '{path}', of which it is made.", "Write it under another name.")
                { Location = new SourceLocation(output) };
            }
        }
    }

    private static string RealPath(string path)
    {
        try
        {
            return OutputTarget.OfWholeFile(path).Path is { } real ? Path.GetFullPath(real) : Path.GetFullPath(path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is ArgumentException)
        {
            return Path.GetFullPath(path);
        }
    }
}
