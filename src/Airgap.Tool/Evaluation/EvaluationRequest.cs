using Airgap.Oci;

namespace Airgap.Tool.Evaluation;

/// <summary>A project to evaluate, and its properties.</summary>
/// <param name="Project">Full path of the project file.</param>
/// <param name="Properties">Global properties. Names are case-insensitive.</param>
internal sealed record EvaluationRequest(string Project, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>Reads parts of the command line as <c>dotnet publish</c> does.</summary>
    /// <param name="project">A project, a solution, a file-based app, or a folder with one project or, failing that,
    /// one solution; null for the current folder.</param>
    /// <param name="configuration">The configuration; null for the default of a publish.</param>
    /// <param name="framework">The target framework, or null.</param>
    /// <param name="runtime">The runtime identifier, or null.</param>
    /// <param name="properties"><c>NAME=VALUE</c>, or several separated by semicolons.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileNotFound"/>, <see cref="ErrorCode.InvalidArgument"/>.</exception>
    /// <returns>A request for the project, or for each project of the solution.</returns>
    public static IReadOnlyList<EvaluationRequest> Create(
        string? project, string? configuration, string? framework, string? runtime, IReadOnlyList<string> properties)
    {
        Dictionary<string, string> globals = new(StringComparer.OrdinalIgnoreCase) { ["_IsPublishing"] = "true" };
        if (configuration is not null)
            globals["Configuration"] = configuration;
        if (framework is not null)
            globals["TargetFramework"] = framework;
        if (runtime is not null)
        {
            globals["RuntimeIdentifier"] = runtime;
            globals["_CommandLineDefinedRuntimeIdentifier"] = "true";
        }

        string? last = null;
        foreach (string part in properties.SelectMany(property => property.Split(';')))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                last = part[..equals].Trim();
                globals[last] = part[(equals + 1)..];
            }
            else if (last is null || equals == 0)
            {
                throw new AirgapException(ErrorCode.InvalidArgument, $"'{part}' is not a property.", "Write -p NAME=VALUE.");
            }
            else
            {
                // MSBuild's rule: a part without '=' belongs to the value before it.
                globals[last] += ";" + part;
            }
        }

        string found = FindProject(project ?? ".", takesSolutions: true);
        return SolutionProjects.Is(found) ? [.. SolutionProjects.Read(found).Select(file => new EvaluationRequest(file, globals))]
            : [new EvaluationRequest(found, globals)];
    }

    /// <summary>Full path of a file, or of a folder's only project or, failing that, its only solution.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="takesSolutions">False if a solution is not accepted.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileNotFound"/>: there is none, or there are
    /// several.</exception>
    public static string FindProject(string path, bool takesSolutions = false)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
            return full;
        if (!Directory.Exists(full))
            throw new AirgapException(
                ErrorCode.FileNotFound, $"There is no project '{path}'.",
                takesSolutions ? "Name a project, a solution, the file of a file-based app, or a folder with a project."
                : "Name a project, or a folder with one.");
        string[] projects = Directory.GetFiles(full, "*.*proj");
        // Like dotnet publish, which takes a filter only by its name.
        if (projects.Length == 0 && takesSolutions)
            projects = [.. Directory.GetFiles(full).Where(file => SolutionProjects.Is(file) && !SolutionFilter.Is(file))];
        return projects.Length == 1
            ? projects[0]
            : throw new AirgapException(
                ErrorCode.FileNotFound,
                projects.Length == 0 ? $"The folder '{path}' has no project file." : $"The folder '{path}' has several project files.",
                takesSolutions ? "Give the file of the project or solution." : "Give the file of the project.");
    }
}
