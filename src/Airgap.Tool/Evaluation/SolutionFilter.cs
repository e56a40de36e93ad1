using System.Text.Json;
using Airgap.Oci;

namespace Airgap.Tool.Evaluation;

/// <summary>A solution filter (<c>.slnf</c>): some of a solution's projects.</summary>
internal static class SolutionFilter
{
    private const string Advice = "Check the file: 'dotnet build' on it shows the same problem.";

    // As MSBuild reads it.
    private static readonly JsonDocumentOptions s_options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true
    };

    /// <summary>True for the name of a filter.</summary>
    public static bool Is(string path) => Path.GetExtension(path).Equals(".slnf", StringComparison.OrdinalIgnoreCase);

    /// <summary>Full paths of its projects, in the solution's order.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ProjectEvaluation"/>, or 3xxx: the filter or its solution.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        (string solution, string[] names) = Content(path);
        // Its path is relative to the filter's folder, those of the projects to the solution's.
        string file = SolutionProjects.FullPath(solution, path);
        if (!SolutionProjects.Is(file) || Is(file))
            throw Invalid(path, $"its solution '{solution}' is not a .sln or .slnx");
        if (!File.Exists(file))
            throw Invalid(path, $"its solution '{file}' does not exist");
        IReadOnlyList<string> all = SolutionProjects.Read(file);
        HashSet<string> wanted = new(names.Select(name => SolutionProjects.FullPath(name, file)), StringComparer.OrdinalIgnoreCase);
        // MSBuild refuses it, too.
        return wanted.FirstOrDefault(name => !all.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown
            ? throw Invalid(path, $"its project '{unknown}' is not in the solution '{file}'")
            : [.. all.Where(wanted.Contains)];
    }

    private static (string Solution, string[] Projects) Content(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path).AsMemory().TrimStart("\uFEFF"u8), s_options);
            JsonElement solution = document.RootElement.GetProperty("solution");
            return (TextOf(solution.GetProperty("path")),
                [.. solution.GetProperty("projects").EnumerateArray().Select(TextOf)
                    .Where(name => name.EndsWith("proj", StringComparison.OrdinalIgnoreCase))]);
        }
        catch (JsonException e)
        {
            throw new AirgapException(ErrorCode.ProjectEvaluation, $"The solution filter '{path}' cannot be read: {e.Message}", Advice, e)
            {
                Location = new SourceLocation(path, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw Invalid(path, "it has no 'solution' with a 'path' and 'projects'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AirgapException(
                ErrorCode.FileFailure, $"The solution filter '{path}' cannot be read: {e.Message}", "Check the file and its permissions.",
                e);
        }
    }

    // Null and a zero character are no path.
    private static string TextOf(JsonElement element) => element.GetString() is { } text && !text.Contains('\0', StringComparison.Ordinal)
        ? text : throw new InvalidOperationException();

    private static AirgapException Invalid(string path, string problem) => new(
        ErrorCode.ProjectEvaluation, $"The solution filter '{path}' cannot be read: {problem}.", Advice)
    {
        Location = new SourceLocation(path),
    };
}
