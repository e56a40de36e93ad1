using System.Reflection;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Finds the warnings that the build treats as errors.</summary>
/// <remarks>
/// <c>-warnaserror</c> without codes raises all warnings, but the engine's own answer is then about the codes that the project lists
/// (<c>WarningsAsErrors</c>), and each project of the SDK lists some. What the command line asked for is read where the engine keeps it; an
/// engine that keeps it elsewhere counts as not asked.
/// </remarks>
internal sealed class RaisedWarnings
{
    private readonly IBuildEngine? _engine;
    private readonly Lazy<bool> _raisesAll;

    /// <summary>Finds them.</summary>
    /// <param name="engine">The task's engine.</param>
    public RaisedWarnings(IBuildEngine? engine)
    {
        _engine = engine;
        _raisesAll = new Lazy<bool>(() => engine is not null && CodesOf(engine, "WarningsAsErrors") is { } codes && !codes.Any());
    }

    /// <summary>True if the build treats the warnings of a code as errors.</summary>
    public bool Includes(string code) => _engine is IBuildEngine8 engine && (engine.ShouldTreatWarningAsError(code)
        || (_raisesAll.Value && !IsExempt("WarningsNotAsErrors", code) && !IsExempt("WarningsAsMessages", code)));

    // The project's own exceptions count, too.
    private bool IsExempt(string list, string code) => (ValueOf(_engine!, list) as IEnumerable<string> ?? [])
        .Concat(CodesOf(_engine!, list) ?? []).Contains(code, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string>? CodesOf(IBuildEngine engine, string list) =>
        ValueOf(engine, "LoggingContext") is { } context && ValueOf(context, "LoggingService") is { } service
            ? ValueOf(service, list) as IEnumerable<string> : null;

    private static object? ValueOf(object from, string name)
    {
        try
        {
            return from.GetType().GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)?.GetValue(from);
        }
        catch (Exception e) when (e is AmbiguousMatchException or TargetInvocationException or MemberAccessException)
        {
            return null;
        }
    }
}
