// Writes src/Airgap.Tool/native-order.txt: the methods that the native tool runs, in the order in which it first runs them. The compiler
// puts them side by side, so that a start reads, and a run keeps, fewer pages of the program's file. Linux, with valgrind and nm:
//   dotnet publish src/Airgap.Tool -c Release -r linux-x64 -p:AirgapNativeTool=true -p:StripSymbols=false -o artifacts/order
//   objcopy --strip-debug artifacts/order/dotnet-airgap artifacts/order/traced
//   dotnet run build/order.cs -- artifacts/order/traced version 'copy -b HOST/BUNDLE:TAG --to-tar a.tar' ...
// valgrind 3.19 fails on the compiler's debug data. Each argument after the tool is a command line; use small bundles, since a trace takes
// a thousand times as long (hence --registry-response-header-timeout 0). The file was recorded from: version; copies to an archive, to a
// new repository, of present content, and to a repository of the same registry; an import; and a copy to an archive and an import over
// TLS. A method that no longer exists costs nothing, and a new one follows the others: the file may be older than the code. But a day of
// changes cost 4 MB of resident memory, so record it again before a release.

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

if (args.Length < 2)
{
    Console.Error.WriteLine("order: needs the tool, with its symbols, and at least one command line");
    return 1;
}

(long[] starts, string[][] names) = Methods(args[0]);
HashSet<string> seen = [];
List<string> order = [];
foreach (string line in args.Skip(1))
{
    int before = order.Count;
    int exitCode = Trace(args[0], line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    Console.WriteLine($"order: {order.Count - before} more methods from '{line}'");
    if (exitCode != 0)
        Console.Error.WriteLine($"order: '{line}' failed with exit code {exitCode}; its methods count, too");
}

File.WriteAllLines(Path.Combine(ScriptFolder(), "..", "src", "Airgap.Tool", "native-order.txt"), order);
return 0;

// Only managed methods: the linker arranges the others.
static (long[] Starts, string[][] Names) Methods(string tool)
{
    SortedDictionary<long, List<string>> all = [];
    long first = 0;
    long last = 0;
    foreach (string line in Lines("nm", "-n", tool))
    {
        string[] parts = line.Split(' ', 3);
        if (parts.Length < 3 || parts[0].Length == 0)
            continue;
        long address = long.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (parts[2] == "__start___managedcode")
            first = address;
        else if (parts[2] == "__stop___managedcode")
            last = address;
        else if (parts[1] is "t" or "T")
            (all.TryGetValue(address, out List<string>? there) ? there : all[address] = []).Add(parts[2]);
    }

    KeyValuePair<long, List<string>>[] managed = [.. all.Where(one => one.Key >= first && one.Key < last)];
    return managed.Length == 0
        ? throw new InvalidOperationException($"{tool} has no symbols of managed methods.")
        : ([.. managed.Select(one => one.Key), last], [.. managed.Select(one => one.Value.ToArray())]);
}

// Without chasing, a traced block belongs to one method.
int Trace(string tool, string[] arguments)
{
    ProcessStartInfo start = new(
        "valgrind", ["--tool=lackey", "--trace-superblocks=yes", "--vex-guest-chase=no", tool, .. arguments])
    { RedirectStandardError = true };

    // Makes the garbage collector reserve little memory, since a traced process cannot have more.
    start.Environment["DOTNET_GCHeapHardLimit"] = "10000000";
    using Process process = Process.Start(start)!;
    while (process.StandardError.ReadLine() is { } line)
    {
        if (!line.StartsWith("SB ", StringComparison.Ordinal)
            || !long.TryParse(line.AsSpan(3), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long address)
            || address < starts[0] || address >= starts[^1])
            continue;
        int at = Array.BinarySearch(starts, address);
        foreach (string name in names[at >= 0 ? at : ~at - 1])
        {
            if (seen.Add(name))
                order.Add(name);
        }
    }

    process.WaitForExit();
    return process.ExitCode;
}

static IEnumerable<string> Lines(string file, params string[] arguments)
{
    using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
    while (process.StandardOutput.ReadLine() is { } line)
        yield return line;
}

static string ScriptFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
