using System.IO.Pipes;
using System.Reflection;
using Airgap.WarmTool;

/// <summary>
/// Runs inside the packed tool, before its entry point, if DOTNET_STARTUP_HOOKS names this assembly: calls the tool's own
/// entry point once for each command line that a test sends, so that the runtime starts and compiles only once. Each call
/// has the test's environment, folder and standard streams.
/// </summary>
internal static class StartupHook
{
    /// <summary>Names the pipe that command lines come through; without it the tool runs normally.</summary>
    public const string PipeVariable = "AIRGAP_WARM_TOOL";

    /// <summary>The method that the runtime calls.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(PipeVariable) is not { Length: > 0 } name)
            return;
        MethodInfo main = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "dotnet-airgap.dll")).EntryPoint!;
        using NamedPipeClientStream pipe = new(".", name, PipeDirection.InOut);
        pipe.Connect(TimeSpan.FromMinutes(1));
        using BinaryReader reader = new(pipe);
        using BinaryWriter writer = new(pipe);
        while (ReadRun(reader) is { } args)
        {
            using StandardStreams streams = StandardStreams.Capture();
            int exitCode = Run(main, args);
            (byte[] output, byte[] error) = streams.Release();
            writer.Write(exitCode);
            writer.Write(output.Length);
            writer.Write(output);
            writer.Write(error.Length);
            writer.Write(error);
            writer.Flush();
        }

        Environment.Exit(0);
    }

    // The command line; null when no more come. Takes over the environment and the folder.
    private static string[]? ReadRun(BinaryReader reader)
    {
        int count;
        try
        {
            count = reader.ReadInt32();
        }
        catch (EndOfStreamException)
        {
            return null;
        }

        string[] args = [.. Enumerable.Range(0, count).Select(_ => reader.ReadString())];
        string folder = reader.ReadString();
        Dictionary<string, string> variables = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
            variables.Add(reader.ReadString(), reader.ReadString());
        IEnumerable<string> before = Environment.GetEnvironmentVariables().Keys.Cast<string>();
        foreach (string name in before.Where(name => !variables.ContainsKey(name)).ToArray())
            Environment.SetEnvironmentVariable(name, null);
        foreach ((string name, string value) in variables)
            Environment.SetEnvironmentVariable(name, value);
        Environment.CurrentDirectory = folder;
        return args;
    }

    private static int Run(MethodInfo main, string[] args)
    {
        try
        {
            return (int)main.Invoke(null, [args])!;
        }
        catch (TargetInvocationException e)
        {
            // As the runtime reports it for a process that an exception ends.
            using Stream error = Console.OpenStandardError();
            error.Write(System.Text.Encoding.UTF8.GetBytes($"Unhandled exception. {e.InnerException}\n"));
            return 134;
        }
    }
}
