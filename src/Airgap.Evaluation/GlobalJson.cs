using System.Text.Json;

namespace Airgap.Evaluation;

/// <summary>Finds the <c>global.json</c> that allows none of the installed SDKs.</summary>
internal static class GlobalJson
{
    /// <summary>Why no SDK was found for a folder.</summary>
    public static EvaluationFailure Explain(string folder)
    {
        for (string? above = folder; above is not null; above = Path.GetDirectoryName(above))
        {
            string file = Path.Combine(above, "global.json");
            if (File.Exists(file))
                return new EvaluationFailure(
                    IsSdkMissing: true, $"{file} requires the .NET SDK{Wanted(file)}, but no SDK that it allows is installed.", file);
        }

        return new EvaluationFailure(IsSdkMissing: true, "no .NET SDK was found.");
    }

    private static string Wanted(string file)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(
                File.ReadAllBytes(file), new JsonDocumentOptions
                {
                    CommentHandling = JsonCommentHandling.Skip,
                    AllowTrailingCommas = true
                });
            if (json.RootElement.TryGetProperty("sdk", out JsonElement sdk) && sdk.TryGetProperty("version", out JsonElement version))
                return $" {version}{(sdk.TryGetProperty("rollForward", out JsonElement roll) ? $" (rollForward {roll})" : "")}";
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // Without a version, the message names only the file.
        }

        return "";
    }
}
