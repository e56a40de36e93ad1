using System.CommandLine;
using Airgap.Benchmarks;

Option<string?> tool = new("--tool") { Description = "The executable to measure. Without it the native tool is built first, or the framework-dependent one where there is no C linker." };
Option<int> runs = new("--runs") { Description = "Runs of each row; the median is printed.", DefaultValueFactory = _ => 3 };
Option<int> divisor = new("--divisor") { Description = "Divides every size: 1 is the full 1.5 GB.", DefaultValueFactory = _ => 1 };
RootCommand root = new("Runs the three routes of a generated bundle with the tool as a whole process, and prints what each took.") { tool, runs, divisor };
root.SetAction(async (arguments, _) =>
{
    string executable = arguments.GetValue(tool) ?? await ToolBuild.PublishAsync();
    await new RouteBenchmark(executable, Math.Max(1, arguments.GetValue(runs)), Math.Max(1, arguments.GetValue(divisor))).RunAsync();
});
return await root.Parse(args).InvokeAsync();
