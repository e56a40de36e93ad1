using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Collects the problems, and counts what was read. Parallel work writes into sections that were created or included in
/// a fixed order, so the result has the same order no matter which work ends first. A section that several sections include counts only
/// where it is included first.
/// </summary>
internal sealed class Findings
{
    /// <summary>The advice for missing or damaged content.</summary>
    public const string Advice =
        "Relocate it again, with repair, from an intact source: that reads the repository and sends again what is missing or " +
        "damaged.";

    private readonly Lock _lock = new();
    private readonly List<object> _parts = [];
    private readonly Counts _counts;

    /// <summary>Makes the findings of a run.</summary>
    public Findings()
        : this(new Counts())
    {
    }

    private Findings(Counts counts) => _counts = counts;

    /// <summary>Makes a section at the end of this one.</summary>
    public Findings Section()
    {
        Findings section = Apart();
        Include(section);
        return section;
    }

    /// <summary>Creates a section to include later with <see cref="Include"/>.</summary>
    public Findings Apart() => new(_counts);

    /// <summary>Appends a section, which must not contain this one.</summary>
    public void Include(Findings section) => Put(section);

    /// <summary>Adds a problem.</summary>
    public void Add(ErrorCode code, string message, string? reference = null, Digest? digest = null) =>
        Put(new Diagnostic(code, message, Advice) { Reference = reference, Digest = digest?.ToString() });

    /// <summary>Adds a failure, with a reference if it names none.</summary>
    public void Add(AirgapException failure, string reference, Digest? digest) => Put(Placed(failure, reference, digest));

    /// <summary>Adds a problem of another step, with a reference if it names none.</summary>
    public void Add(Diagnostic problem, string reference) => Put(problem with { Reference = problem.Reference ?? reference });

    /// <summary>
    /// Adds content that cannot be checked because a registry does not answer. The first one of each registry is reported; the others are
    /// counted in one finding at the end.
    /// </summary>
    public void AddLost(string host, AirgapException failure, string reference, Digest? digest) =>
        Put(new Lost(host, Placed(failure, reference, digest)));

    /// <summary>Counts a config or layer that was read.</summary>
    public void CountBlob(long bytes) => _counts.Blob(bytes);

    /// <summary>Counts a manifest.</summary>
    public void CountManifest(long bytes) => _counts.Manifest(bytes);

    /// <summary>Counts a manifest of an index that was omitted by choice, and not looked for; each once.</summary>
    public void CountLeftOut(RepositoryName? repository, Digest manifest) => _counts.LeaveOut(repository, manifest);

    /// <summary>Counts a non-distributable layer that is not there, which is allowed; each once.</summary>
    public void CountAbsentLayer(RepositoryName? repository, Digest layer) => _counts.Miss(repository, layer);

    /// <summary>The result; call it when all writers have finished.</summary>
    public VerificationResult Result(string target) =>
        new(target, _counts.Manifests, _counts.Blobs, _counts.Bytes, All())
        {
            LeftOut = _counts.LeftOut,
            AbsentLayers = _counts.AbsentLayers
        };

    private static Diagnostic Placed(AirgapException failure, string reference, Digest? digest)
    {
        Diagnostic problem = failure.ToDiagnostic();
        return problem with { Reference = problem.Reference ?? reference, Digest = problem.Digest ?? digest?.ToString() };
    }

    private void Put(object part)
    {
        lock (_lock)
            _parts.Add(part);
    }

    private ImmutableArray<Diagnostic> All()
    {
        ImmutableArray<Diagnostic>.Builder all = ImmutableArray.CreateBuilder<Diagnostic>();
        Dictionary<string, (Diagnostic First, int More)> lost = [];
        HashSet<Findings> seen = new(ReferenceEqualityComparer.Instance) { this };
        Stack<(Findings Section, int Next)> open = new([(this, 0)]);
        while (open.TryPop(out (Findings Section, int Next) at))
        {
            if (at.Next == at.Section._parts.Count)
                continue;
            open.Push((at.Section, at.Next + 1));
            switch (at.Section._parts[at.Next])
            {
                case Findings section when seen.Add(section):
                    open.Push((section, 0));
                    break;
                case Diagnostic problem:
                    all.Add(problem);
                    break;
                case Lost keeps when lost.TryGetValue(keeps.Host, out (Diagnostic First, int More) known):
                    lost[keeps.Host] = (known.First, known.More + 1);
                    break;
                case Lost keeps:
                    lost.Add(keeps.Host, (keeps.Problem, 0));
                    all.Add(keeps.Problem);
                    break;
            }
        }

        foreach ((string host, (Diagnostic first, int more)) in lost.Where(pair => pair.Value.More > 0)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            all.Add(new Diagnostic(first.Code,
                $"{host} does not answer: {more} more manifests, tags or blobs there were not verified.", first.Advice)
            {
                Reference = host,
            });
        }

        return all.ToImmutable();
    }

    private sealed record Lost(string Host, Diagnostic Problem);

    private sealed class Counts
    {
        private int _manifests;
        private int _blobs;
        private long _bytes;
        private readonly ConcurrentDictionary<(string?, Digest), bool> _leftOut = [];
        private readonly ConcurrentDictionary<(string?, Digest), bool> _absent = [];

        public int Manifests => _manifests;

        public int Blobs => _blobs;

        public long Bytes => _bytes;

        public int LeftOut => _leftOut.Count;

        public int AbsentLayers => _absent.Count;

        public void LeaveOut(RepositoryName? repository, Digest manifest) => _leftOut.TryAdd((repository?.ToString(), manifest), true);

        public void Miss(RepositoryName? repository, Digest layer) => _absent.TryAdd((repository?.ToString(), layer), true);

        public void Manifest(long bytes)
        {
            Interlocked.Increment(ref _manifests);
            Interlocked.Add(ref _bytes, bytes);
        }

        public void Blob(long bytes)
        {
            Interlocked.Increment(ref _blobs);
            Interlocked.Add(ref _bytes, bytes);
        }
    }
}
