using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Build;

/// <summary>Reads a project's trust rules; none may be ignored silently.</summary>
/// <param name="projectFile">The project.</param>
/// <param name="globals">Its global properties.</param>
internal sealed class DeclaredTrust(string projectFile, IReadOnlyDictionary<string, string> globals)
{
    /// <summary>Reads them.</summary>
    /// <param name="given">The rules that MSBuild passes to the task.</param>
    /// <param name="slips">Finds lost rules in the project's text if the project cannot be evaluated again.</param>
    /// <param name="problems">The rules that are lost.</param>
    public ImmutableArray<TrustItem> Read(ImmutableArray<TrustItem> given, ProjectTypos slips, out ImmutableArray<Diagnostic> problems)
    {
        problems = [];
        if (!TrustPatterns.MayBeIn(projectFile, globals.Keys))
            return given;
        if (Evaluate() is not { } evaluated)
        {
            problems = [.. slips.LostTrust(given)];
            return given;
        }

        problems = [.. evaluated.Lost.Select(lost => ProjectTypos.Lost(lost.Include, lost.Place))];
        return evaluated.Mend(given);
    }

    // The build has already evaluated the project, so this fails only if MSBuild cannot be loaded, or the SDK makes no project of an app.
    private EvaluatedTrust? Evaluate()
    {
        try
        {
            return EvaluatedTrust.Read(projectFile, globals);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }
}
