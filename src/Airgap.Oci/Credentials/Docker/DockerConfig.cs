namespace Airgap.Oci.Credentials.Docker;

/// <summary>
/// The credential settings of a docker config. Keys are in the form of <see cref="DockerConfigKey"/>.
/// </summary>
/// <param name="Auths">Recorded credentials; an empty entry only indicates that a helper has them.</param>
/// <param name="HelperByKey">The helper of a registry or repository; an empty name means none, whatever <paramref name="DefaultHelper"/>
/// says.</param>
/// <param name="DefaultHelper">The helper of every other registry, or null.</param>
internal sealed record DockerConfig(
    IReadOnlyDictionary<string, DockerAuthEntry> Auths,
    IReadOnlyDictionary<string, HelperName> HelperByKey,
    HelperName? DefaultHelper)
{
    public static DockerConfig Empty { get; } = new(
        new Dictionary<string, DockerAuthEntry>(),
        new Dictionary<string, HelperName>(),
        null);

    /// <summary>The numbers of entries, never a secret.</summary>
    public override string ToString() => $"{Auths.Count} auths, {HelperByKey.Count} credHelpers";
}

/// <summary>
/// A credential helper as named in a config: <c>NAME</c> for the program <c>docker-credential-NAME</c>.
/// </summary>
/// <param name="Name">Letters, digits, dot, dash and underscore only, so that it cannot form a path; empty for
/// none.</param>
internal sealed record HelperName(string Name)
{
    /// <summary>True for a name that cannot lead to another folder.</summary>
    public static bool IsValid(string name) =>
        !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
}
