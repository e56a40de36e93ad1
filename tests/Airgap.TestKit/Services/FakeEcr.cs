using System.Collections.Concurrent;
using System.Text.Json;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Services;

/// <summary>
/// The service behind Amazon registries: it checks each request's signature, creates and describes repositories, stores their policies and
/// returns their layers. <see cref="Bend"/> makes a registry refuse requests to a repository that was not created.
/// </summary>
/// <remarks>Source: Amazon ECR API reference; AWS Signature Version 4.</remarks>
public sealed class FakeEcr : IAsyncDisposable
{
    /// <summary>The keys whose signatures it accepts.</summary>
    public const string KeyId = "AKIDTEST";

    /// <inheritdoc cref="KeyId"/>
    public const string SecretKey = "secret-of-the-test";

    private readonly ConcurrentQueue<(string Operation, JsonElement Input)> _calls = new();
    private LoopbackServer _server = null!;

    private FakeEcr()
    {
    }

    /// <summary>Its address, for <c>AWS_ENDPOINT_URL_ECR</c>.</summary>
    public Uri Address => _server.Address;

    /// <summary>The repositories, each with the input that created it.</summary>
    public ConcurrentDictionary<string, JsonElement> Repositories { get; } = new();

    /// <summary>The policies, by operation and repository.</summary>
    public ConcurrentDictionary<string, string> Policies { get; } = new();

    /// <summary>The operations that the keys may not call.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>Returns whether a repository has a layer.</summary>
    public Func<string, string, bool> HasLayer { get; set; } = (_, _) => false;

    /// <summary>Runs before an operation is answered; may wait, or create what another process would create.</summary>
    public Func<string, JsonElement, Task> OnCall { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Receives the Authorization header of each request.</summary>
    public Action<string> OnSigned { get; set; } = _ => { };

    /// <summary>The operations that were called, in order.</summary>
    public IReadOnlyList<(string Operation, JsonElement Input)> Calls => [.. _calls];

    /// <summary>How often an operation was called.</summary>
    public int Count(string operation) => _calls.Count(call => call.Operation == operation);

    /// <summary>The variables with which a program finds the keys and this service.</summary>
    public Dictionary<string, string> Variables => new()
    {
        ["AWS_ACCESS_KEY_ID"] = KeyId,
        ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
        ["AWS_ENDPOINT_URL_ECR"] = Address.ToString(),
        ["AWS_ENDPOINT_URL_ECR_PUBLIC"] = Address.ToString(),
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    public static async Task<FakeEcr> StartAsync()
    {
        FakeEcr ecr = new();
        ecr._server = await LoopbackServer.StartAsync(ecr.AnswerAsync);
        return ecr;
    }

    /// <summary>For <see cref="HasLayer"/>: the content of a fixture's registry.</summary>
    public static Func<string, string, bool> LayersOf(RegistryFixture registry) => (repository, digest) => File.Exists(Path.Combine(
        registry.Folder, "docker", "registry", "v2", "repositories", repository, "_layers", "sha256", digest["sha256:".Length..], "link"));

    /// <summary>Makes a fixture's registry refuse every request to a repository of a host that was not created here.</summary>
    public Func<RecordedRequest, HttpContext, Fault?> Bend(string host) => (request, context) =>
        request.Repository.Length > 0 && context.Request.Host.Value == host && !Repositories.ContainsKey(NameOf(host, request.Repository))
            ? Fault.Status(404,
                $$"""{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name '{{request.Repository}}' does not exist in the registry with id '123456789012'"}]}""")
            : null;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // In the public gallery, a registry's alias precedes the name.
    private static string NameOf(string host, string path) =>
        host.Contains("public", StringComparison.Ordinal) ? path[(path.IndexOf('/') + 1)..] : path;

    private async Task AnswerAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        string target = context.Request.Headers["X-Amz-Target"].ToString();
        string operation = target[(target.IndexOf('.') + 1)..];
        JsonElement input = JsonElement.Parse(body.ToArray());
        _calls.Enqueue((operation, input));
        OnSigned(context.Request.Headers.Authorization.ToString());
        await OnCall(operation, input);
        (int status, string answer) = !SignedRequest.IsBy(context.Request, body.ToArray(), KeyId, SecretKey)
            ? Error("InvalidSignatureException", "The request signature we calculated does not match the signature you provided.")
            : Denied.Contains(operation)
            ? Error("AccessDeniedException",
                $"User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ecr:{operation} on resource: *")
            : target.StartsWith("AmazonEC2ContainerRegistry_V20150921.", StringComparison.Ordinal)
                || target.StartsWith("SpencerFrontendService.", StringComparison.Ordinal)
            ? Answer(operation, input)
            : Error("UnknownOperationException", "");
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/x-amz-json-1.1";
        await context.Response.WriteAsync(answer);
    }

    private (int Status, string Body) Answer(string operation, JsonElement input)
    {
        switch (operation)
        {
            case "CreateRepository":
                string name = NameIn(input);
                return Repositories.TryAdd(name, input) ? (200, $$$"""{"repository":{"repositoryName":"{{{name}}}"}}""")
                    : Error("RepositoryAlreadyExistsException", $"The repository with name '{name}' already exists in the registry");
            case "DescribeRepositories":
                string asked = input.GetProperty("repositoryNames")[0].GetString()!;
                return Repositories.ContainsKey(asked) ? (200, $$"""{"repositories":[{"repositoryName":"{{asked}}"}]}""")
                    : Error("RepositoryNotFoundException", $"The repository with name '{asked}' does not exist in the registry");
            case "PutLifecyclePolicy" or "SetRepositoryPolicy":
                Policies[$"{operation} {NameIn(input)}"] =
                    input.GetProperty(operation == "PutLifecyclePolicy" ? "lifecyclePolicyText" : "policyText").GetString()!;
                return (200, "{}");
            case "BatchCheckLayerAvailability":
                string[] digests = [.. input.GetProperty("layerDigests").EnumerateArray().Select(digest => digest.GetString()!)];
                if (digests.Length is 0 or > 100)
                    return Error("InvalidParameterException", "Member must have length less than or equal to 100");
                return !Repositories.ContainsKey(NameIn(input)) ? Error("RepositoryNotFoundException", "It does not exist in the registry")
                    : (200, $$"""
                        {"failures":[],"layers":[{{string.Join(',', digests.Select(digest =>
                            $$"""{"layerDigest":"{{digest}}","layerAvailability":"{{(HasLayer(NameIn(input), digest) ? "AVAILABLE" : "UNAVAILABLE")}}"}"""))}}]}
                        """);
            default:
                return Error("UnknownOperationException", "");
        }
    }

    private static string NameIn(JsonElement input) => input.GetProperty("repositoryName").GetString()!;

    private static (int Status, string Body) Error(string type, string message) =>
        (400, $$"""{"__type":"{{type}}","message":"{{message}}"}""");
}
