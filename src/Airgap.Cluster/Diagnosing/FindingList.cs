using Airgap.Cluster.Causes;
using Airgap.Oci;

namespace Airgap.Cluster.Diagnosing;

/// <summary>What was found so far.</summary>
internal sealed class FindingList
{
    private readonly List<Finding> _findings = [];

    /// <summary>All of it, in the order in which to mend it.</summary>
    public IReadOnlyList<Finding> All => _findings;

    /// <summary>Takes a finding.</summary>
    public void Add(string about, Diagnostic diagnostic, Cause? cause = null, bool isWarning = false, params IReadOnlyList<string> evidence) =>
        _findings.Add(new Finding(about, diagnostic) { Cause = cause, IsWarning = isWarning, Evidence = evidence });

    /// <summary>True where one of these was found.</summary>
    public bool Has(params ReadOnlySpan<ErrorCode> codes)
    {
        foreach (Finding finding in _findings)
        {
            if (codes.Contains(finding.Diagnostic.Code))
                return true;
        }

        return false;
    }
}
