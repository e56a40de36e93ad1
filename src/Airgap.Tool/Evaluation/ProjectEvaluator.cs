using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Airgap.Evaluation;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Tool.Evaluation;

/// <summary>
/// Evaluates a project with the SDK's own MSBuild, in a separate process: the evaluator installed with the tool, which
/// needs a .NET runtime that a native tool lacks.
/// </summary>
internal static class ProjectEvaluator
{
    private static string EvaluatorPath => Path.Combine(AppContext.BaseDirectory, "evaluation", "Airgap.Evaluation.dll");

    /// <summary>Evaluates.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SdkNotFound"/>, <see cref="ErrorCode.ProjectEvaluation"/>.</exception>
    public static async Task<EvaluatedProject> EvaluateAsync(
        EvaluationRequest request, bool inSolution, CancellationToken cancellationToken)
    {
        using Process process = Start(request);
        using CancellationTokenRegistration stop = cancellationToken.Register(() => Kill(process));
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        string error = await errors;
        cancellationToken.ThrowIfCancellationRequested();
        return Read(request.Project, inSolution, output, error);
    }

    private static EvaluatedProject Read(string project, bool inSolution, string output, string error)
    {
        EvaluatedProject? answer = null;
        try
        {
            answer = JsonSerializer.Deserialize(
                output.Split('\n').FirstOrDefault(line => line.StartsWith('{')) ?? "", EvaluationJson.Default.EvaluatedProject);
        }
        catch (JsonException)
        {
        }

        if (answer is null)
        {
            // The host itself failed, before the evaluator could answer: no runtime, or one that is too old.
            throw SdkNotFound(
                $"The project '{project}' cannot be evaluated: the evaluator did not " +
                $"start{(error.Length > 0 ? ": " + FirstLine(error) : "")}.");
        }

        return answer.Failure switch
        {
            null => answer,
            // Among several projects, a project that declares nothing to relocate needs no target framework.
            { WantsFramework: true }
                when inSolution && !ProjectText.Read(project).Items
                    .Any(item => item.Name.StartsWith("Imgpkg", StringComparison.OrdinalIgnoreCase)) => answer,
            { IsSdkMissing: true } failure =>
                throw SdkNotFound($"The project '{project}' cannot be evaluated: {failure.Message}", failure.File),
            { } failure => throw new AirgapException(
                ErrorCode.ProjectEvaluation,
                $"The project '{project}' cannot be evaluated: {failure.Message}",
                failure.Advice ?? "Fix the project: 'dotnet build' on it shows the same problem.")
            { Location = failure.File is { Length: > 0 } file ? new SourceLocation(file, failure.Line, failure.Column) : null },
        };
    }

    private static Process Start(EvaluationRequest request)
    {
        ProcessStartInfo start = new(DotnetHost.Find())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(request.Project)!,
            ArgumentList = { EvaluatorPath, request.Project },
        };
        foreach ((string name, string value) in request.Properties)
            start.ArgumentList.Add($"{name}={value}");
        // Variables of a build that started this process would tie the evaluation to another SDK.
        foreach (string name in start.Environment.Keys.Where(
            name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        try
        {
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception)
        {
            throw SdkNotFound($"The project '{request.Project}' cannot be evaluated: 'dotnet' was not found.");
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has already ended.
        }
    }

    private static string FirstLine(string text) => text.TrimStart().Split('\n')[0].TrimEnd('\r', '.', ' ');

    private static AirgapException SdkNotFound(string message, string? globalJson = null) => new(
        ErrorCode.SdkNotFound,
        message,
        globalJson is null
            ? "Install the .NET SDK 10.0.100 or newer and put it on the PATH, or use copy, which needs none."
            : "Install that SDK, change its version or rollForward there, or use copy, which needs none.")
    {
        Location = globalJson is null ? null : new SourceLocation(globalJson),
    };
}
