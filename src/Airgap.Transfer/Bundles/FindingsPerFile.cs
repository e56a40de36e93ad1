using Airgap.Oci;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// Limits the findings reported for one file: the first hundred of each code, then the number of the rest. A file may
/// have a fault in every third byte.
/// </summary>
internal sealed class FindingsPerFile
{
    /// <summary>The maximum number of findings of one code that are reported for one file.</summary>
    public const int Most = 100;

    private readonly Dictionary<(ErrorCode Code, string File), int> _counts = [];

    /// <summary>Counts a finding, before it is made.</summary>
    /// <returns>True when it is to be reported.</returns>
    public bool Take(ErrorCode code, string file)
    {
        int count = _counts.GetValueOrDefault((code, file)) + 1;
        _counts[(code, file)] = count;
        return count <= Most;
    }

    /// <summary>The number of omitted findings, as one finding for each file and code.</summary>
    public IEnumerable<Diagnostic> More() => _counts.Where(pair => pair.Value > Most).Select(pair =>
        new Diagnostic(pair.Key.Code, $"{pair.Key.File}: {pair.Value - Most} more findings of this kind are not listed.",
            $"Fix the {Most} that are listed; the next check lists more.")
        {
            Location = new SourceLocation(pair.Key.File),
        });
}
