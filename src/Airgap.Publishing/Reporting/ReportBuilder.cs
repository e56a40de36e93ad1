using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Timelines;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>Makes the report of one or several relocations, or of a plan that was not run.</summary>
internal sealed class ReportBuilder
{
    private readonly BlobTable _blobs = new();
    private readonly List<ReportNode> _roots = [];
    private readonly List<Diagnostic> _warnings = [];
    private readonly List<Diagnostic> _failures = [];
    private readonly List<TransferResult> _results = [];
    private readonly Dictionary<string, ImmutableArray<string>> _signed = new(StringComparer.Ordinal);
    private readonly List<DerivedReport> _derived = [];
    private TimeSpan? _elapsed;

    /// <summary>Adds the result of a relocation.</summary>
    /// <param name="result">The relocation.</param>
    /// <param name="name">Its name; null for the name of the relocated item.</param>
    public void Add(TransferResult result, string? name = null)
    {
        _roots.AddRange(new TreeBuilder(result.Plan, result, _blobs).Build(name));
        _elapsed = (_elapsed ?? TimeSpan.Zero) + result.Elapsed;
        _results.Add(result);
    }

    /// <summary>Adds the content of a source.</summary>
    public void Add(TransferPlan plan) => _roots.AddRange(new TreeBuilder(plan, result: null, _blobs).Build(name: null));

    /// <summary>Adds what was left out of a bundle, once for each bundle; null for nothing.</summary>
    public void Add(DerivedReport? derived)
    {
        // One bundle may be relocated to several registries.
        if (derived is not null && !_derived.Exists(known => known.Digest == derived.Digest && known.From == derived.From))
            _derived.Add(derived);
    }

    /// <summary>Adds the signers of the verified images.</summary>
    public void AddSignatures(IEnumerable<TrustedImage> images)
    {
        foreach (TrustedImage image in images.Where(image => !image.SignedBy.IsEmpty))
            _signed[image.Digest] = [.. image.SignedBy.Select(by => by.ToString())];
    }

    /// <summary>Adds warnings, each once.</summary>
    public void AddWarnings(IEnumerable<Diagnostic> warnings) =>
        _warnings.AddRange(warnings.Where(warning => !_warnings.Contains(warning)));

    /// <summary>Adds failures.</summary>
    public void AddFailures(IEnumerable<Diagnostic> failures)
    {
        _failures.AddRange(failures);
        // A description has no failures, so this is a relocation, even if no item has a result.
        if (_failures.Count > 0)
            _elapsed ??= TimeSpan.Zero;
    }

    /// <summary>Makes the report.</summary>
    /// <param name="title">Its title; null for the name of the only root.</param>
    /// <param name="summary">The result in one line; null to make it from the numbers.</param>
    /// <param name="retries">The number of retries; null if they were not counted.</param>
    public ReportModel Build(string? title = null, string? summary = null, long? retries = null)
    {
        WorkTotals done = WorkTotals.Of(_results);
        ReportModel model = new()
        {
            Title = title ?? (_roots is [{ } only] ? only.Name : "Relocation"),
            Summary = "",
            IsRelocation = _elapsed is not null,
            Roots = [.. _roots.Select(WithSignatures)],
            Blobs = _blobs.ToImmutable(),
            Work = new ReportWork(done.Copied, done.Mounted, done.Present, LeftOut()),
            Places = _results.Count == 0 ? null : ReportProvenance.Of(_results),
            Derived = [.. _derived],
            Warnings = [.. _warnings],
            Failures = [.. _failures],
            Elapsed = _elapsed,
            Timeline = TimelineRecorder.Current?.Summarize(),
            Retries = retries,
        };
        return model with { Summary = summary ?? ReportNumbers.Of(model).Sentence };
    }

    private ReportNode WithSignatures(ReportNode node) => _signed.Count == 0 ? node : node with
    {
        SignedBy = node.Digest is { } digest && node.Kind != ReportNodeKind.Attached
            ? _signed.GetValueOrDefault(digest.ToString(), []) : [],
        Children = [.. node.Children.Select(WithSignatures)],
    };

    private BlobCount LeftOut() => BlobCount.Sum(_results
        .SelectMany(result => result.Plan.SkippedLayers)
        .DistinctBy(skipped => skipped.Layer.Digest)
        .Select(skipped => new BlobCount(1, skipped.Layer.Size)));
}
