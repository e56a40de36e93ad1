using Airgap.Oci;
using Airgap.Oci.Content;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Makes the request fail with an error of the specification.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The error's code.</param>
/// <param name="message">The problem, for a person.</param>
/// <remarks>Source: OCI distribution specification 1.1, "Error Codes".</remarks>
internal sealed class Refusal(int status, string code, string message) : Exception(message)
{
    /// <summary>The most missing digests that one refusal names, so that its length is bounded.</summary>
    public const int MostNamed = 1000;

    public int Status => status;

    public string Code => code;

    /// <summary>The messages of further errors with the same code.</summary>
    public IReadOnlyList<string> Further { get; private init; } = [];

    public static Refusal NotFound() => new(StatusCodes.Status404NotFound, "UNSUPPORTED", "The registry has no such page.");

    /// <summary>The methods that are possible, for the header Allow; null if the method is not the problem.</summary>
    public string? Allowed { get; private init; }

    public static Refusal Method(string method, string allowed) =>
        new(StatusCodes.Status405MethodNotAllowed, "UNSUPPORTED", $"{method} is not possible here.") { Allowed = allowed };

    public static Refusal ReadOnly() =>
        new(StatusCodes.Status405MethodNotAllowed, "UNSUPPORTED", "The registry is read only.") { Allowed = "GET, HEAD" };

    public static Refusal Unauthorized() => new(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", "Authentication is required.");

    public static Refusal Name(string name) => new(StatusCodes.Status400BadRequest, "NAME_INVALID", $"'{name}' is not a repository name.");

    public static Refusal NameUnknown(string name) =>
        new(StatusCodes.Status404NotFound, "NAME_UNKNOWN", $"The registry has no repository '{name}'.");

    public static Refusal DigestInvalid(string text) =>
        new(StatusCodes.Status400BadRequest, "DIGEST_INVALID", $"'{text}' is not a digest.");

    public static Refusal DigestMismatch(Digest digest) =>
        new(StatusCodes.Status400BadRequest, "DIGEST_INVALID", $"The content does not have the digest {digest}.");

    public static Refusal TagInvalid(string tag) => new(StatusCodes.Status400BadRequest, "TAG_INVALID", $"'{tag}' is not a tag.");

    public static Refusal TagNotHeld(string tag, string why) => new(
        StatusCodes.Status400BadRequest, "TAG_INVALID", $"The registry cannot store the tag '{tag}': {why}. Push under another tag.");

    public static Refusal NameNotHeld(string name) => new(
        StatusCodes.Status400BadRequest, "NAME_INVALID",
        $"The registry cannot store the repository '{name}': its file system cannot hold this name. Push to another repository.");

    public static Refusal BlobUnknown(Digest digest) =>
        new(StatusCodes.Status404NotFound, "BLOB_UNKNOWN", $"The repository has no blob {digest}.");

    public static Refusal ManifestUnknown(string reference) =>
        new(StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN", $"The repository has no manifest '{reference}'.");

    public static Refusal Renewed(string reference) =>
        new(StatusCodes.Status412PreconditionFailed, "DENIED", $"The manifest '{reference}' was pushed again meanwhile, and stays.");

    public static Refusal ManifestInvalid(string why) =>
        new(StatusCodes.Status400BadRequest, "MANIFEST_INVALID", $"The manifest cannot be accepted: {why}.");

    public static Refusal ManifestTooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "SIZE_INVALID", $"A manifest may have at most {Manifest.MaxBytes} bytes.");

    public static Refusal ManifestBlobUnknown(IReadOnlyList<Digest> missing, string kind) =>
        new(StatusCodes.Status400BadRequest, "MANIFEST_BLOB_UNKNOWN", MissingText(missing[0], kind))
        {
            Further = [.. missing.Skip(1).Select(digest => MissingText(digest, kind))],
        };

    private static string MissingText(Digest digest, string kind) =>
        $"The manifest refers to the {kind} {digest}, which the repository does not have.";

    public static Refusal UploadUnknown() =>
        new(StatusCodes.Status404NotFound, "BLOB_UPLOAD_UNKNOWN", "The repository has no such upload.");

    public static Refusal UploadTakenOver() =>
        new(StatusCodes.Status409Conflict, "BLOB_UPLOAD_INVALID", "Another request has taken over the upload.");

    public static Refusal UploadInvalid(string why) =>
        new(StatusCodes.Status400BadRequest, "BLOB_UPLOAD_INVALID", $"The upload cannot continue: {why}.");

    public static Refusal TooManyUploads() =>
        new(StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", "The registry has too many unfinished uploads; try again later.");

    public static Refusal TooManyConnections() =>
        new(StatusCodes.Status503ServiceUnavailable, "TOOMANYREQUESTS", "The registry has too many open connections; try again later.");

    public static Refusal BlobTooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "SIZE_INVALID", "The blob is larger than the registry accepts.");

    public static Refusal Host(string host) => new(
        StatusCodes.Status421MisdirectedRequest, "DENIED",
        $"The registry does not answer under the name '{host}'; its operator can add it with --host.");

    public static Refusal Origin() => new(StatusCodes.Status403Forbidden, "DENIED", "Pages of another origin may not use the registry.");

    public static Refusal UploadOutOfOrder(long start, long length) =>
        new(StatusCodes.Status416RangeNotSatisfiable, "BLOB_UPLOAD_INVALID",
            $"The chunk starts at byte {start}, but the upload has {length} bytes.");

    public static Refusal Range(long length) =>
        new(StatusCodes.Status416RangeNotSatisfiable, "SIZE_INVALID", $"The content has {length} bytes.");

    public static Refusal Spoiled() => new(StatusCodes.Status500InternalServerError, "UNKNOWN", "The stored content is damaged.");

    /// <summary>
    /// The archive does not have its content any more. Most clients would retry a status from 500 upwards for a minute, though only a
    /// restart helps; 404 would say that the content never was there. docker stops at once only if the code is one of a few.
    /// </summary>
    public static Refusal Changed() => new(
        StatusCodes.Status410Gone, "UNSUPPORTED",
        "The archive that the registry serves has changed since it was opened; its operator has to start the registry again.");

    public static Refusal PageNumber() =>
        new(StatusCodes.Status400BadRequest, "PAGINATION_NUMBER_INVALID", "n is not a number from 0 upward.");
}
