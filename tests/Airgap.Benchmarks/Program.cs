using System.CommandLine;
using Airgap.Benchmarks;

Option<string?> tool = new("--tool")
{
    Description = "The executable to measure. Without it the native tool is built first, or the framework-dependent one where there is " +
        "no C linker."
};
Option<int> runs = new("--runs") { Description = "Runs of each row; the median is printed.", DefaultValueFactory = _ => 3 };
Option<int> divisor = new("--divisor") { Description = "Divides every size: 1 is the full 1.5 GB.", DefaultValueFactory = _ => 1 };
Option<string[]> rows = new("--rows")
{
    Description = "Which rows: routes, peers, latency, tls, growth, present, serve, carry, forms, ranges, shards. " +
        "All but present and shards unless told.",
    AllowMultipleArgumentsPerToken = true
};
Option<int> images = new("--images")
{
    Description = "The most images of the growth rows, those of the present rows; with --generate, the images of a bundle of small ones.",
    DefaultValueFactory = _ => 10_000
};
Option<string?> generate = new("--generate")
{
    Description = "Only write the bundle below this storage folder, for a registry at --host, to be served by any registry."
};
Option<string> host = new("--host")
{
    Description = "The registry that the generated bundle records for its images.",
    DefaultValueFactory = _ => "127.0.0.1:5000"
};
RootCommand root = new("Runs the routes of generated bundles with the tool as a whole process, and prints what each took.") { tool, runs,
    divisor, rows, images, generate, host };
root.SetAction(async (arguments, _) =>
{
    int divided = Math.Max(1, arguments.GetValue(divisor));
    if (arguments.GetValue(generate) is { } folder)
    {
        GeneratedBundle written = GeneratedBundle.Write(
            folder, arguments.GetValue(host)!, arguments.GetResult(images) is { Implicit: false }
            ? BundleShape.Many(arguments.GetValue(images)) : BundleShape.Big(divided));
        Console.WriteLine($"{written.Blobs} blobs, {written.Bytes} bytes: {arguments.GetValue(host)}/{written.Repository}:v1");
        return;
    }

    string[] wanted = arguments.GetValue(rows) is { Length: > 0 } some
        ? some : ["routes", "peers", "latency", "tls", "growth", "serve", "carry", "forms", "ranges"];
    if (wanted.Contains("shards"))
        await ShardRows.RunAsync();
    if (wanted is ["shards"])
        return;
    int repeated = Math.Max(1, arguments.GetValue(runs));
    Bench bench = new(arguments.GetValue(tool) ?? await ToolBuild.PublishAsync());
    Console.WriteLine($"{Machine.Describe()}; {bench.Tool}");
    if (wanted.Contains("routes"))
        await new RouteRows(bench, divided).RunAsync(repeated);
    if (wanted.Contains("peers"))
        await new PeerRows(bench, divided).RunAsync(repeated);
    if (wanted.Contains("latency"))
        await new LatencyRows(bench, divided).RunAsync(repeated);
    if (wanted.Contains("tls"))
        await new TlsRows(bench, divided).RunAsync(repeated);
    if (wanted.Contains("growth"))
        await new GrowthRows(bench, arguments.GetValue(images), divided).RunAsync();
    if (wanted.Contains("present"))
        await new PresentRows(bench, arguments.GetValue(images)).RunAsync();
    if (wanted.Contains("serve"))
        await new ServeRows(bench, divided).RunAsync(repeated);
    if (wanted.Contains("carry"))
        await new CarryRows(bench, divided).RunAsync(repeated);
    if (wanted.Contains("forms"))
        await new FormRows(bench, divided).RunAsync(repeated);
    if (wanted.Contains("ranges"))
        await new RangeRows(bench, divided).RunAsync(repeated);
    bench.Print();
});
return await root.Parse(args).InvokeAsync();
