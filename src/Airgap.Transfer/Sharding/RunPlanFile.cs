using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads and writes plans for shards.</summary>
internal static class RunPlanFile
{
    /// <summary>The maximum size to read, in bytes: enough for tens of thousands of images.</summary>
    public const int MaxBytes = 512 * 1024 * 1024;

    private const int MostRelocations = 1000;
    private const int MostOfBeginning = 4096;
    private const int MostOfTool = 100;

    // Relaxed escaping is safe, because the file is never embedded in a web page.
    private static readonly RunPlanJson s_json = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
        WriteIndented = true,
        NewLine = "\n",
    });

    /// <summary>The file's bytes.</summary>
    public static ReadOnlyMemory<byte> ToJson(RunPlanDocument plan)
    {
        using MemoryStream bytes = new();
        JsonSerializer.Serialize(bytes, plan, s_json.RunPlanDocument);
        bytes.WriteByte((byte)'\n');
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    /// <summary>Writes a plan atomically.</summary>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static Task WriteAsync(string path, RunPlanDocument plan, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(path, ToJson(plan), mode: null, cancellationToken);

    /// <summary>Reads a plan's document. <see cref="RunPlanReader"/> checks its content.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>, or a 3xxx code of the file.</exception>
    public static RunPlanDocument Read(string path)
    {
        // A pipe without a writer would block forever.
        if (KindOf(path) is (FileKind.Pipe or FileKind.Device or FileKind.Socket or FileKind.Disk) and var kind)
            throw new AirgapException(
                ErrorCode.FileFailure, $"'{path}' is {new FileFacts(kind).Name}, but every shard and the finish read the plan.",
                "Write it to a file.")
            { Location = new SourceLocation(path) };
        return Read(WholeFile.Read(path, MaxBytes, why => Invalid(path, why)), path);
    }

    /// <summary>True for a file that begins like a plan for shards; false for other or unreadable files.</summary>
    public static bool IsOne(string path)
    {
        try
        {
            if (FileFacts.Of(path, followsLinks: true).Kind != FileKind.Regular)
                return false;
            byte[] beginning = new byte[MostOfBeginning];
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            int read = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
            return VersionOf(beginning.AsSpan(0, read), isWhole: false) is not null;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Refuses to replace a plan for shards by the plan of a dry run.</summary>
    /// <param name="path">The file that would be replaced.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RunPlanInTheWay"/>.</exception>
    public static void RefuseToReplace(string path)
    {
        if (IsOne(path))
            throw new AirgapException(
                ErrorCode.RunPlanInTheWay, $"'{path}' is a plan for shards; the plan of a dry run would replace it.",
                $"To look only, {AdviceTerms.DryRunPlan}; or {AdviceTerms.CarryOutPlan}. Remove it if it is no longer needed.")
            { Location = new SourceLocation(path) };
    }

    /// <summary>Reads a document's bytes.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="path">The file's name in errors.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>.</exception>
    public static RunPlanDocument Read(ReadOnlyMemory<byte> json, string path)
    {
        try
        {
            // Checked first, since other versions have other fields.
            if (VersionOf(json.Span, isWhole: true) is var version && version is null)
                throw Invalid(
                    path, $"it does not begin with \"{RunPlanDocument.VersionField}\"; the plan of a dry run cannot be carried out");
            if (version != RunPlanDocument.FormatVersion)
                throw OfOtherRelease(
                    path, json.Span, $"it has version {version}, but this release carries out version {RunPlanDocument.FormatVersion}");
            RunPlanDocument plan = JsonSerializer.Deserialize(json.Span, s_json.RunPlanDocument) ?? throw Invalid(path, "it is empty");
            if (plan.Assignment != ShardAssignment.Rule)
                throw OfOtherRelease(
                    path, json.Span, $"it is divided by rule {plan.Assignment}, but this release has rule {ShardAssignment.Rule}");
            if (plan.Shards is < 1 or > Shard.MostShards)
                throw Invalid(path, $"it is for {plan.Shards} shards, but the number must be from 1 to {Shard.MostShards}");
            if (!plan.Relocations.IsDefault && plan.Relocations.Contains(null!))
                throw Invalid(path, "one of its relocations is null");
            if (plan.Relocations.IsDefaultOrEmpty || plan.Relocations.Length > MostRelocations)
                throw Invalid(path, $"it has no relocation, or more than {MostRelocations}");
            return plan;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            const string Why = "it is not the JSON of a plan, or a field is unknown, missing or repeated";
            // A later release may have added a field.
            throw FindTool(json.Span) is null ? Invalid(path, Why, e) : OfOtherRelease(path, json.Span, Why);
        }
    }

    /// <summary>The failure of a plan that cannot be carried out.</summary>
    public static AirgapException Invalid(string path, string why, Exception? inner = null) => new(
        ErrorCode.InvalidRunPlan, $"'{path}' is not a valid plan for shards: {why}.",
        $"Make the plan again: {AdviceTerms.MakeRunPlan}.", inner)
    { Location = new SourceLocation(path) };

    // All stages need a release that knows the plan's version and rule, so the advice gives both solutions: that release, or a new plan.
    private static AirgapException OfOtherRelease(string path, ReadOnlySpan<byte> json, string why) => new(
        ErrorCode.InvalidRunPlan, $"'{path}' is not a valid plan for shards: {why}.",
        "Use the release that wrote " +
        $"it{(ToolOf(json) is { } tool ? $", {tool}," : "")} in all stages; or make the plan again with this one: " +
        $"{AdviceTerms.MakeRunPlan}.")
    { Location = new SourceLocation(path) };

    private static string? FindTool(ReadOnlySpan<byte> json)
    {
        try
        {
            return ToolOf(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // The file may come from others, so the text is accepted only if it is short, and is shown on one line.
    private static string? ToolOf(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        while (reader.Read() && !(reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName
            && reader.ValueTextEquals(RunPlanDocument.ToolField)))
        {
        }

        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 and <= MostOfTool } tool
            ? Printable.Line(tool) : null;
    }

    private static FileKind KindOf(string path)
    {
        try
        {
            return FileFacts.Of(path, followsLinks: true).Kind;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    // Null if another field comes first; the schema's address may precede it.
    private static int? VersionOf(ReadOnlySpan<byte> json, bool isWhole)
    {
        Utf8JsonReader reader = new(json, isWhole, default);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read())
            return null;
        if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(RunPlanDocument.SchemaField)
            && !(reader.Read() && reader.Read()))
            return null;
        return reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(RunPlanDocument.VersionField)
            && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version) ? version : null;
    }
}

/// <summary>The plan's source-generated JSON.</summary>
[JsonSerializable(typeof(RunPlanDocument))]
internal sealed partial class RunPlanJson : JsonSerializerContext;
