using Airgap.Cluster.Causes;
using Airgap.Oci;

namespace Airgap.Cluster.Diagnosing;

/// <summary>The findings so far.</summary>
internal sealed class FindingList
{
    private readonly List<Finding> _findings = [];

    /// <summary>All findings, in the order in which to fix them.</summary>
    public IReadOnlyList<Finding> All => _findings;

    /// <summary>Adds a finding, with what shows it: at least one line.</summary>
    public void Add(
        string about, Diagnostic diagnostic, IReadOnlyList<string> evidence, Cause? cause = null, bool isWarning = false) =>
        _findings.Add(new Finding(about, diagnostic) { Cause = cause, IsWarning = isWarning, Evidence = evidence });

    /// <summary>True if one of these was found.</summary>
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
