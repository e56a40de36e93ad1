using System.Globalization;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>Collects the figures of each row over all runs, and prints their medians.</summary>
internal sealed class Bench(string tool)
{
    private readonly List<string> _order = [];
    private readonly Dictionary<string, List<Sample>> _samples = [];

    /// <summary>The measured executable.</summary>
    public string Tool => tool;

    /// <summary>Runs the tool once, and counts the registries' requests.</summary>
    /// <param name="row">The name of the measurement.</param>
    /// <param name="arguments">The tool's arguments.</param>
    /// <param name="registries">Those whose requests count: the source, then the destination.</param>
    /// <param name="floor">The row of plain work that it is compared with; null for none.</param>
    /// <param name="received">The bytes received over the line so far; null to count the bytes that the registries sent.</param>
    public Task RunAsync(
        string row, IReadOnlyList<string> arguments, RegistryFixture[] registries, string? floor = null, Func<long>? received = null) =>
        RunAsync(row, tool, arguments, registries, floor, compared: null, received);

    /// <summary>Runs a peer once on the same work as a row of the tool.</summary>
    public Task RunPeerAsync(
        string peer, string row, IReadOnlyList<string> arguments, RegistryFixture[] registries, string? floor = null) =>
        RunAsync($"{row}: {peer}", peer, arguments, registries, floor, compared: row);

    /// <summary>Adds figures that were measured elsewhere.</summary>
    public void Add(string row, Measurement measured) => Add(row, new Sample(measured, [], 0, null, null));

    /// <summary>Prints the table.</summary>
    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine(
            "| work | wall | client CPU | peak memory | bytes over the wire | requests | of the floor, wall and CPU | " +
            "tool : peer, wall and CPU |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string row in _order)
            Console.WriteLine($"| {row} | {Cells(row)} |");
        Console.WriteLine();
        foreach (string row in _order.Where(row => _samples[row][0].Kinds is { Length: > 0 }))
            Console.WriteLine($"{row}: {_samples[row][0].Kinds}");
    }

    private async Task RunAsync(
        string row, string file, IReadOnlyList<string> arguments, RegistryFixture[] registries, string? floor, string? compared,
        Func<long>? received = null)
    {
        long before = received?.Invoke() ?? 0;
        foreach (RegistryFixture registry in registries)
            registry.Clear();
        Measurement measured = await MeasuredProcess.RunAsync(file, arguments);
        if (measured.ExitCode != 0)
            throw new InvalidOperationException($"{row}: exit code {measured.ExitCode}\n{measured.Error}");
        IReadOnlyList<RecordedRequest>[] requests = [.. registries.Select(registry => registry.Requests)];
        long bytes = received?.Invoke() - before
            ?? requests.SelectMany(all => all).Sum(request => request.ResponseBytes + request.RequestBytes);
        string kinds = string.Join(
            ", ", requests.SelectMany(all => all).GroupBy(request => request.Kind).OrderByDescending(group => group.Count())
            .Select(group => $"{group.Count()} {group.Key}"));
        Add(row, new Sample(measured, [.. requests.Select(all => all.Count)], bytes, floor, compared) { Kinds = kinds });
        Console.Error.WriteLine($"{row}: {measured.Wall.TotalSeconds:f3} s");
    }

    private void Add(string row, Sample sample)
    {
        if (!_samples.TryGetValue(row, out List<Sample>? all))
        {
            _samples.Add(row, all = []);
            _order.Add(row);
        }

        all.Add(sample);
    }

    private string Cells(string row)
    {
        List<Sample> all = _samples[row];
        Sample one = all[0];
        double wall = Wall(row);
        return string.Join(" | ", new[]
        {
            string.Create(CultureInfo.InvariantCulture, $"{wall:f3} s"),
            Cpu(row) is { } cpu ? string.Create(CultureInfo.InvariantCulture, $"{cpu:f2} s") : "-",
            all.Max(sample => sample.Measured.PeakBytes) is { } peak ? $"{peak / 1e6:f0} MB" : "-",
            one.Requests.Length > 0 ? $"{one.Bytes / 1e6:n1} MB" : "-",
            one.Requests.Length > 0 ? string.Join(" + ", one.Requests) : "-",
            one.Floor is { } floor && _samples.ContainsKey(floor) ? Ratios(row, floor) : "-",
            one.Compared is { } ours ? Ratios(ours, row) : "-",
        });
    }

    private double Wall(string row) => Median(_samples[row].Select(sample => sample.Measured.Wall.TotalSeconds));

    private double? Cpu(string row) => _samples[row].TrueForAll(sample => sample.Measured.Cpu is not null)
        ? Median(_samples[row].Select(sample => sample.Measured.Cpu!.Value.TotalSeconds))
        : null;

    private string Ratios(string row, string other) =>
        $"{Ratio(Wall(row) / Wall(other))}, {(Cpu(row) / Cpu(other) is { } cpu ? Ratio(cpu) : "-")}";

    private static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed record Sample(Measurement Measured, int[] Requests, long Bytes, string? Floor, string? Compared)
    {
        public string Kinds { get; init; } = "";
    }
}
