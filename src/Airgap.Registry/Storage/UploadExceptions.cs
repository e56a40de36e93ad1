namespace Airgap.Registry.Storage;

/// <summary>The upload is longer than the registry accepts.</summary>
internal sealed class UploadTooLongException : Exception;

/// <summary>The request's body ended before its time.</summary>
internal sealed class UploadCutException(Exception inner) : Exception("The body broke off.", inner);
