using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>Collects warnings of several items and passes each on once, as it comes. Safe for several threads.</summary>
internal sealed class PublishWarnings(ITransferObserver? observer)
{
    private readonly Lock _lock = new();
    private readonly List<Diagnostic> _all = [];
    private readonly HashSet<Diagnostic> _seen = [];

    /// <summary>The warnings, in the order they came in.</summary>
    public ImmutableArray<Diagnostic> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    /// <summary>Takes a warning.</summary>
    /// <param name="warning">The warning.</param>
    /// <param name="location">Where it is, if it does not say.</param>
    public void Add(Diagnostic warning, SourceLocation? location)
    {
        Diagnostic located = warning with { Location = warning.Location ?? location };
        lock (_lock)
        {
            if (!_seen.Add(located))
                return;
            _all.Add(located);
        }

        observer?.Warning(located);
    }
}
