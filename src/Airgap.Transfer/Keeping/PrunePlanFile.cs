using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Keeping;

/// <summary>Reads and writes prune plans.</summary>
internal static class PrunePlanFile
{
    private const int MaxBytes = 256 * 1024 * 1024;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // People and programs read the file, and no web page embeds it.
    private static readonly PrunePlanJson s_json = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
    });

    /// <summary>The file's text.</summary>
    public static string ToJson(PrunePlan plan) => Printable.Json(JsonSerializer.Serialize(plan, s_json.PrunePlan)) + "\n";

    /// <summary>Writes a plan.</summary>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static Task WriteAsync(string path, PrunePlan plan, CancellationToken cancellationToken) =>
        ArtifactFile.WriteAsync(path, ToJson(plan), cancellationToken);

    /// <summary>Reads a plan, and validates every used value.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidPrunePlan"/>, or a 3xxx code of the file.</exception>
    public static PrunePlan Read(string path)
    {
        PrunePlan plan = Parse(path);
        if (plan.SchemaVersion != PrunePlan.Version)
            throw Invalid(path, $"it is of version {plan.SchemaVersion}, but this release carries out version {PrunePlan.Version}");
        if (plan.Keep.IsDefaultOrEmpty)
            throw Invalid(path, "it keeps nothing");
        if (plan.Remove.IsDefault || plan.Left.IsDefault || plan.Notes.IsDefault || plan.Tags is null || plan.Summary is null
            || plan.Garbage is null || !RepositoryName.TryParse(plan.Repository, out _, out _))
            throw Invalid(path, "a part of it is missing");
        HashSet<string> removed = new(StringComparer.Ordinal);
        foreach (PruneItem? item in plan.Remove)
        {
            if (item is not { Kind.Length: > 0 } || !Digest.TryParse(item.Digest, out _) || item.Tags.IsDefault
                || !item.Tags.All(tag => tag is not null && ImageReference.IsTag(tag)))
                throw Invalid(path, $"'{Printable.Line(item?.Digest ?? "null")}' is not a manifest to remove");
            if (!removed.Add(item.Digest))
                throw Invalid(path, $"it removes {item.Digest} twice");
        }

        foreach (PruneRoot? root in plan.Keep)
        {
            if (root is not { From: not null } || !Digest.TryParse(root.Digest, out _))
                throw Invalid(path, $"'{Printable.Line(root?.Digest ?? "null")}' is not a manifest to keep");
            if (removed.Contains(root.Digest))
                throw Invalid(path, $"it both keeps and removes {root.Digest}");
        }

        foreach (PruneTag? stale in plan.StaleTags is { IsDefault: false } tags ? tags : [])
        {
            if (stale is not { Tag: not null, Because: not null } || !ImageReference.IsTag(stale.Tag)
                || !Digest.TryParse(stale.Digest, out _))
                throw Invalid(path, $"'{Printable.Line(stale?.Tag ?? "null")}' is not a tag to remove");
            if (removed.Contains(stale.Digest))
                throw Invalid(path, $"it both removes and keeps {stale.Digest}");
        }

        if (!TryReadTime(plan.Made, out _) || (plan.NotBefore is { } limit && !TryReadTime(limit, out _)))
            throw Invalid(path, "its times are invalid");
        return plan;
    }

    /// <summary>A time in a plan's format.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads a time of a plan.</summary>
    public static bool TryReadTime(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static PrunePlan Parse(string path) =>
        WholeFile.ReadJson(path, MaxBytes, s_json.PrunePlan, "the JSON of a plan", (why, inner) => Invalid(path, why, inner));

    private static AirgapException Invalid(string path, string why, Exception? inner = null) => new(
        ErrorCode.InvalidPrunePlan,
        $"'{path}' is not a prune plan: {why}.",
        "Make the plan again.",
        inner)
    { Location = new SourceLocation(path) };
}

/// <summary>The plan's source-generated JSON.</summary>
[JsonSerializable(typeof(PrunePlan))]
internal sealed partial class PrunePlanJson : JsonSerializerContext;
