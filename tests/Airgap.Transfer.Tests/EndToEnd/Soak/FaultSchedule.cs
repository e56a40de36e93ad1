using System.Collections.Concurrent;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.Transfer.Tests.EndToEnd.Soak;

/// <summary>
/// Which requests fail, and how. The fault of a request depends only on the seed, on its content, and on how often it was sent
/// before: concurrent requests arrive in any order, but the schedule is the same.
/// </summary>
internal sealed class FaultSchedule
{
    private static readonly int[] s_statuses = [408, 425, 429, 500, 502, 503, 504];
    private readonly ulong _seed;
    private readonly Uri _tokenRealm;
    private readonly int _percent;
    private readonly int _lastingPercent;
    private readonly ConcurrentDictionary<string, int> _asked = new();
    private readonly ConcurrentDictionary<string, int> _injected = new();
    private TaskCompletionSource _nextRequest = NewGate();

    /// <param name="seed">The seed of the run.</param>
    /// <param name="side">Distinguishes the registries of a run.</param>
    /// <param name="tokenRealm">The realm that issues a token to any client.</param>
    public FaultSchedule(int seed, string side, Uri tokenRealm)
    {
        _tokenRealm = tokenRealm;
        _seed = Mix((ulong)seed, side);
        _percent = (Mix(_seed, "percent") % 4) switch { 0 => 5, 1 => 15, 2 => 30, _ => 60 };

        // Half of the runs have a permanent fault.
        _lastingPercent = Mix(_seed, "lasting") % 2 == 0 ? 0 : 2;
    }

    /// <summary>The number of injected faults of each kind.</summary>
    public IEnumerable<KeyValuePair<string, int>> Injected => _injected;

    /// <summary>For <see cref="RegistryFixture.OnRequest"/>.</summary>
    public Fault? Choose(RecordedRequest request, HttpContext context)
    {
        Interlocked.Exchange(ref _nextRequest, NewGate()).TrySetResult();
        string key = KeyOf(request);
        int time = _asked.AddOrUpdate(key, 1, (_, count) => count + 1);
        ulong lasting = Mix(_seed, key);
        bool lasts = (int)(lasting % 100) < _lastingPercent;
        ulong dice = lasts ? lasting >> 8 : Mix(_seed, $"{key} {time}");
        if (!lasts && (int)(dice % 100) >= _percent)
            return null;
        (string name, Fault fault) = Make(request, dice >> 16, time);
        _injected.AddOrUpdate(name, 1, (_, count) => count + 1);
        return fault;
    }

    private (string Name, Fault Fault) Make(RecordedRequest request, ulong dice, int time)
    {
        List<(string, Func<Fault>)> possible =
        [
            ("status", () => Fault.Status(s_statuses[(dice >> 8) % (ulong)s_statuses.Length])),
            ("status", () => Fault.Status(s_statuses[(dice >> 8) % (ulong)s_statuses.Length], retryAfter: "0")),
            ("drop", Fault.Drop),
            ("drop after", Fault.DropAfter),
            ("delay", () => Fault.Delay(GateAsync())),
            ("delay and drop", () => Fault.Delay(GateAsync(), Fault.Drop())),
        ];
        if (time == 1)
            possible.Add(
                ("401", () => Fault.Status(
                    401, headers: ("WWW-Authenticate",
                        $"Bearer realm=\"{_tokenRealm}\",service=\"soak\",scope=\"repository:{request.Repository}:pull,push\""))));
        if (request.Kind is RequestKind.BlobGet or RequestKind.ManifestGet)
        {
            // A cut tests most if it occurs often: each request continues where the one before ended.
            for (int i = 0; i < 4; i++)
                possible.Add(("cut body", () => Fault.CutBody((long)((dice >> 8) % 3000))));
            possible.Add(("corrupt body", () => Fault.CorruptBody((long)((dice >> 8) % 100))));
        }

        if (request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch or RequestKind.ManifestPut)
        {
            for (int i = 0; i < 4; i++)
                possible.Add(("truncated upload", () => Fault.TruncateUpload((long)((dice >> 8) % 3000))));
        }

        (string name, Func<Fault> make) = possible[(int)(dice % (ulong)possible.Count)];
        return (name, make());
    }

    /// <summary>Ends with the next request, or after a time for other work: the waiting request may be the last.</summary>
    private Task GateAsync() => Task.WhenAny(Volatile.Read(ref _nextRequest).Task, TurnsAsync(500));

    private static async Task TurnsAsync(int count)
    {
        for (int i = 0; i < count; i++)
            await Task.Yield();
    }

    /// <summary>Uploads have random names, but their blob is the same in every run.</summary>
    private static string KeyOf(RecordedRequest request)
    {
        int digest = request.Query.IndexOf("digest=", StringComparison.Ordinal);
        return request.Kind switch
        {
            RequestKind.UploadPut when digest >= 0 => $"{request.Kind} {request.Query[digest..]}",
            RequestKind.UploadPost => $"{request.Kind} {request.Query}",
            RequestKind.UploadPut or RequestKind.UploadPatch or RequestKind.UploadGet or RequestKind.UploadDelete =>
                request.Kind.ToString(),
            _ => $"{request.Kind} {request.Repository} {request.Reference}",
        };
    }

    private static ulong Mix(ulong seed, string text)
    {
        // FNV-1a, and SplitMix64's finalizer: string.GetHashCode differs between runs.
        ulong hash = 14695981039346656037 ^ seed;
        foreach (char c in text)
            hash = (hash ^ c) * 1099511628211;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
