using System.CommandLine;
using Airgap.Benchmarks;

Option<string?> tool = new("--tool") { Description = "The executable to measure. Without it the native tool is built first, or the framework-dependent one where there is no C linker." };
Option<int> runs = new("--runs") { Description = "Runs of each row; the median is printed.", DefaultValueFactory = _ => 3 };
Option<int> divisor = new("--divisor") { Description = "Divides every size: 1 is the full 1.5 GB.", DefaultValueFactory = _ => 1 };
Option<string?> generate = new("--generate") { Description = "Only write the bundle below this storage folder, for a registry at --host, to be served by any registry." };
Option<string> host = new("--host") { Description = "The registry that the generated bundle records for its images.", DefaultValueFactory = _ => "127.0.0.1:5000" };
RootCommand root = new("Runs the three routes of a generated bundle with the tool as a whole process, and prints what each took.") { tool, runs, divisor, generate, host };
root.SetAction(async (arguments, _) =>
{
    if (arguments.GetValue(generate) is { } folder)
    {
        GeneratedBundle written = GeneratedBundle.Write(folder, arguments.GetValue(host)!, Math.Max(1, arguments.GetValue(divisor)));
        Console.WriteLine($"{written.Blobs} blobs, {written.Bytes} bytes: {arguments.GetValue(host)}/{GeneratedBundle.Repository}:v1");
        return;
    }

    string executable = arguments.GetValue(tool) ?? await ToolBuild.PublishAsync();
    await new RouteBenchmark(executable, Math.Max(1, arguments.GetValue(runs)), Math.Max(1, arguments.GetValue(divisor))).RunAsync();
});
return await root.Parse(args).InvokeAsync();
