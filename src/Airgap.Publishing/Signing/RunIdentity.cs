using System.Text.Json;

namespace Airgap.Publishing.Signing;

/// <summary>
/// Who runs this, for receipts and logs: the CI system and its job, from its variables. Outside CI, a user and a
/// machine are named only on request.
/// </summary>
/// <param name="Kind"><c>github</c>, <c>gitlab</c>, <c>azure</c>, <c>jenkins</c> or <c>user</c>.</param>
/// <param name="Facts">Names and values, in output order.</param>
internal sealed record RunIdentity(string Kind, IReadOnlyList<KeyValuePair<string, string>> Facts)
{
    private static readonly (string Kind, string Marker, (string Name, string Variable)[] Facts)[] s_systems =
    [
        ("github", "GITHUB_ACTIONS",
        [
            ("server", "GITHUB_SERVER_URL"), ("repository", "GITHUB_REPOSITORY"), ("workflow", "GITHUB_WORKFLOW_REF"),
            ("run", "GITHUB_RUN_ID"), ("attempt", "GITHUB_RUN_ATTEMPT"),
            ("commit", "GITHUB_SHA"), ("ref", "GITHUB_REF"), ("actor", "GITHUB_ACTOR"),
        ]),
        ("gitlab", "GITLAB_CI", [("repository", "CI_PROJECT_URL"), ("job", "CI_JOB_URL"), ("commit", "CI_COMMIT_SHA"),
            ("ref", "CI_COMMIT_REF_NAME"), ("actor", "GITLAB_USER_LOGIN")]),
        ("azure", "TF_BUILD",
        [
            ("server", "SYSTEM_COLLECTIONURI"), ("project", "SYSTEM_TEAMPROJECT"), ("repository", "BUILD_REPOSITORY_URI"),
            ("run", "BUILD_BUILDID"), ("commit", "BUILD_SOURCEVERSION"),
            ("ref", "BUILD_SOURCEBRANCH"), ("actor", "BUILD_REQUESTEDFOR"),
        ]),
        ("jenkins", "JENKINS_URL", [("job", "BUILD_URL"), ("commit", "GIT_COMMIT"), ("ref", "GIT_BRANCH")]),
    ];

    /// <summary>Determines it; null if unknown or not to be recorded.</summary>
    /// <param name="variable">Returns an environment variable.</param>
    /// <param name="namesUser">True to name user and machine if no CI system runs.</param>
    public static RunIdentity? Find(Func<string, string?> variable, bool namesUser)
    {
        foreach ((string kind, string marker, (string Name, string Variable)[] facts) in s_systems)
        {
            if (variable(marker) is { Length: > 0 } set && !set.Equals("false", StringComparison.OrdinalIgnoreCase))
                return new RunIdentity(kind,
                    [.. facts.Select(fact => KeyValuePair.Create(fact.Name, WithoutUser(variable(fact.Variable) ?? "")))
                        .Where(fact => fact.Value.Length > 0)]);
        }

        return namesUser ? new RunIdentity(
            "user", [KeyValuePair.Create("user", Environment.UserName), KeyValuePair.Create("host", Environment.MachineName)]) : null;
    }

    /// <summary>Writes it as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kind", Kind);
        foreach ((string name, string value) in Facts)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    // Some systems put a token into the address of a repository.
    private static string WithoutUser(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.UserInfo.Length > 0
            ? new UriBuilder(uri) { UserName = "", Password = "" }.Uri.AbsoluteUri : text;
}
