using System.Globalization;
using Airgap.Oci;

namespace Airgap.Transfer.Tests.EndToEnd.Soak;

/// <summary>The totals of a soak's runs. Runs of several routes are counted concurrently.</summary>
internal sealed class SoakTotals
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ErrorCode, int> _failures = [];
    private int _runs;
    private long _retries;
    private long _bytes;
    private long _bytesTwice;

    public int Faults => _faults.Values.Sum();

    public int Failures => _failures.Values.Sum();

    public int Runs => _runs;

    public long Retries => _retries;

    public void Add(long retries, IEnumerable<KeyValuePair<string, int>> faults)
    {
        lock (_gate)
        {
            _runs++;
            _retries += retries;
            foreach ((string name, int count) in faults)
                _faults[name] = _faults.GetValueOrDefault(name) + count;
        }
    }

    public void CountFailure(ErrorCode code)
    {
        lock (_gate)
            _failures[code] = _failures.GetValueOrDefault(code) + 1;
    }

    public void CountBytes(long size, long twice)
    {
        lock (_gate)
        {
            _bytes += size;
            _bytesTwice += twice;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_runs} runs, {Faults} faults injected ({Join(_faults)}), {_retries} retries, {Failures} ended in an error and were completed " +
        $"({Join(_failures)}), {_bytesTwice} of {_bytes} bytes moved twice");

    private static string Join<T>(IEnumerable<KeyValuePair<T, int>> counts) =>
        string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value}"));
}
