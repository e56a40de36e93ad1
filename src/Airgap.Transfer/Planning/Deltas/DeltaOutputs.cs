using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Planning.Deltas;

/// <summary>Prevents an archive from replacing one of its inputs.</summary>
internal static class DeltaOutputs
{
    /// <summary>Compares the output with the archives that are read.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BaseIsOutput"/>.</exception>
    public static void Check(string output, IEnumerable<string> read)
    {
        string place = RealPath(output);
        foreach (string path in read)
        {
            if (RealPath(path) == place)
            {
                throw new AirgapException(
                    ErrorCode.BaseIsOutput, $"'{output}' would replace '{path}', from which it is made.", "Write it under another name.")
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
