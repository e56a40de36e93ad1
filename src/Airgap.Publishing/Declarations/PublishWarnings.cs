using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// Collects the warnings of several items, and passes each on once, immediately. Safe for several threads.
/// </summary>
internal sealed class PublishWarnings(ITransferObserver? observer)
{
    private readonly Lock _lock = new();
    private readonly List<Diagnostic> _all = [];
    private readonly HashSet<Diagnostic> _seen = [];

    /// <summary>The warnings, in order of arrival.</summary>
    public ImmutableArray<Diagnostic> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    /// <summary>Tells whether a warning of a code fails the publish; null if none does.</summary>
    public Func<ErrorCode, bool>? Fails { get; set; }

    /// <summary>The warnings so far that fail the publish.</summary>
    public IEnumerable<Diagnostic> Failing => Fails is { } fails ? All.Where(warning => fails(warning.Code)) : [];

    /// <summary>Adds a warning.</summary>
    /// <param name="warning">The warning.</param>
    /// <param name="location">Its location, if it has none of its own.</param>
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
