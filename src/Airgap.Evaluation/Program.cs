using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Build.Locator;

namespace Airgap.Evaluation;

/// <summary>
/// <c>Airgap.Evaluation.dll PROJECT [NAME=VALUE]...</c>: evaluates a project with global properties and prints an
/// <see cref="EvaluatedProject"/> as JSON. Exit code 0 when it was evaluated, else 1.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        // Output of MSBuild must not mix with the result.
        using Stream output = Console.OpenStandardOutput();
        Console.SetOut(Console.Error);
        EvaluatedProject answer = args.Length == 0
            ? Failed(new EvaluationFailure(IsSdkMissing: false, "no project was given."))
            : Answer(args[0], args[1..]);
        // On a separate line, because the host, which looks for an SDK, writes to the same stream.
        output.WriteByte((byte)'\n');
        JsonSerializer.Serialize(output, answer, EvaluationJson.Default.EvaluatedProject);
        output.WriteByte((byte)'\n');
        return answer.Failure is null ? 0 : 1;
    }

    private static EvaluatedProject Answer(string project, string[] assignments)
    {
        VisualStudioInstance? sdk = Find(Path.GetDirectoryName(Path.GetFullPath(project))!);
        if (sdk is null)
            return Failed(GlobalJson.Explain(Path.GetDirectoryName(Path.GetFullPath(project))!));
        MSBuildLocator.RegisterInstance(sdk);
        Dictionary<string, string> properties = new(StringComparer.OrdinalIgnoreCase);
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            properties[assignment[..equals]] = assignment[(equals + 1)..];
        }

        return Evaluate(project, properties);
    }

    private static VisualStudioInstance? Find(string folder)
    {
        try
        {
            return MSBuildLocator.QueryVisualStudioInstances(
                new VisualStudioInstanceQueryOptions
                {
                    DiscoveryTypes = DiscoveryType.DotNetSdk,
                    WorkingDirectory = folder
                }).FirstOrDefault();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The locator throws if a global.json allows none of the installed SDKs; the host then writes its message
            // to standard error.
            return null;
        }
    }

    // MSBuild's types may be mentioned only below a call that is made after the registration.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static EvaluatedProject Evaluate(string project, Dictionary<string, string> properties) =>
        ProjectReader.Read(project, properties);

    private static EvaluatedProject Failed(EvaluationFailure failure) => new() { Failure = failure };
}
