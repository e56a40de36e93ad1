using System.Text.Json.Serialization;

namespace Airgap.Evaluation;

/// <summary>The evaluator's output: a project's items and properties, or the reason for a failure.</summary>
internal sealed record EvaluatedProject
{
    /// <summary>
    /// The <c>ImgpkgBundle</c>, <c>ImgpkgImage</c>, <c>ImgpkgLock</c>, <c>ImgpkgBundleContent</c>, <c>ImgpkgBundleImage</c> and
    /// <c>ImgpkgTrust</c> items, and the <c>ProjectReference</c> items with <c>AirgapImage</c>, in declared order by type.
    /// </summary>
    public IReadOnlyList<EvaluatedItem> Items { get; init; } = [];

    /// <summary>
    /// The properties whose names begin with <c>Airgap</c> or <c>_Airgap</c>, <c>OutputPath</c>, <c>Version</c>, <c>IsPublishable</c>,
    /// <c>MSBuildProjectName</c> and <c>MSBuildProjectDirectory</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The <c>ImgpkgTrust</c> items that targets include by patterns: MSBuild expands the patterns to files, and the items are lost.
    /// </summary>
    public IReadOnlyList<EvaluatedItem> LostTrust { get; init; } = [];

    /// <summary>Why the project was not evaluated; null when it was.</summary>
    public EvaluationFailure? Failure { get; init; }
}

/// <summary>An item of a project.</summary>
/// <param name="Type">The element's name.</param>
/// <param name="Include">Its evaluated include.</param>
/// <param name="Metadata">Its metadata, including defaults of item definitions.</param>
/// <param name="File">Full path of the file whose element includes it.</param>
/// <param name="Line">The element's line, from 1.</param>
/// <param name="Column">The element's column, from 1.</param>
internal sealed record EvaluatedItem(
    string Type, string Include, IReadOnlyDictionary<string, string> Metadata, string File, int Line, int Column);

/// <summary>Why a project was not evaluated.</summary>
/// <param name="IsSdkMissing">True when no SDK was found.</param>
/// <param name="Message">The problem, one sentence.</param>
/// <param name="File">The file concerned, or null.</param>
/// <param name="Line">The line, from 1; 0 when unknown.</param>
/// <param name="Column">The column, from 1; 0 when unknown.</param>
/// <param name="Advice">The advice; null if a build shows the same problem.</param>
internal sealed record EvaluationFailure(
    bool IsSdkMissing, string Message, string? File = null, int Line = 0, int Column = 0, string? Advice = null)
{
    /// <summary>True if the project targets several frameworks and none was selected.</summary>
    public bool WantsFramework { get; init; }
}

/// <summary>Source-generated serialisation.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvaluatedProject))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
